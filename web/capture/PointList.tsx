// The two questions of the field, answered where the points are picked: host NIC or veth, and why a capture saw nothing.
import type { CapturePoint } from '../../api/live.ts';
import { Icon } from '../ui/Icon.tsx';
import styles from './PointList.module.css';
import { pointName } from './pointMap.ts';

interface Props {
  points: readonly CapturePoint[];
  on: ReadonlySet<string>;
  severalPods: boolean;
}

export function PointList({ points, on, severalPods }: Props) {
  const shown = points.filter((point) => on.has(point.id) || point.warning !== null || point.kind === 'uplink');
  const rest = points.filter((point) => !shown.includes(point));
  const line = (point: CapturePoint) => (
    <li key={`${point.podId} ${point.id}`} data-on={on.has(point.id)}>
      <span className={styles.mark} role="img" aria-label={on.has(point.id) ? 'captured' : 'left out'}>
        <Icon name={on.has(point.id) ? 'check' : 'close'} size={12} />
      </span>
      <p>
        <b>{pointName(point, severalPods)}</b> <code>{point.device}</code> {point.sees}
        {point.warning !== null && <span className={styles.warning}> {point.warning}</span>}
      </p>
    </li>
  );
  return (
    <section aria-label="What each point sees">
      <h3 className={styles.title}>Host NIC or veth? What each point sees</h3>
      <ul className={styles.list}>{shown.map(line)}</ul>
      {rest.length > 0 && (
        <details className={styles.rest}>
          <summary>Why tcpdump may not see it elsewhere</summary>
          <ul className={styles.list}>{rest.map(line)}</ul>
        </details>
      )}
    </section>
  );
}
