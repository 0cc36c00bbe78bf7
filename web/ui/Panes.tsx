import type { ReactNode } from 'react';
import { Separator } from 'react-resizable-panels';
import styles from './Panes.module.css';

export const Divider = ({ label }: { label: string }) => <Separator className={styles.separator} aria-label={label} />;

interface Props {
  title: string;
  aside?: ReactNode;
  children: ReactNode;
  /** Scrolls by itself: the pane must not. */
  ownScroll?: boolean;
  /** A name that must keep its letters: a file's. */
  asWritten?: boolean;
}

/** A titled pane: a head of 36 px, and a body that scrolls. */
export function Pane({ title, aside, children, ownScroll = false, asWritten = false }: Props) {
  return (
    <section className={styles.pane} aria-label={title}>
      <header className={styles.head}>
        <h2 className={asWritten ? `${styles.title} ${styles.asWritten}` : styles.title} title={title}>
          {title}
        </h2>
        {aside}
      </header>
      {ownScroll ? (
        children
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        <section className={styles.body} tabIndex={0} aria-label={`${title}, scrolls`}>
          {children}
        </section>
      )}
    </section>
  );
}
