// The two questions of the field, answered where the points are picked: host NIC or veth, and why a capture saw nothing.
import { useState } from 'react';
import type { CapturePoint } from '../../api/live.ts';
import { Icon } from '../ui/Icon.tsx';
import styles from './PointList.module.css';
import { pointName, samePoints } from './pointMap.ts';

interface Props {
  points: readonly CapturePoint[];
  on: ReadonlySet<string>;
  severalPods: boolean;
  onTurn: (id: string) => void;
}

const beside = new Set<CapturePoint['kind']>(['loopback', 'any', 'vxlan']);

export function PointList({ points, on, severalPods, onTurn }: Props) {
  const [full, setFull] = useState(false);
  const line = (group: CapturePoint[]) => {
    const [first] = group;
    if (first === undefined) return null;
    const taken = on.has(first.id);
    return (
      <li key={`${first.podId} ${first.id}`} data-on={taken}>
        <span className={styles.mark} role="img" aria-label={taken ? 'captured' : 'left out'}>
          <Icon name={taken ? 'check' : 'close'} size={12} />
        </span>
        <p className={full || (!taken && first.warning !== null) ? undefined : styles.short} title={first.sees}>
          <b>{[...new Set(group.map((point) => pointName(point, severalPods)))].join(', ')}</b>{' '}
          {group.length === 1 && <code>{first.device} </code>}
          {/* Left out for a reason: the reason is what one wants to read. */}
          {(full || taken || first.warning === null) && first.sees}
          {first.warning !== null && <span className={styles.warning}> {first.warning}</span>}
        </p>
      </li>
    );
  };
  const path = points.filter(({ kind }) => !beside.has(kind));
  const others = points.filter(({ kind }) => beside.has(kind));
  return (
    <section aria-label="What each point sees">
      <header className={styles.head}>
        <h3 className={styles.title}>Host NIC or veth? What each point sees</h3>
        <button type="button" className={styles.more} aria-pressed={full} onClick={() => setFull(!full)}>
          {full ? 'In short' : 'In full'}
        </button>
      </header>
      <ul className={styles.list}>{samePoints(path, on).map(line)}</ul>
      {others.length > 0 && (
        <details className={styles.rest} open={others.some(({ id }) => on.has(id)) || undefined}>
          <summary>
            Elsewhere: {others.map(({ device }) => device).join(', ')}; why tcpdump may not see it there
          </summary>
          <ul className={styles.list}>
            {others.map((point) => (
              <li key={point.id}>
                <input
                  type="checkbox"
                  aria-label={`Capture at ${point.device}`}
                  checked={on.has(point.id)}
                  onChange={() => onTurn(point.id)}
                />
                <p>
                  <b>{pointName(point, severalPods)}</b> <code>{point.device}</code> {point.sees}
                  {point.warning !== null && <span className={styles.warning}> {point.warning}</span>}
                </p>
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}
