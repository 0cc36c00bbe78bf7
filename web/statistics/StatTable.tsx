import { useMemo, useRef, useState } from 'react';
import { gridCell, gridHeader, gridHeaderRow, gridRow } from '../ui/gridRoles.ts';
import { Icon } from '../ui/Icon.tsx';
import { ScaledList, type ScaledListHandle } from '../ui/ScaledList.tsx';
import { useMedia } from '../ui/useMedia.ts';
import styles from './StatTable.module.css';
import { type Order, type StatColumn, sortedRows } from './statColumns.ts';

const rowHeight = 32;

interface Props<T> {
  id: string;
  label: string;
  columns: readonly StatColumn<T>[];
  rows: readonly T[];
  /** Called on Enter and double click. */
  onOpen: (row: T) => void;
}

/** A sortable table of any length. Enter or a double click opens the packets of a row. */
export function StatTable<T>({ id, label, columns: all, rows, onOpen }: Props<T>) {
  const isNarrow = useMedia('(max-width: 1180px)');
  const columns = useMemo(() => all.filter(({ wide }) => !(isNarrow && wide)), [all, isNarrow]);
  const [order, setOrder] = useState<Order | null>(null);
  const [active, setActive] = useState<number | null>(null);
  const list = useRef<ScaledListHandle>(null);
  const shown = useMemo(() => sortedRows(rows, columns, order), [rows, columns, order]);
  const template = { gridTemplateColumns: columns.map(({ width }) => width).join(' ') };
  const classOf = (numeric: boolean, mono = false) =>
    [styles.cell, numeric && styles.numeric, mono && styles.mono].filter(Boolean).join(' ');
  const header = (
    <div {...gridHeaderRow} className={styles.header} style={template}>
      {columns.map(({ name, numeric }, i) => {
        const chosen = order?.column === i ? order : null;
        return (
          <span
            key={name}
            {...gridHeader(chosen === null ? 'none' : chosen.descending ? 'descending' : 'ascending')}
            className={classOf(numeric === true)}
          >
            <button
              type="button"
              className={styles.sort}
              onClick={() =>
                setOrder({ column: i, descending: chosen === null ? numeric === true : !chosen.descending })
              }
            >
              {name}
              {chosen !== null && <Icon name={chosen.descending ? 'down' : 'up'} size={12} />}
            </button>
          </span>
        );
      })}
    </div>
  );
  return (
    <div className={styles.table}>
      <ScaledList
        id={id}
        label={label}
        rowCount={shown.length}
        rowHeight={rowHeight}
        columnCount={columns.length}
        header={header}
        headerHeight={34}
        activeRow={active}
        onActivate={setActive}
        onOpen={(index) => {
          const row = shown[index];
          if (row !== undefined) onOpen(row);
        }}
        handle={list}
        renderRow={(index) => {
          const row = shown[index];
          if (row === undefined) return null;
          return (
            // biome-ignore lint/a11y/noStaticElementInteractions: its role comes with gridRow
            <div
              key={index}
              {...gridRow(id, index, index === active, () => setActive(index))}
              className={styles.row}
              style={template}
              onDoubleClick={() => onOpen(row)}
            >
              {columns.map(({ name, numeric, mono, text, share }) => (
                <span key={name} {...gridCell} className={classOf(numeric === true, mono === true)} title={text(row)}>
                  {share !== undefined && (
                    <span className={styles.share} style={{ width: `${100 * share(row)}%` }} aria-hidden="true" />
                  )}
                  <span className={styles.text}>{text(row)}</span>
                </span>
              ))}
            </div>
          );
        }}
      />
    </div>
  );
}
