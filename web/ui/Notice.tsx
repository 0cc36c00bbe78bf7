import type { ReactNode } from 'react';
import { Button } from './Button.tsx';
import { Icon, type IconName } from './Icon.tsx';
import styles from './Notice.module.css';

interface Props {
  icon: IconName;
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
  tone?: 'plain' | 'bad';
}

/** What a pane says when it has nothing to show: why, and what to do. */
export function Notice({ icon, title, children, actions, tone = 'plain' }: Props) {
  return (
    <div className={styles.notice}>
      <span className={tone === 'bad' ? `${styles.icon} ${styles.bad}` : styles.icon}>
        <Icon name={icon} size={20} />
      </span>
      <p className={styles.title}>{title}</p>
      {children !== undefined && <div className={styles.body}>{children}</div>}
      {actions !== undefined && <div className={styles.actions}>{actions}</div>}
    </div>
  );
}

export function Failed({ error, retry, what }: { error: unknown; retry?: () => void; what: string }) {
  const message = error instanceof Error ? error.message : String(error);
  return (
    <Notice
      icon="findings"
      tone="bad"
      title={what}
      {...(retry === undefined ? {} : { actions: <Button onClick={retry}>Try again</Button> })}
    >
      <p role="alert">{message}</p>
    </Notice>
  );
}

export function Loading({ what }: { what: string }) {
  return (
    <div className={styles.loading} role="status">
      <span className={styles.spinner} />
      {what}
    </div>
  );
}
