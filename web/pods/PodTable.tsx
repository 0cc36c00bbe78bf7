// The pods as a table. One row has the tab stop; arrows move it, Space picks another pod too, Enter picks this one alone.
import { type KeyboardEvent, useRef, useState } from 'react';
import type { Pod } from '../../api/live.ts';
import type { Finding } from '../../api/pieces.ts';
import { patchPods } from '../state/useAddress.ts';
import { listKeyOf, movedRow } from '../ui/scaledScroll.ts';
import { PodRow } from './PodRow.tsx';
import styles from './PodTable.module.css';
import { conflictsOf } from './podText.ts';

interface Props {
  pods: readonly Pod[];
  findings: readonly Finding[];
  picked: readonly string[];
}

const columns = ['Pod', 'Address', 'Host interface', 'hostPort'];

export function PodTable({ pods, findings, picked }: Props) {
  const body = useRef<HTMLDivElement>(null);
  const [stop, setStop] = useState<string | null>(null);
  const [open, setOpen] = useState<string | null>(null);
  const stopId = pods.some(({ id }) => id === stop)
    ? stop
    : (pods.find(({ id }) => picked.includes(id)) ?? pods[0])?.id;

  const toggle = (id: string) =>
    patchPods({ pods: picked.includes(id) ? picked.filter((other) => other !== id) : [...picked, id] }, 'replace');
  const only = (id: string) => patchPods({ pods: picked.length === 1 && picked[0] === id ? [] : [id] }, 'replace');

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (!(event.target instanceof HTMLElement) || event.target.dataset['podCheck'] === undefined) return;
    const at = pods.findIndex(({ id }) => id === stopId);
    const here = pods[at];
    if (here !== undefined && event.key === 'Enter') return only(here.id);
    if (here !== undefined && event.key === 'ArrowRight') return setOpen(here.id);
    if (event.key === 'ArrowLeft') return setOpen(null);
    const key = listKeyOf(event.key);
    if (key === null) return;
    event.preventDefault();
    const viewport = body.current?.clientHeight ?? 600;
    const next = pods[movedRow({ rowCount: pods.length, rowHeight: 56, viewport, header: 0 }, at, key)];
    if (next === undefined) return;
    setStop(next.id);
    body.current?.querySelector<HTMLElement>(`[data-pod-check="${CSS.escape(next.id)}"]`)?.focus();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: moves the focus among the check boxes inside, which have their own keys
    <div ref={body} className={styles.body} onKeyDown={onKeyDown}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col" className={styles.check}>
              <span className="said">Picked</span>
            </th>
            {columns.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
            <th scope="col" className={styles.more}>
              <span className="said">Conflicts and details</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {pods.map((pod) => (
            <PodRow
              key={pod.id}
              pod={pod}
              conflicts={conflictsOf(pod, findings)}
              picked={picked.includes(pod.id)}
              tabStop={pod.id === stopId}
              open={pod.id === open}
              onFocus={() => setStop(pod.id)}
              onToggle={() => toggle(pod.id)}
              onOnly={() => only(pod.id)}
              onOpen={() => setOpen(pod.id === open ? null : pod.id)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}
