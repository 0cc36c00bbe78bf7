// The dump behind the claims: the chosen line, the deciding lines marked in their owner's colour, the rest folded.
import { Fragment, useEffect, useRef, useState } from 'react';
import { type DumpRange, useDumpRanges } from '../sources/queries.ts';
import type { DumpPlace } from '../state/address.ts';
import { patchCase } from '../state/useAddress.ts';
import { Failed, Loading } from '../ui/Notice.tsx';
import { ownerLook } from '../ui/owner.ts';
import { Pane } from '../ui/Panes.tsx';
import { countText, plural } from '../ui/quantities.ts';
import { scrollWithin } from '../ui/scrollWithin.ts';
import styles from './DumpPane.module.css';
import { dumpRanges, type Mark } from './dumpRanges.ts';
import { excerpts, longLine } from './excerpts.ts';

const unfold = 40;

interface Props {
  caseId: string;
  place: DumpPlace;
  marks: ReadonlyMap<number, Mark>;
}

interface LineProps {
  place: DumpPlace;
  number: number;
  text: string;
  marks: Props['marks'];
}

function Line({ place, number, text, marks }: LineProps) {
  const here = number === place.line;
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (here) scrollWithin(element.current?.closest('[tabindex]'), element.current, 'center');
  }, [here]);
  const mark = marks.get(number);
  const owner = mark?.owner ?? null;
  return (
    <div
      ref={element}
      className={styles.line}
      data-here={here}
      data-mark={marks.has(number)}
      aria-current={here ? 'true' : undefined}
      style={{ ['--mark-color' as string]: owner === null ? 'var(--accent)' : ownerLook(owner).color }}
    >
      <button
        type="button"
        className={styles.number}
        aria-label={`Line ${number}`}
        onClick={() => patchCase({ dump: { file: place.file, line: number } }, 'replace')}
      >
        {number}
      </button>
      {text.length > longLine ? (
        <span className={`${styles.text} ${styles.long}`}>
          {excerpts(text, mark?.texts ?? []).map((part) => (
            <span key={part}>{part}</span>
          ))}
        </span>
      ) : (
        <span className={styles.text}>{text}</span>
      )}
    </div>
  );
}

function Fold({ lines, onOpen }: { lines: number; onOpen: () => void }) {
  return (
    <button type="button" className={styles.fold} onClick={onOpen}>
      … {plural(lines, 'line')}
    </button>
  );
}

export function DumpPane({ caseId, place, marks }: Props) {
  const [opened, setOpened] = useState<DumpRange[]>([]);
  const ranges = dumpRanges(place.line, [...marks.keys()], opened);
  const parts = useDumpRanges(caseId, place.file, ranges);
  const total = parts.find(({ data }) => data !== undefined)?.data?.totalLines ?? null;
  const failed = parts.find(({ isError }) => isError);
  const open = (range: DumpRange) => setOpened((list) => [...list, range]);
  const end = ranges.at(-1)?.to ?? 0;
  const aside = (
    <span className={styles.where}>
      line {countText(place.line)}
      {total !== null && ` of ${countText(total)}`}
    </span>
  );
  return (
    <Pane title={place.file} aside={aside} asWritten>
      {failed !== undefined ? (
        <Failed what="This dump cannot be shown" error={failed.error} retry={() => void failed.refetch()} />
      ) : total === null ? (
        <Loading what="Reading the dump" />
      ) : (
        <div className={styles.lines}>
          {ranges.map(({ from }, i) => {
            const data = parts[i]?.data;
            const before = ranges[i - 1]?.to ?? 0;
            return (
              <Fragment key={from}>
                {from > before + 1 && from <= total && (
                  <Fold
                    lines={from - before - 1}
                    onOpen={() => open({ from: Math.max(before + 1, from - unfold), to: from })}
                  />
                )}
                {data?.lines.map((text, at) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number
                  <Line key={data.from + at} place={place} number={data.from + at} text={text} marks={marks} />
                ))}
              </Fragment>
            );
          })}
          {end < total && <Fold lines={total - end} onOpen={() => open({ from: end, to: end + unfold })} />}
        </div>
      )}
    </Pane>
  );
}
