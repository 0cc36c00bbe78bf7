import { type Address, podsAddress, type Tab, tabs } from '../state/address.ts';
import { useOverlays } from '../state/overlays.ts';
import { go } from '../state/useAddress.ts';
import { Icon } from '../ui/Icon.tsx';
import styles from './Rail.module.css';
import { tabNames } from './tabNames.ts';

export function Rail({ address }: { address: Address }) {
  const show = useOverlays((state) => state.show);
  const inCase = address.screen === 'case' ? address : null;
  const open = (tab: Tab) => inCase && go({ ...inCase, tab });
  return (
    <nav className={styles.rail} aria-label="Screens">
      <button
        type="button"
        className={styles.item}
        title="Pods and live capture"
        aria-label="Pods"
        aria-current={address.screen === 'pods' ? 'page' : undefined}
        onClick={() => address.screen !== 'pods' && go(podsAddress())}
      >
        <Icon name="pods" size={18} />
      </button>
      <button
        type="button"
        className={styles.item}
        title="Captures"
        aria-label="Captures"
        aria-current={address.screen === 'library' ? 'page' : undefined}
        onClick={() => go({ screen: 'library' })}
      >
        <Icon name="library" size={18} />
      </button>
      <span className={styles.rule} />
      {tabs.map((tab) => (
        <button
          key={tab}
          type="button"
          className={styles.item}
          title={inCase === null ? `${tabNames[tab]}: open a case first` : tabNames[tab]}
          aria-label={tabNames[tab]}
          aria-current={inCase?.tab === tab ? 'page' : undefined}
          disabled={inCase === null}
          onClick={() => open(tab)}
        >
          <Icon name={tab} size={18} />
        </button>
      ))}
      <span className={styles.spring} />
      <button type="button" className={styles.item} title="Keys  ?" aria-label="Keys" onClick={() => show('keys')}>
        <Icon name="keys" size={18} />
      </button>
    </nav>
  );
}
