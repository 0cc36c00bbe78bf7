import { useState } from 'react';
import type { CaseDetail } from '../../api/schemas.ts';
import type { Statistics } from '../../api/statistics.ts';
import { FilterBar } from '../packets/FilterBar.tsx';
import { useIo, useStatistics } from '../sources/queries.ts';
import type { CaseAddress } from '../state/address.ts';
import { patchCase } from '../state/useAddress.ts';
import { Button } from '../ui/Button.tsx';
import { Failed, Loading, Notice } from '../ui/Notice.tsx';
import { countText, plural } from '../ui/quantities.ts';
import { secondsBetween } from '../ui/time.ts';
import { HierarchyTree } from './HierarchyTree.tsx';
import { HttpObjects } from './HttpObjects.tsx';
import { IoGraph, type IoUnit, plainInterval } from './IoGraph.tsx';
import {
  conversationFilter,
  endpointFilter,
  intervalFilter,
  type Kind,
  lengthFilter,
  narrowed,
  niceInterval,
  protocolFilter,
} from './rowFilters.ts';
import styles from './StatisticsTab.module.css';
import { StatTable } from './StatTable.tsx';
import { conversationColumns, endpointColumns, expertColumns, lengthColumns } from './statColumns.ts';

const tables = {
  conversations: 'Conversations',
  endpoints: 'Endpoints',
  hierarchy: 'Protocols',
  lengths: 'Lengths',
  io: 'Over time',
  expert: 'Expert',
  objects: 'HTTP bodies',
} as const;
type TableName = keyof typeof tables;
const tableNames = Object.keys(tables) as TableName[];
const kinds: Record<Kind, string> = { eth: 'Ethernet', ip: 'IPv4', ipv6: 'IPv6', tcp: 'TCP', udp: 'UDP' };
const kindNames = Object.keys(kinds) as Kind[];
const withPorts = (kind: Kind): boolean => kind === 'tcp' || kind === 'udp';

/** `endpoints.udp` of the address: which table, and of which kind; null: not said. */
function chosenOf(text: string | null): { table: TableName; kind: Kind | null } {
  const [name, kind] = (text ?? '').split('.');
  return {
    table: tableNames.find((table) => table === name) ?? 'conversations',
    kind: kindNames.find((known) => known === kind) ?? null,
  };
}

const show = (table: TableName, kind: Kind | null) => patchCase({ table: kind === null ? table : `${table}.${kind}` });
const apply = (filter: string) => patchCase({ filter });

function Switch<T extends string>(props: {
  label: string;
  names: Readonly<Record<T, string>>;
  chosen: T;
  counts?: Readonly<Record<T, number>>;
  onChoose: (name: T) => void;
}) {
  const { label, names, chosen, counts, onChoose } = props;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of toggle buttons, not a form's fieldset
    <div className={styles.switch} role="group" aria-label={label}>
      {(Object.keys(names) as T[]).map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={name === chosen}
          className={styles.choice}
          onClick={() => onChoose(name)}
        >
          {names[name]}
          {counts !== undefined && <span className={styles.count}>{countText(counts[name])}</span>}
        </button>
      ))}
    </div>
  );
}

/** The kind that says most where none was chosen: the first with rows, ports before addresses. */
function richest(rows: Readonly<Record<Kind, readonly unknown[]>>): Kind {
  return (['tcp', 'udp', 'ip', 'ipv6', 'eth'] as const).find((kind) => rows[kind].length > 0) ?? 'ip';
}

function OverTime({
  detail,
  filter,
  onOpen,
}: {
  detail: CaseDetail;
  filter: string;
  onOpen: (filter: string) => void;
}) {
  const [unit, setUnit] = useState<IoUnit>('packets');
  const seconds = detail.firstNs === null || detail.lastNs === null ? 0 : secondsBetween(detail.firstNs, detail.lastNs);
  const automatic = niceInterval(seconds * 1e9, 200);
  const [interval, setInterval] = useState<number | null>(null);
  const chosen = interval ?? automatic;
  const io = useIo(detail.id, filter === '' ? [''] : ['', filter], chosen);
  // The intervals that make up between ten and two thousand bars.
  const offered = [...new Set([2000, 500, 200, 50, 10].map((most) => niceInterval(seconds * 1e9, most)))];
  return (
    <div className={styles.graph}>
      <div className={styles.controls}>
        <Switch label="Unit" names={{ packets: 'Packets', bytes: 'Bytes' }} chosen={unit} onChoose={setUnit} />
        <label className={styles.interval}>
          Interval
          <select value={chosen} onChange={(event) => setInterval(Number(event.target.value))}>
            {[...new Set([...offered, chosen])]
              .sort((a, b) => a - b)
              .map((value) => (
                <option key={value} value={value}>
                  {plainInterval(Math.round(value * 1e9))}
                </option>
              ))}
          </select>
        </label>
        <span className={styles.hint}>Click an interval, or drag over several, to see their packets</span>
      </div>
      {io.isError ? (
        <Failed what="The packets cannot be counted" error={io.error} retry={() => void io.refetch()} />
      ) : io.data === undefined ? (
        <Loading what="Counting" />
      ) : (
        <IoGraph
          io={io.data}
          unit={unit}
          onOpen={(first, last) =>
            io.data !== undefined && onOpen(intervalFilter(io.data.fromNs, io.data.intervalNs, first, last))
          }
        />
      )}
    </div>
  );
}

interface BodyProps {
  statistics: Statistics;
  table: Exclude<TableName, 'io' | 'objects'>;
  kind: Kind;
  onOpen: (filter: string) => void;
}

function Body({ statistics, table, kind, onOpen }: BodyProps) {
  const none = <Notice icon="statistics" title={`No ${tables[table].toLowerCase()} to count`} />;
  switch (table) {
    case 'conversations': {
      const rows = statistics.conversations[kind];
      if (rows.length === 0) return none;
      const columns = conversationColumns(withPorts(kind));
      return (
        <StatTable
          key={kind}
          id="conversation"
          label={`${kinds[kind]} conversations`}
          columns={columns}
          rows={rows}
          onOpen={(row) => onOpen(conversationFilter(kind, row))}
        />
      );
    }
    case 'endpoints': {
      const rows = statistics.endpoints[kind];
      if (rows.length === 0) return none;
      const columns = endpointColumns(withPorts(kind));
      return (
        <StatTable
          key={kind}
          id="endpoint"
          label={`${kinds[kind]} endpoints`}
          columns={columns}
          rows={rows}
          onOpen={(row) => onOpen(endpointFilter(kind, row))}
        />
      );
    }
    case 'hierarchy':
      return statistics.hierarchy.length === 0 ? (
        none
      ) : (
        <HierarchyTree
          roots={statistics.hierarchy}
          onOpen={(protocol) => {
            const filter = protocolFilter(protocol);
            if (filter !== null) onOpen(filter);
          }}
        />
      );
    case 'lengths':
      return (
        <StatTable
          id="length"
          label="Packet lengths"
          columns={lengthColumns}
          rows={statistics.lengths.ranges}
          onOpen={(row) => onOpen(lengthFilter(row))}
        />
      );
    case 'expert':
      return statistics.expert.length === 0 ? (
        <Notice icon="check" title="Nothing to say">
          Covered are {statistics.expertCovers.join(' and ')}.
        </Notice>
      ) : (
        <StatTable
          id="expert"
          label="Expert items"
          columns={expertColumns}
          rows={statistics.expert}
          onOpen={({ filter }) => filter !== null && onOpen(filter)}
        />
      );
  }
}

function footerOf(table: TableName): string {
  if (table === 'io') return '';
  return table === 'objects'
    ? 'All of the case, whatever the filter. Double click or Enter shows the packet, where the body can be saved'
    : 'Double click or Enter shows the packets of a row';
}

function noteOf(table: TableName, statistics: Statistics | undefined): string {
  if (statistics === undefined) return '';
  const notes = [...statistics.issues];
  if (table === 'expert')
    notes.push(`Items of ${statistics.expertCovers.join(' and ')}; those of other protocols are not covered.`);
  return notes.join(' ');
}

export function StatisticsTab({ address, detail }: { address: CaseAddress; detail: CaseDetail }) {
  const { filter } = address;
  const { table, kind } = chosenOf(address.table);
  const isCounted = table !== 'io' && table !== 'objects';
  const found = useStatistics(detail.id, filter, isCounted);
  if (detail.packets === 0)
    return (
      <Notice icon="statistics" title="Nothing to count">
        This case has no packets.
      </Notice>
    );
  const open = (more: string) => patchCase({ tab: 'packets', filter: narrowed(filter, more), packet: null });
  const statistics = found.data;
  const perKind = table === 'conversations' || table === 'endpoints' ? statistics?.[table] : undefined;
  const shownKind = kind ?? (perKind === undefined ? 'tcp' : richest(perKind));
  const note = noteOf(table, statistics);
  return (
    <div className={styles.tab}>
      <h1 className="said">Statistics of {detail.name}</h1>
      <FilterBar caseId={detail.id} filter={filter} onApply={apply} onLeave={() => undefined} times={false} />
      <div className={styles.bar}>
        <Switch label="Table" names={tables} chosen={table} onChoose={(name) => show(name, null)} />
        <span className={styles.spring} />
        {isCounted && statistics !== undefined && (
          <span className={styles.total} role="status">
            {plural(statistics.packets, 'packet')}
            {!statistics.settled && ' so far …'}
          </span>
        )}
      </div>
      {perKind !== undefined && (
        <div className={styles.kinds}>
          <Switch
            label="Of"
            names={kinds}
            chosen={shownKind}
            counts={{
              eth: perKind.eth.length,
              ip: perKind.ip.length,
              ipv6: perKind.ipv6.length,
              tcp: perKind.tcp.length,
              udp: perKind.udp.length,
            }}
            onChoose={(name) => show(table, name)}
          />
        </div>
      )}
      <div className={styles.body} data-stale={found.isPlaceholderData}>
        {table === 'io' ? (
          <OverTime detail={detail} filter={filter} onOpen={open} />
        ) : table === 'objects' ? (
          <HttpObjects caseId={detail.id} />
        ) : found.isError ? (
          <Failed what="This cannot be counted" error={found.error} retry={() => void found.refetch()} />
        ) : statistics === undefined ? (
          <Loading what="Counting" />
        ) : statistics.packets === 0 && statistics.settled ? (
          <Notice
            icon="search"
            title="No packet passes this filter"
            actions={<Button onClick={() => apply('')}>Clear the filter</Button>}
          />
        ) : (
          <Body statistics={statistics} table={table} kind={shownKind} onOpen={open} />
        )}
      </div>
      <footer className={styles.footer}>
        <span>{note}</span>
        <span>{footerOf(table)}</span>
      </footer>
    </div>
  );
}
