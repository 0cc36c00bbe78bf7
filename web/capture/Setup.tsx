// How the capture ends and what is kept: limits that are already on, a trigger, the rules around it.
import { useState } from 'react';
import { useFilterProblem } from '../sources/filterLanguage.ts';
import { useCaptureDraft, wholePacket } from '../state/captureDraft.ts';
import { AmountField } from './AmountField.tsx';
import { type Amount, counts, durations, sizes } from './amounts.ts';
import styles from './Setup.module.css';

const snaplens: [number, string][] = [
  [wholePacket, 'whole packet'],
  [1600, 'first 1,600 bytes'],
  [256, 'first 256 bytes'],
  [128, 'headers: first 128'],
];

const ring: Amount = { ...counts, least: 2, most: 1000, example: '2 to 1,000 files' };
const free: Amount = { ...sizes, least: 0, most: Number.MAX_SAFE_INTEGER, example: '1 GB, 10 GB' };
const after: Amount = { ...durations, least: 0, most: 3600, example: '0 s to 1 h' };

/** There is no case yet that the server could try the trigger on: it is checked here. */
export function useStopFilterProblem(): string | null {
  return useFilterProblem(useCaptureDraft(({ draft }) => draft.stopFilter))?.message ?? null;
}

export function Setup({ stopProblem }: { stopProblem: string | null }) {
  const { draft, patch } = useCaptureDraft();
  const [ringed, setRinged] = useState(draft.ringFiles ?? 10);
  return (
    <>
      <span className={styles.label}>Stop after</span>
      <div className={styles.inputs}>
        <AmountField label="Time" amount={durations} value={draft.seconds} onChange={(seconds) => patch({ seconds })} />
        <AmountField label="Size" amount={sizes} value={draft.bytes} onChange={(bytes) => patch({ bytes })} />
        <span className={styles.unit}>
          <AmountField
            label="Packets"
            amount={counts}
            value={draft.packets}
            onChange={(packets) => patch({ packets })}
          />
          <i>packets</i>
        </span>
      </div>
      <label className={styles.label} htmlFor="stop-on">
        Stop on
      </label>
      <div>
        <div className={styles.trigger}>
          <input
            id="stop-on"
            className={styles.input}
            data-state={stopProblem !== null ? 'invalid' : draft.stopFilter.trim() === '' ? 'empty' : 'valid'}
            aria-invalid={stopProblem !== null}
            placeholder="display filter: tcp.flags.reset == 1"
            autoComplete="off"
            spellCheck={false}
            value={draft.stopFilter}
            onChange={(event) => patch({ stopFilter: event.target.value })}
          />
          <span className={styles.unit}>
            <AmountField
              label="Seconds after the packet that stops it"
              amount={after}
              value={draft.stopSeconds}
              onChange={(stopSeconds) => patch({ stopSeconds })}
            />
            <i>after</i>
          </span>
        </div>
        {stopProblem !== null && <p className={styles.problem}>{stopProblem}</p>}
      </div>
      <label className={styles.label} htmlFor="snaplen">
        Keep of a packet
      </label>
      <select
        id="snaplen"
        className={styles.input}
        value={draft.snaplen}
        onChange={(event) => patch({ snaplen: Number(event.target.value) })}
      >
        {snaplens.map(([bytes, text]) => (
          <option key={bytes} value={bytes}>
            {text}
          </option>
        ))}
      </select>
      <label className={styles.label} htmlFor="snapshots">
        Rules
      </label>
      <select
        id="snapshots"
        className={styles.input}
        value={draft.snapshots ? 'on' : 'off'}
        onChange={(event) => patch({ snapshots: event.target.value === 'on' })}
      >
        <option value="on">before, after, and on change</option>
        <option value="off">not saved: packets only</option>
      </select>
      <details className={styles.further}>
        <summary>Ring, disk, start time, engine</summary>
        <div className={styles.grid}>
          <label className={styles.tick}>
            <input
              type="checkbox"
              checked={draft.ringFiles !== null}
              onChange={(event) => patch({ ringFiles: event.target.checked ? ringed : null })}
            />
            keep only the newest
          </label>
          <span className={styles.unit}>
            <AmountField
              label="Files of the ring"
              amount={ring}
              value={ringed}
              onChange={(count) => {
                setRinged(count);
                if (draft.ringFiles !== null) patch({ ringFiles: count });
              }}
            />
            <i>files</i>
          </span>
          <span className={styles.label}>Disk always kept free</span>
          <AmountField
            label="Disk always kept free"
            amount={free}
            value={draft.keepFreeBytes}
            onChange={(keepFreeBytes) => patch({ keepFreeBytes })}
          />
          <label className={styles.label} htmlFor="start-at">
            Start at
          </label>
          <input
            id="start-at"
            type="datetime-local"
            step={1}
            className={styles.input}
            value={draft.startAt}
            onChange={(event) => patch({ startAt: event.target.value })}
          />
          <label className={styles.label} htmlFor="engine">
            Engine
          </label>
          <select
            id="engine"
            className={styles.input}
            value={draft.engine}
            onChange={(event) => patch({ engine: event.target.value === 'libpcap' ? 'libpcap' : 'tcpdump' })}
          >
            <option value="tcpdump">tcpdump</option>
            <option value="libpcap">libpcap, in the server</option>
          </select>
        </div>
      </details>
    </>
  );
}
