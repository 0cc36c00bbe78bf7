import type { CSSProperties } from 'react';
import type { CapturePoint, Pod } from '../../api/live.ts';
import styles from './PointDrawing.module.css';
import { pointMapOf, pointName } from './pointMap.ts';

interface Props {
  points: readonly CapturePoint[];
  pods: readonly Pod[];
  on: ReadonlySet<string>;
  onTurn: (id: string) => void;
}

const at = (column: number, row: string): CSSProperties => ({ gridColumn: column, gridRow: row });

/** The pods' path from inside outwards, each point a switch. */
export function PointDrawing({ points, pods, on, onTurn }: Props) {
  const { lanes, shared } = pointMapOf(points, pods);
  const rows = Math.max(1, lanes.length);
  const laneWidth = Math.max(0, ...lanes.map((lane) => lane.length));
  const several = pods.length > 1;
  const box = (point: CapturePoint) => (
    <button
      key={`${point.podId} ${point.id}`}
      type="button"
      className={styles.box}
      aria-pressed={on.has(point.id)}
      title={`${pointName(point, several)} · ${point.device}\n${point.warning ?? point.sees}`}
      onClick={() => onTurn(point.id)}
    >
      <span className={styles.name}>{pointName(point, several)}</span>
      <span className={styles.device}>{point.device}</span>
    </button>
  );
  const columns = laneWidth + shared.length;
  const whole = `1 / span ${rows}`;
  const template = Array.from({ length: columns }, () => 'minmax(0, 1fr)').join(' minmax(10px, 28px) ');
  return (
    <>
      {columns > 0 && (
        // biome-ignore lint/a11y/useSemanticElements: a group of switches, not a form's fieldset
        <div
          className={styles.map}
          role="group"
          aria-label="Points of the path"
          style={{ gridTemplateColumns: template }}
        >
          {lanes.map((lane, row) =>
            lane.map((point, i) => {
              const last = i === lane.length - 1;
              // An interface without a host side (macvlan) does not pass the bridge.
              const more = !last || (shared.length > 0 && lane.length === laneWidth);
              return [
                <div key={`${point.podId} ${point.id}`} className={styles.cell} style={at(i * 2 + 1, String(row + 1))}>
                  {box(point)}
                </div>,
                more && (
                  <span
                    key={`${point.podId} ${point.id} line`}
                    className={styles.line}
                    data-half={last && rows > 1}
                    style={at(i * 2 + 2, String(row + 1))}
                  />
                ),
              ];
            }),
          )}
          {rows > 1 && shared.length > 0 && (
            <span className={styles.bus} style={at(laneWidth * 2, whole)}>
              <span />
            </span>
          )}
          {shared.map((column, i) => [
            <div key={column[0]?.id} className={styles.stack} style={at((laneWidth + i) * 2 + 1, whole)}>
              {column.map(box)}
            </div>,
            i < shared.length - 1 && (
              <span key={`${column[0]?.id} line`} className={styles.line} style={at((laneWidth + i) * 2 + 2, whole)} />
            ),
          ])}
        </div>
      )}
    </>
  );
}
