import { Capabilities } from '../capture/Capabilities.tsx';
import { go } from '../state/useAddress.ts';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import styles from './NoPrivileges.module.css';

/** The server may not look at this machine's pods: what it lacks, how to get it, and what works all the same. */
export function NoPrivileges({ message }: { message: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className={styles.page} tabIndex={0} aria-label="Pods">
      <div className={styles.inner}>
        <span className={styles.icon}>
          <Icon name="lock" size={22} />
        </span>
        <h1>Pods and live capture need more rights than this server has</h1>
        <p role="status">{message}</p>
        <Capabilities />
        <p>
          Everything else works: open captures and dumps that were made elsewhere, explain their packets, check their
          rules.
        </p>
        <Button look="primary" onClick={() => go({ screen: 'library' })}>
          Open captures
        </Button>
      </div>
    </section>
  );
}
