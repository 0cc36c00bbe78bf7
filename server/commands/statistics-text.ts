// Statistics in the form in which tshark prints them, so that what reads the one reads the other.
// Surprise: as there, bytes of conversations are shortened to kB and MB from ten of them on; `--json` has them whole.
import type {
  Conversation,
  Endpoint,
  ExpertItem,
  HierarchyNode,
  IoStatistics,
  LengthRange,
  PacketLengths,
} from '../../api/statistics.ts';

const rule = '='.repeat(80);
const kindNames: Readonly<Record<string, string>> = {
  eth: 'Ethernet',
  ip: 'IPv4',
  ipv6: 'IPv6',
  tcp: 'TCP',
  udp: 'UDP',
};
const units = ['kB', 'MB', 'GB', 'TB'];

/** `422 bytes`, `11 kB`: whole units, of which there are at least ten. */
function sizeText(bytes: number): string {
  let text = `${bytes} bytes`;
  let size = bytes;
  for (const unit of units) {
    size = Math.floor(size / 1000);
    if (size < 10) break;
    text = `${size} ${unit}`;
  }
  return text;
}

/** `toFixed` as C rounds: an exact half goes to the even digit. */
function fixed(value: number, digits: number): string {
  const rounded = value.toFixed(digits);
  const [, rest = ''] = value.toFixed(60).split('.');
  const isHalf = /^50*$/.test(rest.slice(digits));
  return isHalf && Number(rounded.at(-1)) % 2 === 1 ? (value - 10 ** -digits / 4).toFixed(digits) : rounded;
}

const inSeconds = (ns: number): number => Math.floor(ns / 1e9) + (ns % 1e9) / 1e9;

function seconds(ns: number, digits: number): string {
  return fixed(inSeconds(ns), digits);
}

const withPort = (address: string, port: number | null): string => (port === null ? address : `${address}:${port}`);
const heading = (title: string, filter: string): string[] => [
  rule,
  title,
  `Filter:${filter === '' ? '<No Filter>' : filter}`,
];

/** Line by line: a capture may have half a million conversations. */
export function* conversationLines(kind: string, rows: readonly Conversation[], filter: string): Iterable<string> {
  const width = kind === 'tcp' || kind === 'udp' ? 26 : 20;
  const margin = ' '.repeat(width * 2 + 7);
  const way = (packets: number, bytes: number): string =>
    `  ${String(packets).padStart(6)} ${sizeText(bytes).padEnd(9)}`;
  yield* heading(`${kindNames[kind]} Conversations`, filter);
  yield `${margin}|       <-      | |       ->      | |     Total     |    Relative    |   Duration   |`;
  yield `${margin}| Frames  Bytes | | Frames  Bytes | | Frames  Bytes |      Start     |              |`;
  for (const row of rows) {
    const a = withPort(row.addressA, row.portA).padEnd(width);
    const b = withPort(row.addressB, row.portB).padEnd(width);
    const total = way(row.packetsAToB + row.packetsBToA, row.bytesAToB + row.bytesBToA);
    // tshark subtracts seconds, not nanoseconds, and its last digit shows it.
    const duration = fixed(inSeconds(row.startNs + row.durationNs) - inSeconds(row.startNs), 4);
    const ways = `${way(row.packetsBToA, row.bytesBToA)}${way(row.packetsAToB, row.bytesAToB)}${total}`;
    yield `${a} <-> ${b}${ways}  ${seconds(row.startNs, 9).padStart(14)}   ${duration.padStart(12)}`;
  }
  yield rule;
}

export function* endpointLines(kind: string, rows: readonly Endpoint[], filter: string): Iterable<string> {
  const port = kind === 'tcp' || kind === 'udp' ? '|  Port  |' : '';
  const cell = (value: number, width: number): string => String(value).padStart(width);
  yield* heading(`${kindNames[kind]} Endpoints`, filter);
  yield `${' '.repeat(23)}${port}|  Packets  | |  Bytes  | | Tx Packets | | Tx Bytes | | Rx Packets | | Rx Bytes |`;
  for (const row of rows) {
    const { packetsSent, bytesSent, packetsReceived, bytesReceived } = row;
    const name = `${row.address.padEnd(20)}${row.port === null ? ' ' : ` ${String(row.port).padStart(10)}`}`;
    const all = `     ${cell(packetsSent + packetsReceived, 6)}     ${cell(bytesSent + bytesReceived, 9)}`;
    const sent = `     ${cell(packetsSent, 6)}       ${cell(bytesSent, 9)}`;
    yield `${name}${all}${sent}      ${cell(packetsReceived, 6)}       ${cell(bytesReceived, 9)}   `;
  }
  yield rule;
}

export function hierarchyLines(roots: readonly HierarchyNode[], filter: string): string[] {
  const lines: string[] = [];
  const walk = (nodes: readonly HierarchyNode[], depth: number): void => {
    for (const { protocol, packets, bytes, children } of nodes) {
      // As tshark: what lies deeper than sixteen is not indented further.
      const indent = depth > 16 ? `${'  '.repeat(16)}...` : '  '.repeat(depth);
      lines.push(`${`${indent}${protocol}`.padEnd(40)} frames:${packets} bytes:${bytes}`);
      walk(children, depth + 1);
    }
  };
  walk(roots, 0);
  const bar = '='.repeat(67);
  return ['', bar, 'Protocol Hierarchy Statistics', `Filter: ${filter}`, '', ...lines, bar];
}

const lengthHeads = ['Count', 'Average', 'Min Val', 'Max Val', 'Rate (ms)', 'Percent', 'Burst Rate', 'Burst Start'];

export function lengthLines({ all, ranges }: PacketLengths): string[] {
  const none = '-';
  /** Where nothing was counted tshark leaves the sum's cells empty, but those of the ranges have a dash. */
  const cells = (name: string, range: LengthRange, empty: string, share: string): string => {
    const values = [
      String(range.packets),
      range.average === null ? empty : fixed(range.average, 2),
      range.shortest?.toString() ?? empty,
      range.longest?.toString() ?? empty,
      range.rate === null ? '' : fixed(range.rate, 4),
      share,
      range.burstRate === null ? none : fixed(range.burstRate, 4),
      range.burstStartNs === null ? none : seconds(range.burstStartNs, 3),
    ];
    return `${name.padEnd(19)}${values.map((value) => value.padEnd(14)).join('')}`;
  };
  const shareOf = ({ share }: LengthRange): string => (all.packets === 0 ? '' : `${fixed(share * 100, 2)}%`);
  const rangeName = ({ from, to }: LengthRange): string => (to === null ? `${from} and greater` : `${from}-${to}`);
  return [
    '',
    '='.repeat(130),
    'Packet Lengths:',
    `${'Topic / Item'.padEnd(19)}${lengthHeads.map((head) => head.padEnd(14)).join('')}`,
    '-'.repeat(130),
    cells('Packet Lengths', all, '', '100%'),
    ...ranges.map((range) => cells(` ${rangeName(range)}`, range, none, shareOf(range))),
    '',
    '-'.repeat(130),
  ];
}

/** One row an interval: from, to, then packets and bytes of each filter. */
export function ioLines({ intervalNs, durationNs, series }: IoStatistics): string[] {
  const interval = Math.min(intervalNs, durationNs);
  const digits = Math.min(
    9,
    Math.max(intervalNs % 1e9 === 0 ? 0 : decimals(intervalNs), interval < intervalNs ? 3 : 0),
  );
  const count = series[0]?.packets.length ?? 0;
  const rows = Array.from({ length: count }, (_, i) => {
    const to = Math.min((i + 1) * intervalNs, durationNs);
    const when = `${seconds(i * intervalNs, digits)} <> ${seconds(to, digits)}`;
    return [
      when,
      ...series.flatMap(({ packets, bytes, values }) =>
        values === null ? [String(packets[i] ?? 0), String(bytes[i] ?? 0)] : [calculated(values, i)],
      ),
    ];
  });
  const heads = [
    'Interval',
    ...series.flatMap(({ filter, values }) =>
      values === null ? ['Frames', 'Bytes'] : [filter.split('(', 1)[0] ?? ''],
    ),
  ];
  const widths = heads.map((head, i) => Math.max(head.length, ...rows.map((row) => (row[i] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[i] ?? 0))).join(' | ')} |`;
  const bar = '='.repeat(line(heads).length);
  return [
    '',
    bar,
    'IO Statistics',
    `Duration: ${seconds(durationNs, Math.max(digits, 3))} secs`,
    `Interval: ${seconds(interval, digits)} secs`,
    ...series.map(({ filter }, i) => `Col ${i + 1}: ${filter === '' ? 'Frames and bytes' : filter}`),
    line(heads),
    ...rows.map(line),
    bar,
  ];
}

/** Whole numbers as they are, a column with others in microseconds. */
function calculated(values: readonly number[], i: number): string {
  const value = values[i] ?? 0;
  return values.every(Number.isInteger) ? String(value) : microseconds(value);
}

/** Seconds with six decimals, halves upwards: counted in nanoseconds, which no binary fraction meets. */
export function microseconds(value: number): string {
  return (Math.floor((Math.round(value * 1e9) + 500) / 1000) / 1e6).toFixed(6);
}

function decimals(ns: number): number {
  return (ns / 1e9).toFixed(9).replace(/0+$/, '').split('.')[1]?.length ?? 0;
}

const severityNames = { error: 'Errors', warn: 'Warns', note: 'Notes', chat: 'Chats' } as const;

export function expertLines(items: readonly ExpertItem[]): string[] {
  const lines: string[] = [];
  for (const severity of ['error', 'warn', 'note', 'chat'] as const) {
    const found = items.filter((item) => item.severity === severity);
    if (found.length === 0) continue;
    const total = found.reduce((sum, item) => sum + item.packets, 0);
    lines.push('', `${severityNames[severity]} (${total})`, '=============');
    lines.push('   Frequency      Group           Protocol  Summary');
    for (const { packets, group, protocol, summary } of found)
      lines.push(`${String(packets).padStart(12)} ${group.padStart(10)} ${protocol.padStart(18)}  ${summary}`);
  }
  return lines;
}
