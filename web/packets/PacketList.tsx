import './columns.css';
import { type Ref, useCallback, useEffect, useRef, useState } from 'react';
import type { PacketRow as Row } from '../../api/schemas.ts';
import { cachedPage, pageRows, usePacketPages } from '../sources/queries.ts';
import { usePreferences } from '../state/preferences.ts';
import { gridHeader, gridHeaderRow } from '../ui/gridRoles.ts';
import { ScaledList, type ScaledListHandle } from '../ui/ScaledList.tsx';
import type { RowWindow } from '../ui/scaledScroll.ts';
import { relativeTime, utcDateTime, utcTime } from '../ui/time.ts';
import styles from './PacketList.module.css';
import { PacketRow } from './PacketRow.tsx';

const columns = ['No.', 'Time', 'Source', 'Destination', 'Protocol', 'Length', 'Point', 'Info'];
const numeric = new Set(['No.', 'Time', 'Length']);

/** While the thumb is dragged windows fly by; a page is asked for when one has stayed this long. */
const settleMs = 60;

function pagesOf({ first, end }: RowWindow): number[] {
  const pages: number[] = [];
  for (let page = Math.floor(first / pageRows); page <= Math.floor(Math.max(first, end - 1) / pageRows); page += 1)
    pages.push(page);
  return pages;
}

interface Props {
  caseId: string;
  filter: string;
  rowCount: number;
  firstNs: string | null;
  activeRow: number | null;
  onActivate: (row: number) => void;
  onOpen: (row: number) => void;
  list: Ref<ScaledListHandle>;
  follow: boolean;
  onFollow: (follow: boolean) => void;
}

export function rowAt(caseId: string, filter: string, index: number): Row | null {
  return cachedPage(caseId, filter, Math.floor(index / pageRows))?.rows[index % pageRows] ?? null;
}

export function PacketList(props: Props) {
  const { caseId, filter, rowCount, firstNs, activeRow, onActivate, onOpen, list } = props;
  const format = usePreferences(({ timeFormat }) => timeFormat);
  const [pages, setPages] = useState([0]);
  const timer = useRef<number | undefined>(undefined);
  usePacketPages(caseId, filter, pages);

  const onWindow = useCallback((rows: RowWindow) => {
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setPages(pagesOf(rows)), settleMs);
  }, []);
  useEffect(() => () => window.clearTimeout(timer.current), []);

  const timeOf = (row: Row, index: number): string => {
    if (format === 'utc') return utcTime(row.tsNs);
    if (format === 'relative') return relativeTime(firstNs ?? row.tsNs, row.tsNs);
    const before = index === 0 ? row : rowAt(caseId, filter, index - 1);
    return before === null ? '' : relativeTime(before.tsNs, row.tsNs);
  };

  const renderRow = (index: number) => {
    const row = rowAt(caseId, filter, index);
    return (
      <PacketRow
        key={index}
        index={index}
        row={row}
        time={row === null ? '' : timeOf(row, index)}
        fullTime={row === null ? '' : utcDateTime(row.tsNs)}
        active={index === activeRow}
        onSelect={onActivate}
      />
    );
  };

  const header = (
    <div {...gridHeaderRow} className={styles.header}>
      {columns.map((name) => (
        <span key={name} {...gridHeader()} className={numeric.has(name) ? styles.number : undefined}>
          {name}
        </span>
      ))}
    </div>
  );

  return (
    <ScaledList
      id="packet"
      label="Packets"
      rowCount={rowCount}
      rowHeight={22}
      columnCount={columns.length}
      header={header}
      headerHeight={28}
      activeRow={activeRow}
      onActivate={onActivate}
      onOpen={onOpen}
      onWindow={onWindow}
      renderRow={renderRow}
      handle={list}
      follow={props.follow}
      onFollow={props.onFollow}
    />
  );
}
