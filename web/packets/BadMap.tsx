import type { PointerEvent } from 'react';
import { useTimeline } from '../sources/queries.ts';
import styles from './PacketList.module.css';
import { timelineSlices } from './Timeline.tsx';
import { rowSlices } from './timelineShape.ts';

interface Props {
  caseId: string;
  filter: string;
  rowCount: number;
  onJump: (row: number) => void;
}

/** The whole list beside its scrollbar: where the bad packets are. */
export function BadMap({ caseId, filter, rowCount, onJump }: Props) {
  const { data } = useTimeline(caseId, filter, timelineSlices);
  const slices = data === undefined ? [] : rowSlices(data.packets, data.bad);
  const total = Math.max(1, slices.at(-1)?.to ?? 1);
  const jump = (event: PointerEvent<HTMLDivElement>) => {
    const area = event.currentTarget.getBoundingClientRect();
    const share = (event.clientY - area.top - 28) / Math.max(1, area.height - 28);
    onJump(Math.min(rowCount - 1, Math.max(0, Math.floor(share * rowCount))));
  };
  return (
    <div className={styles.map} aria-hidden="true" title="Where the bad packets are" onPointerDown={jump}>
      <svg viewBox="0 0 12 1000" preserveAspectRatio="none" aria-hidden="true">
        {slices.map(({ from, to, bad }) => {
          const y = (from / total) * 1000;
          const height = ((to - from) / total) * 1000;
          return (
            <g key={from}>
              <rect className={styles.mapTraffic} x={0} width={12} y={y} height={height} />
              {bad > 0 && <rect className={styles.mapBad} x={0} width={12} y={y} height={Math.max(4, height * bad)} />}
            </g>
          );
        })}
      </svg>
    </div>
  );
}
