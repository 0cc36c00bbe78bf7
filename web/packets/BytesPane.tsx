import { type PointerEvent, useEffect, useMemo, useRef, useState } from 'react';
import { Button } from '../ui/Button.tsx';
import { plural } from '../ui/quantities.ts';
import { scrollWithin } from '../ui/scrollWithin.ts';
import styles from './BytesPane.module.css';
import { bytesOf, hexOf, printableOf } from './bytes.ts';

const perRow = 16;
/** More bytes than one looks at; a jumbo packet opens in full on request. */
const firstShown = 2_048;

export interface ByteRange {
  offset: number;
  length: number;
}

interface Props {
  base64: string;
  chosen: ByteRange | null;
  hovered: ByteRange | null;
  onPick: (at: number) => void;
}

const inside = (range: ByteRange | null, at: number) =>
  range !== null && at >= range.offset && at < range.offset + range.length;

/** The captured bytes; the chosen field's are lit, a click on one opens its field. */
export function BytesPane({ base64, chosen, hovered, onPick }: Props) {
  const [all, setAll] = useState(false);
  const pane = useRef<HTMLElement>(null);
  const bytes = useMemo(() => bytesOf(base64), [base64]);
  const shown = all ? bytes : bytes.subarray(0, firstShown);
  const rows = Array.from({ length: Math.ceil(shown.length / perRow) }, (_, i) => i * perRow);
  const chosenAt = chosen?.offset ?? null;

  useEffect(() => {
    if (chosenAt === null) return;
    const row = pane.current?.querySelector(`[data-row="${Math.floor(chosenAt / perRow)}"]`);
    scrollWithin(pane.current, row, 'nearest');
  }, [chosenAt]);

  const nameOf = (kind: string | undefined, at: number) =>
    [kind, inside(hovered, at) && styles.hover, inside(chosen, at) && styles.lit].filter(Boolean).join(' ');
  const onPointerDown = (event: PointerEvent) => {
    const at = event.target instanceof HTMLElement ? event.target.dataset['at'] : undefined;
    if (at !== undefined) onPick(Number(at));
  };
  return (
    <section
      ref={pane}
      className={styles.bytes}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
      aria-label="Bytes of the packet"
      onPointerDown={onPointerDown}
    >
      {rows.map((start) => {
        const row = [...shown.subarray(start, start + perRow)];
        return (
          <div key={start} className={styles.row} data-row={start / perRow}>
            <span className={styles.offset}>{start.toString(16).padStart(4, '0')}</span>
            <span className={styles.hex}>
              {row.map((byte, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a byte is its place
                <span key={i} data-at={start + i} className={nameOf(styles.byte, start + i)}>
                  {hexOf(byte)}
                </span>
              ))}
            </span>
            <span className={styles.text}>
              {row.map((byte, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a byte is its place
                <span key={i} data-at={start + i} className={nameOf(styles.char, start + i)}>
                  {printableOf(byte)}
                </span>
              ))}
            </span>
          </div>
        );
      })}
      {shown.length < bytes.length && (
        <Button className={styles.more} onClick={() => setAll(true)}>
          Show {plural(bytes.length - shown.length, 'more byte')}
        </Button>
      )}
    </section>
  );
}
