import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react';
import type { IoStatistics } from '../../api/statistics.ts';
import { bytesText, countText } from '../ui/quantities.ts';
import { durationText } from '../ui/time.ts';
import styles from './IoGraph.module.css';

export type IoUnit = 'packets' | 'bytes';

interface Props {
  /** All packets first; what passes the filter second, when there is one. */
  io: IoStatistics;
  unit: IoUnit;
  onOpen: (first: number, last: number) => void;
}

/** Bars of intervals. Click one, drag over several, or choose with the arrows and press Enter, to see their packets. */
export function IoGraph({ io, unit, onOpen }: Props) {
  const plot = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<number | null>(null);
  const [from, setFrom] = useState<number | null>(null);
  const [all, passing] = io.series;
  const count = all?.packets.length ?? 0;
  if (all === undefined || count === 0) return null;
  const most = Math.max(1, ...all[unit]);
  const chosen = at === null ? null : Math.min(at, count - 1);
  const text = (n: number): string => (unit === 'packets' ? countText(n) : bytesText(n));
  const placeOf = (event: PointerEvent): number => {
    const box = plot.current?.getBoundingClientRect();
    if (box === undefined || box.width === 0) return 0;
    return Math.min(count - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * count)));
  };
  const open = (a: number, b: number): void => onOpen(Math.min(a, b), Math.max(a, b));
  const onKeyDown = (event: KeyboardEvent) => {
    const moves: Record<string, number> = {
      ArrowRight: 1,
      ArrowLeft: -1,
      PageDown: 10,
      PageUp: -10,
      Home: -count,
      End: count,
    };
    const move = moves[event.key];
    if (move !== undefined) setAt(Math.min(count - 1, Math.max(0, (chosen ?? (move > 0 ? -1 : count)) + move)));
    else if (event.key === 'Enter' && chosen !== null) open(chosen, chosen);
    else return;
    event.preventDefault();
  };
  const bars = (values: readonly number[]): string =>
    values.map((value, i) => (value === 0 ? '' : `M${i + 0.08} 100V${100 - (97 * value) / most}h.84V100z`)).join('');
  const begin = (i: number): number => (i * io.intervalNs) / 1e9;
  const said =
    chosen === null
      ? 'Choose an interval'
      : `${durationText(begin(chosen))} to ${durationText(begin(chosen + 1))}: ${text(all[unit][chosen] ?? 0)} ${unit === 'packets' ? 'packets' : ''}`;
  return (
    <figure className={styles.figure}>
      <span className={styles.most}>{text(most)}</span>
      <div
        ref={plot}
        role="slider"
        aria-label="Interval; Enter shows its packets"
        aria-valuemin={0}
        aria-valuemax={count - 1}
        aria-valuenow={chosen ?? 0}
        aria-valuetext={said}
        tabIndex={0}
        className={styles.plot}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          setFrom(placeOf(event));
          setAt(placeOf(event));
        }}
        onPointerMove={(event) => setAt(placeOf(event))}
        onPointerUp={(event) => {
          if (from !== null) open(from, placeOf(event));
          setFrom(null);
        }}
        onPointerCancel={() => setFrom(null)}
        onPointerLeave={() => from === null && setAt(null)}
      >
        <svg viewBox={`0 0 ${count} 100`} preserveAspectRatio="none" aria-hidden="true">
          {chosen !== null && (
            <rect
              className={styles.chosen}
              x={Math.min(chosen, from ?? chosen)}
              width={Math.abs(chosen - (from ?? chosen)) + 1}
              y="0"
              height="100"
            />
          )}
          <path className={passing === undefined ? styles.passing : styles.all} d={bars(all[unit])} />
          {passing !== undefined && <path className={styles.passing} d={bars(passing[unit])} />}
          {unit === 'packets' && <path className={styles.bad} d={bars((passing ?? all).bad)} />}
        </svg>
        {chosen !== null && (
          <span
            className={styles.tip}
            style={{ left: `${(100 * (chosen + 0.5)) / count}%` }}
            data-side={chosen > count / 2 ? 'left' : 'right'}
          >
            <b>{begin(chosen).toFixed(Math.min(9, Math.max(0, -Math.floor(Math.log10(io.intervalNs / 1e9)))))} s</b>
            <span>{text(all[unit][chosen] ?? 0)} in all</span>
            {passing !== undefined && <span>{text(passing[unit][chosen] ?? 0)} pass the filter</span>}
            {((passing ?? all).bad[chosen] ?? 0) > 0 && (
              <span className={styles.badText}>{countText((passing ?? all).bad[chosen] ?? 0)} bad TCP</span>
            )}
          </span>
        )}
      </div>
      <figcaption className={styles.axis}>
        <span>0</span>
        <span>
          {plainInterval(io.intervalNs)} an interval
          {passing !== undefined && ' · grey: all packets, blue: what passes the filter'}
          {unit === 'packets' && ' · red: bad TCP'}
        </span>
        <span>{durationText(io.durationNs / 1e9)}</span>
      </figcaption>
    </figure>
  );
}

/** `50 ms`, `2 s`. */
export function plainInterval(ns: number): string {
  if (ns >= 1e9) return `${ns / 1e9} s`;
  return ns >= 1e6 ? `${ns / 1e6} ms` : `${ns / 1e3} µs`;
}
