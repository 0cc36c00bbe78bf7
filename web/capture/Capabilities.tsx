import { useLiveInfo } from '../sources/pods.ts';
import { Icon } from '../ui/Icon.tsx';
import styles from './Capabilities.module.css';

/** What this machine has and lacks for live capture; what is missing first, each with its remedy. */
export function Capabilities() {
  const list = useLiveInfo().data?.capabilities ?? [];
  const ordered = [...list].sort((a, b) => Number(a.ok) - Number(b.ok));
  if (list.length === 0) return null;
  return (
    <ul className={styles.list} aria-label="What this machine has for live capture">
      {ordered.map(({ name, ok, detail, remedy }) => (
        <li key={name} data-ok={ok}>
          <span role="img" aria-label={ok ? 'there' : 'missing'}>
            <Icon name={ok ? 'check' : 'close'} />
          </span>
          <div>
            <p>
              <b>{name}</b> {detail}
            </p>
            {!ok && remedy !== null && <p className={styles.remedy}>{remedy}</p>}
          </div>
        </li>
      ))}
    </ul>
  );
}
