import type { MouseEvent } from 'react';
import type { Pod } from '../../api/live.ts';
import { Badge } from '../ui/Chip.tsx';
import { Icon } from '../ui/Icon.tsx';
import { PodDetails } from './PodDetails.tsx';
import styles from './PodRow.module.css';
import { type Conflict, hostPortText, knownByText } from './podText.ts';

interface Props {
  pod: Pod;
  conflicts: readonly Conflict[];
  picked: boolean;
  tabStop: boolean;
  open: boolean;
  onFocus: () => void;
  onToggle: () => void;
  onOnly: () => void;
  onOpen: () => void;
}

function Addresses({ pod }: { pod: Pod }) {
  const [first, ...others] = pod.addresses;
  if (first === undefined) return <span className={styles.none}>none yet</span>;
  return (
    <span title={pod.addresses.join('\n')}>
      {first}
      {others.length > 0 && <span className={styles.under}>and {others.length} more</span>}
    </span>
  );
}

function HostInterface({ pod }: { pod: Pod }) {
  if (pod.hostNetwork) return <span className={styles.quiet}>node network</span>;
  const [first, ...others] = pod.interfaces;
  if (first === undefined) return <span className={styles.none}>not found</span>;
  const name = first.hostInterface;
  return (
    <span title={pod.interfaces.map(({ how }) => how).join('\n')} className={name === null ? styles.quiet : undefined}>
      {name ?? `none: ${first.kind}`}
      {others.length > 0 && <span className={styles.under}>and {others.length} more</span>}
    </span>
  );
}

/** A disagreement about a hostPort is said where the port is: the rules have it and the API does not, or the other way. */
function HostPorts({ pod }: { pod: Pod }) {
  return pod.hostPorts.map((port) => (
    <span
      key={`${port.hostIp} ${port.hostPort} ${port.protocol}`}
      className={styles.port}
      title={`known to: ${knownByText(port)}`}
    >
      {hostPortText(port, pod.hostNetwork)}
      {port.from.length === 1 && <span className={styles.only}>only {knownByText(port)}</span>}
    </span>
  ));
}

export function PodRow(props: Props) {
  const { pod, conflicts, picked, tabStop, open } = props;
  const onRow = (event: MouseEvent) => {
    if (event.target instanceof Element && event.target.closest('button, input, label') !== null) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey) props.onToggle();
    else props.onOnly();
  };
  const firstConflict = conflicts[0];
  return (
    <>
      <tr className={styles.row} data-picked={picked} data-open={open} onClick={onRow}>
        <td className={styles.check}>
          <label className={styles.target}>
            <input
              type="checkbox"
              data-pod-check={pod.id}
              aria-label={`${pod.name} in ${pod.namespace}`}
              tabIndex={tabStop ? 0 : -1}
              checked={picked}
              onFocus={props.onFocus}
              onChange={props.onToggle}
            />
          </label>
        </td>
        <th scope="row" className={styles.pod}>
          <span className={styles.name} title={pod.id}>
            {pod.name}
            {pod.state !== 'running' && <span className={styles.state}>{pod.state}</span>}
          </span>
          <span className={styles.under}>{pod.namespace}</span>
        </th>
        <td className={styles.mono}>
          <Addresses pod={pod} />
        </td>
        <td className={styles.mono}>
          <HostInterface pod={pod} />
        </td>
        <td className={styles.mono}>
          <HostPorts pod={pod} />
        </td>
        <td className={styles.more}>
          <div className={styles.end}>
            <div className={styles.marks}>
              {firstConflict !== undefined && (
                <span className={styles.mark} title={conflicts.map(({ finding }) => finding.title).join('\n')}>
                  <Badge tone="cni">
                    {firstConflict.text}
                    {conflicts.length > 1 && ` +${conflicts.length - 1}`}
                  </Badge>
                </span>
              )}
              {pod.disagreements.length > 0 && (
                <span className={styles.mark} title={pod.disagreements.join('\n')}>
                  <Badge tone="warn">
                    {pod.disagreements.length === 1 ? 'sources disagree' : `${pod.disagreements.length} disagreements`}
                  </Badge>
                </span>
              )}
            </div>
            <button
              type="button"
              className={styles.open}
              aria-expanded={open}
              aria-label={`How ${pod.id} was found`}
              title="How it was found"
              onClick={props.onOpen}
            >
              <Icon name={open ? 'up' : 'down'} size={14} />
            </button>
          </div>
        </td>
      </tr>
      {open && (
        <tr className={styles.details}>
          <td />
          <td colSpan={5}>
            <PodDetails pod={pod} conflicts={conflicts} />
          </td>
        </tr>
      )}
    </>
  );
}
