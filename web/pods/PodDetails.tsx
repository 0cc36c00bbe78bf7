import type { ReactNode } from 'react';
import type { Pod } from '../../api/live.ts';
import styles from './PodDetails.module.css';
import { type Conflict, hostPortText, knownByText, sourceNames } from './podText.ts';

function Line({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={styles.line}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** How a pod was found: each interface with its other end and by what the two were paired, ports and who knows them. */
export function PodDetails({ pod, conflicts }: { pod: Pod; conflicts: readonly Conflict[] }) {
  return (
    <dl className={styles.details}>
      {pod.interfaces.map((entry) => (
        <Line key={entry.name} name={entry.name}>
          <p>
            <code>
              {entry.name} → {entry.hostInterface ?? `no host side (${entry.kind})`}
              {entry.hostIfindex !== null && ` (ifindex ${entry.hostIfindex})`}
              {entry.bridge !== null && ` → ${entry.bridge}`}
            </code>
          </p>
          <p>{entry.how}</p>
          <p className={styles.faint}>{[entry.mac, ...entry.addresses].filter((text) => text !== null).join(' · ')}</p>
        </Line>
      ))}
      {pod.hostNetwork && (
        <Line name="network">
          Shares the node’s network: it has no veth. Capture at the uplink, or at lo for its own talk.
        </Line>
      )}
      {pod.hostPorts.map((port) => (
        <Line key={`${port.hostIp} ${port.hostPort} ${port.protocol}`} name="hostPort">
          <code>{hostPortText(port, pod.hostNetwork)}</code> known to {knownByText(port)}
        </Line>
      ))}
      {conflicts.map(({ finding }) => (
        <Line key={finding.title} name="takes">
          {finding.title}
        </Line>
      ))}
      {pod.disagreements.map((text) => (
        <Line key={text} name="disagree">
          <span className={styles.warn}>{text}</span>
        </Line>
      ))}
      <Line name="found by">
        {pod.foundBy.map((source) => sourceNames[source]).join(', ')}
        {pod.netns !== null && (
          <>
            {' '}
            · netns <code>{pod.netns}</code>
          </>
        )}
        {pod.pid !== null && ` · process ${pod.pid}`}
      </Line>
    </dl>
  );
}
