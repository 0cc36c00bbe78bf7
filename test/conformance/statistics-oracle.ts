// tshark's statistics as lines, and the same lines from our own engine. What only decorates (rules, titles) is left out of both.
// Surprise: I/O statistics are compared as numbers, because tshark shortens the intervals' decimals by rules of its own.
import { execFileSync } from 'node:child_process';
import { compileFilter } from '../../parsers/filter/compile-filter.ts';
import { CaptureIndexer } from '../../parsers/index/capture-index.ts';
import { CONVERSATION_KINDS, type ConversationKind, Conversations } from '../../parsers/statistics/conversations.ts';
import { type CountedPacket, countedPacket } from '../../parsers/statistics/counted.ts';
import { COVERED, Expert } from '../../parsers/statistics/expert.ts';
import { Hierarchy } from '../../parsers/statistics/hierarchy.ts';
import { IoCalculator, readIoColumn } from '../../parsers/statistics/io-calculation.ts';
import { IoCounter } from '../../parsers/statistics/io-series.ts';
import { Lengths } from '../../parsers/statistics/packet-lengths.ts';
import {
  conversationLines,
  endpointLines,
  expertLines,
  hierarchyLines,
  lengthLines,
  microseconds,
} from '../../server/commands/statistics-text.ts';

const FILTER = 'tcp.len > 0 || udp.length > 60';
const IO_SECONDS = [0.01, 0.25] as const;
const CALCULATIONS = [
  'SUM(frame.len)frame.len,COUNT(ip.addr)ip.addr,MIN(ip.ttl)ip.ttl,MAX(udp.length)udp.length > 60,AVG(tcp.len)tcp.len > 0,AVG(tcp.port)tcp.port',
  'MIN(frame.time_delta)frame.time_delta,MAX(frame.time_relative)frame.time_relative,SUM(frame.time_delta)frame.time_delta && ip,AVG(tcp.analysis.ack_rtt)tcp.analysis.ack_rtt',
] as const;

/** Every `-z` that is asked, each by itself. */
export const QUESTIONS: readonly string[] = [
  ...CONVERSATION_KINDS.flatMap((kind) => [`conv,${kind}`, `endpoints,${kind}`]),
  `conv,tcp,${FILTER}`,
  `endpoints,ip,${FILTER}`,
  'io,phs',
  `io,phs,${FILTER}`,
  'plen,tree',
  `plen,tree,${FILTER}`,
  ...IO_SECONDS.map((seconds) => `io,stat,${seconds},ip,tcp.len > 0`),
  ...CALCULATIONS.map((columns) => `io,stat,0.05,${columns}`),
  'expert',
];

export function askTshark(file: string, question: string): string[] {
  const out = execFileSync('tshark', ['-n', '-q', '-r', file, '-z', question], { stdio: ['ignore', 'pipe', 'ignore'] });
  return comparable(question, out.toString().split('\n'));
}

function comparable(question: string, lines: readonly string[]): string[] {
  if (question.startsWith('io,stat')) return lines.flatMap(ioNumbers);
  const kept = lines.map((line) => line.trimEnd()).filter((line) => line !== '' && !/^[=-]+$/.test(line));
  if (question !== 'expert') return kept;
  // Items of other protocols and of TCP's options, and with them the totals, are not covered.
  const covered = kept.filter((line) => !line.endsWith('D-SACK Sequence'));
  return covered.filter((line) => COVERED.includes(/^ *\d+ +\S+ +(\S+) /.exec(line)?.[1] ?? '')).sort();
}

/** The counts of one interval; nothing for the lines around them. */
function ioNumbers(line: string): string[] {
  const [interval, ...cells] = line.split('|').slice(1, -1);
  return interval?.includes('<>') ? [cells.map((cell) => cell.trim()).join(' ')] : [];
}

export function askOurselves(bytes: Uint8Array, question: string): string[] {
  const indexer = new CaptureIndexer({ splitByInterface: false });
  indexer.append(bytes);
  indexer.end();
  const { index } = indexer;
  const frameOf = (row: number): Uint8Array =>
    bytes.subarray(index.fileOffset(row), index.fileOffset(row) + index.caplen(row));
  index.readFramesWith(frameOf);
  const baseNs = index.packetCount === 0 ? 0n : index.timestampNs(0);
  const packetsOf = (filter: string): CountedPacket[] => {
    const compiled = compileFilter(filter);
    if (!compiled.ok) throw new Error(compiled.message);
    const found: CountedPacket[] = [];
    for (let row = 0; row < index.packetCount; row++)
      if (compiled.test(index, row, () => frameOf(row)))
        found.push(countedPacket(index, 0, row, baseNs, () => frameOf(row)));
    return found;
  };
  const run = <T>(statistic: { take(packet: CountedPacket): void; result(): T }, filter: string): T => {
    for (const packet of packetsOf(filter)) statistic.take(packet);
    return statistic.result();
  };
  const [name = '', second = '', ...rest] = question.split(',');
  if (name === 'conv' || name === 'endpoints') {
    const filter = rest.join(',');
    const kind = second as ConversationKind;
    const tables = run(new Conversations(), filter);
    const lines =
      name === 'conv'
        ? conversationLines(kind, tables.conversations[kind], filter)
        : endpointLines(kind, tables.endpoints[kind], filter);
    return comparable(question, [...lines]);
  }
  if (question.startsWith('io,phs'))
    return comparable(question, hierarchyLines(run(new Hierarchy(), rest.join(',')), rest.join(',')));
  if (name === 'plen') return comparable(question, lengthLines(run(new Lengths(), rest.join(','))));
  if (name === 'expert') return comparable(question, expertLines(run(new Expert(), '')));
  const [interval, ...filters] = rest;
  const intervalNs = Number(interval) * 1e9;
  const last = Math.max(0, ...packetsOf('').map(({ ns }) => ns));
  // Below a microsecond tshark prints no interval at all.
  if (last < 1000) return [];
  const intervals = Math.floor(last / intervalNs) + 1;
  const series = filters.map((column) => {
    const read = readIoColumn(column);
    if (!read.ok) throw new Error(read.message);
    const { filter, calculation } = read;
    if (calculation !== null) {
      const calculator = new IoCalculator(intervalNs, calculation);
      for (const packet of packetsOf(filter)) calculator.take(packet);
      const isTime = calculation.operation !== 'COUNT' && calculation.field.type.of === 'time';
      return calculator.result(intervals).map((value) => (isTime ? microseconds(value) : String(value)));
    }
    const counter = new IoCounter(intervalNs);
    for (const packet of packetsOf(filter)) counter.take(packet);
    const { packets, bytes } = counter.result(intervals);
    return packets.map((count, i) => `${count} ${bytes[i]}`);
  });
  return Array.from({ length: intervals }, (_, i) => series.map((cells) => cells[i]).join(' '));
}
