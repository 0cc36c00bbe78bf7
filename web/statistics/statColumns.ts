// The columns of the statistics' tables: what a cell says, and what it is sorted by. Pure.
import type { HttpObject } from '../../api/objects.ts';
import type { Conversation, Endpoint, ExpertItem, LengthRange } from '../../api/statistics.ts';
import { bytesText, countText } from '../ui/quantities.ts';
import { durationText } from '../ui/time.ts';

export interface StatColumn<T> {
  readonly name: string;
  /** A grid track. */
  readonly width: string;
  readonly numeric?: boolean;
  readonly mono?: boolean;
  /** Left out where there is no room. */
  readonly wide?: boolean;
  readonly text: (row: T) => string;
  readonly key: (row: T) => number | string;
  /** 0 to 1, drawn behind the text. */
  readonly share?: (row: T) => number;
}

export interface Order {
  readonly column: number;
  readonly descending: boolean;
}

const collator = new Intl.Collator('en', { numeric: true });

/** Without an order the rows stand as they came. */
export function sortedRows<T>(
  rows: readonly T[],
  columns: readonly StatColumn<T>[],
  order: Order | null,
): readonly T[] {
  const column = order === null ? undefined : columns[order.column];
  if (column === undefined || order === null) return rows;
  const sign = order.descending ? -1 : 1;
  const compare = (a: number | string, b: number | string): number =>
    typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b));
  return rows
    .map((row) => ({ row, key: column.key(row) }))
    .sort((a, b) => sign * compare(a.key, b.key))
    .map(({ row }) => row);
}

function counted<T>(name: string, width: string, value: (row: T) => number): StatColumn<T> {
  return { name, width, numeric: true, text: (row) => countText(value(row)), key: value };
}

function sized<T>(name: string, width: string, value: (row: T) => number): StatColumn<T> {
  return { name, width, numeric: true, text: (row) => bytesText(value(row)), key: value };
}

const portColumn = <T>(name: string, port: (row: T) => number | null): StatColumn<T> => ({
  name,
  width: '72px',
  numeric: true,
  mono: true,
  text: (row) => String(port(row) ?? ''),
  key: (row) => port(row) ?? -1,
});

export function conversationColumns(withPorts: boolean): StatColumn<Conversation>[] {
  const total = ({ packetsAToB, packetsBToA }: Conversation): number => packetsAToB + packetsBToA;
  const bytes = ({ bytesAToB, bytesBToA }: Conversation): number => bytesAToB + bytesBToA;
  const address = (name: string, of: (row: Conversation) => string): StatColumn<Conversation> => ({
    name,
    width: 'minmax(110px, 1.6fr)',
    mono: true,
    text: of,
    key: of,
  });
  const rate = ({ durationNs }: Conversation, way: number): number => (durationNs === 0 ? 0 : (way * 8e9) / durationNs);
  const rates: StatColumn<Conversation> = {
    name: 'Bits/s',
    wide: true,
    width: 'minmax(70px, 0.7fr)',
    numeric: true,
    text: (row) => (row.durationNs === 0 ? '' : bytesText(rate(row, bytes(row))).replace(/B$/, 'b')),
    key: (row) => rate(row, bytes(row)),
  };
  return [
    address('Address A', ({ addressA }) => addressA),
    ...(withPorts ? [portColumn<Conversation>('Port A', ({ portA }) => portA)] : []),
    address('Address B', ({ addressB }) => addressB),
    ...(withPorts ? [portColumn<Conversation>('Port B', ({ portB }) => portB)] : []),
    counted('Packets', 'minmax(64px, 0.6fr)', total),
    sized('Bytes', 'minmax(70px, 0.6fr)', bytes),
    counted('A → B', 'minmax(60px, 0.5fr)', ({ packetsAToB }) => packetsAToB),
    { ...sized('Bytes A → B', 'minmax(84px, 0.6fr)', ({ bytesAToB }) => bytesAToB), wide: true },
    counted('B → A', 'minmax(60px, 0.5fr)', ({ packetsBToA }) => packetsBToA),
    { ...sized('Bytes B → A', 'minmax(84px, 0.6fr)', ({ bytesBToA }) => bytesBToA), wide: true },
    {
      name: 'Start',
      wide: true,
      width: 'minmax(84px, 0.6fr)',
      numeric: true,
      text: ({ startNs }) => (startNs / 1e9).toFixed(6),
      key: ({ startNs }) => startNs,
    },
    {
      name: 'Duration',
      width: 'minmax(76px, 0.6fr)',
      numeric: true,
      text: ({ durationNs }) => durationText(durationNs / 1e9),
      key: ({ durationNs }) => durationNs,
    },
    rates,
  ];
}

export function endpointColumns(withPorts: boolean): StatColumn<Endpoint>[] {
  return [
    {
      name: 'Address',
      width: 'minmax(140px, 2fr)',
      mono: true,
      text: ({ address }) => address,
      key: ({ address }) => address,
    },
    ...(withPorts ? [portColumn<Endpoint>('Port', ({ port }) => port)] : []),
    counted('Packets', '1fr', ({ packetsSent, packetsReceived }) => packetsSent + packetsReceived),
    sized('Bytes', '1fr', ({ bytesSent, bytesReceived }) => bytesSent + bytesReceived),
    counted('Packets sent', '1fr', ({ packetsSent }) => packetsSent),
    sized('Bytes sent', '1fr', ({ bytesSent }) => bytesSent),
    counted('Packets received', '1fr', ({ packetsReceived }) => packetsReceived),
    sized('Bytes received', '1fr', ({ bytesReceived }) => bytesReceived),
  ];
}

const orNothing = (value: number | null, digits: number): string => value?.toFixed(digits) ?? '';

export const lengthColumns: readonly StatColumn<LengthRange>[] = [
  {
    name: 'Length',
    width: 'minmax(110px, 1fr)',
    mono: true,
    text: ({ from, to }) => (to === null ? `${from} and more` : `${from} – ${to}`),
    key: ({ from }) => from,
  },
  counted('Packets', 'minmax(70px, 1fr)', ({ packets }) => packets),
  {
    name: 'Share',
    width: 'minmax(90px, 2fr)',
    numeric: true,
    text: ({ share }) => `${(share * 100).toFixed(2)} %`,
    key: ({ share }) => share,
    share: ({ share }) => share,
  },
  {
    name: 'Average',
    width: '1fr',
    numeric: true,
    text: ({ average }) => orNothing(average, 2),
    key: ({ average }) => average ?? -1,
  },
  {
    name: 'Shortest',
    width: '1fr',
    numeric: true,
    text: ({ shortest }) => orNothing(shortest, 0),
    key: ({ shortest }) => shortest ?? -1,
  },
  {
    name: 'Longest',
    width: '1fr',
    numeric: true,
    text: ({ longest }) => orNothing(longest, 0),
    key: ({ longest }) => longest ?? -1,
  },
  {
    name: 'Packets/ms',
    width: '1fr',
    numeric: true,
    text: ({ rate }) => orNothing(rate, 4),
    key: ({ rate }) => rate ?? -1,
  },
  {
    name: 'Burst/ms',
    width: '1fr',
    numeric: true,
    text: ({ burstRate }) => orNothing(burstRate, 4),
    key: ({ burstRate }) => burstRate ?? -1,
  },
  {
    name: 'Burst at',
    width: '1fr',
    numeric: true,
    text: ({ burstStartNs }) => (burstStartNs === null ? '' : `${(burstStartNs / 1e9).toFixed(3)} s`),
    key: ({ burstStartNs }) => burstStartNs ?? -1,
  },
];

const severityOrder = { error: 0, warn: 1, note: 2, chat: 3 } as const;
const severityNames = { error: 'Error', warn: 'Warning', note: 'Note', chat: 'Chat' } as const;

export const expertColumns: readonly StatColumn<ExpertItem>[] = [
  {
    name: 'Severity',
    width: '90px',
    text: ({ severity }) => severityNames[severity],
    key: ({ severity }) => severityOrder[severity],
  },
  { name: 'Summary', width: 'minmax(220px, 4fr)', text: ({ summary }) => summary, key: ({ summary }) => summary },
  { name: 'Group', width: '100px', text: ({ group }) => group, key: ({ group }) => group },
  { name: 'Protocol', width: '90px', text: ({ protocol }) => protocol, key: ({ protocol }) => protocol },
  counted('Packets', '90px', ({ packets }) => packets),
];

export const objectColumns: readonly StatColumn<HttpObject>[] = [
  {
    name: 'Packet',
    width: '80px',
    numeric: true,
    text: ({ packet }) => countText(packet),
    key: ({ packet }) => packet,
  },
  {
    name: 'Status',
    width: '80px',
    text: ({ status, isRequest }) => (isRequest ? 'request' : String(status ?? '')),
    key: ({ status }) => status ?? 0,
  },
  {
    name: 'Asked for',
    width: 'minmax(200px, 2fr)',
    mono: true,
    text: ({ method, host, uri }) => (method === null ? 'not captured' : `${method} ${host ?? ''}${uri ?? ''}`),
    key: ({ host, uri }) => `${host}${uri}`,
  },
  {
    name: 'Type',
    width: 'minmax(120px, 1fr)',
    text: ({ contentType, encoding }) => `${contentType ?? ''}${encoding === null ? '' : `, ${encoding}`}`,
    key: ({ contentType }) => contentType ?? '',
  },
  { name: 'Bytes', width: '96px', numeric: true, text: ({ bytes }) => bytesText(bytes), key: ({ bytes }) => bytes },
];
