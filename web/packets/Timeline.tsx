import { type PointerEvent, useRef, useState } from 'react';
import type { CaseDetail } from '../../api/schemas.ts';
import { useTimeline } from '../sources/queries.ts';
import { durationText, secondsBetween } from '../ui/time.ts';
import styles from './Timeline.module.css';
import { timeRangeOf, withoutTimeRange, withTimeRange } from './timeFilter.ts';
import { badPath, trafficPaths } from './timelineShape.ts';

export const timelineSlices = 240;
const inset = 12;
/** A shorter drag is a click, which takes the brush away. */
const shortestBrush = 4;

interface Props {
  detail: CaseDetail;
  filter: string;
  onApply: (filter: string) => void;
}

/** Packets over time, bad ones in red; dragging over it filters on the time. */
export function Timeline({ detail, filter, onApply }: Props) {
  const holder = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const { data } = useTimeline(detail.id, withoutTimeRange(filter), timelineSlices);
  if (data === undefined || detail.firstNs === null || data.packets.length === 0)
    return <div className={styles.timeline} />;

  const start = secondsBetween(detail.firstNs, data.fromNs);
  const length = Math.max(1e-9, secondsBetween(data.fromNs, data.toNs));
  const xOf = (event: PointerEvent) => event.clientX - (holder.current?.getBoundingClientRect().left ?? 0);
  const width = (holder.current?.clientWidth ?? 0) - 2 * inset;
  const secondsAt = (x: number) => start + (Math.min(width, Math.max(0, x - inset)) / Math.max(1, width)) * length;

  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    setDrag({ from: xOf(event), to: xOf(event) });
  };
  const onPointerMove = (event: PointerEvent) => setDrag((now) => now && { ...now, to: xOf(event) });
  const onPointerUp = () => {
    if (drag === null) return;
    const [a, b] = [Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)];
    setDrag(null);
    const range = b - a < shortestBrush ? null : { from: Math.max(0, secondsAt(a)), to: secondsAt(b) };
    const next = withTimeRange(filter, range);
    if (next !== filter) onApply(next);
  };

  const range = timeRangeOf(filter);
  const share = (seconds: number) => Math.min(1, Math.max(0, (seconds - start) / length));
  const brush =
    drag !== null
      ? { left: Math.min(drag.from, drag.to), width: Math.abs(drag.to - drag.from) }
      : range && {
          left: `calc(${inset}px + (100% - ${2 * inset}px) * ${share(range.from)})`,
          width: `calc((100% - ${2 * inset}px) * ${share(range.to) - share(range.from)})`,
        };
  const traffic = trafficPaths(data.packets);
  return (
    <div
      ref={holder}
      className={styles.timeline}
      role="img"
      aria-label={`Packets over ${durationText(length)}. Filter on frame.time_relative to choose a part.`}
      title="Drag to filter on a time; click to take it away"
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={() => setDrag(null)}
    >
      <svg viewBox={`0 0 ${data.packets.length} 100`} preserveAspectRatio="none" aria-hidden="true">
        <path className={styles.area} d={traffic.area} />
        <path className={styles.top} d={traffic.top} />
        <path className={styles.bad} d={badPath(data.packets, data.bad)} />
      </svg>
      <span className={styles.ends}>
        <span>0</span>
        <span>{durationText(length)}</span>
      </span>
      {brush && <span className={styles.brush} style={brush} />}
    </div>
  );
}
