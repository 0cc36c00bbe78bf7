// `vethscope stats`: conversations, endpoints, protocol hierarchy, packet lengths, packets over time, expert items.
// Surprise: tables look as tshark's `-z` prints them; what may differ is in docs/filter-and-statistics.md.
import { Argument, Command } from 'commander';
import { CONVERSATION_KINDS, type ConversationKind } from '../../parsers/statistics/conversations.ts';
import type { Packets } from '../packets/packets.ts';
import { Refusal } from '../refusal.ts';
import { type CommandContext, complain, gather, printJson } from './context.ts';
import { type DecodeAsOptions, decodeAsOption } from './decode-as.ts';
import { type SnapshotOptions, snapshotOption, stateOf } from './names-option.ts';
import { problemOf } from './read.ts';
import {
  conversationLines,
  endpointLines,
  expertLines,
  hierarchyLines,
  ioLines,
  lengthLines,
} from './statistics-text.ts';
import { printable } from './style.ts';

const tables = ['conversations', 'endpoints', 'hierarchy', 'lengths', 'io', 'expert'] as const;
type TableName = (typeof tables)[number];

interface StatsOptions extends DecodeAsOptions, SnapshotOptions {
  readonly filter?: string;
  readonly kind?: readonly string[];
  readonly interval?: string;
  readonly z?: string;
  readonly json?: boolean;
}

export function statsCommand(context: CommandContext): Command {
  return new Command('stats')
    .description("statistics of captures, as tshark's -z conv, endpoints, io,phs, plen,tree, io,stat and expert")
    .addArgument(new Argument('<table>', 'what to count').choices(tables))
    .argument('<capture...>', 'pcap or pcapng files, also compressed or in an archive; - reads stdin')
    .option('-Y, --filter <filter>', "count only what passes this display filter (Wireshark's language)")
    .option(
      '--kind <kind>',
      `conversations and endpoints of: ${CONVERSATION_KINDS.join(', ')}; may be given several times`,
      gather,
    )
    .option('--interval <seconds>', 'io: length of an interval', '1')
    .option('-z <io,stat,…>', `io: interval and columns as tshark's: -z 'io,stat,1,SUM(frame.len)frame.len,tcp'`)
    .addOption(decodeAsOption())
    .addOption(snapshotOption())
    .option('--json', 'print JSON (docs/api.md: statistics, ioStatistics)')
    .action((table: TableName, captures: string[], options: StatsOptions) => stats(context, table, captures, options));
}

async function stats(
  context: CommandContext,
  table: TableName,
  captures: readonly string[],
  options: StatsOptions,
): Promise<void> {
  const filter = options.filter ?? '';
  const { filterOf } = await import('../packets/packets.ts');
  const bad = problemOf(filterOf, filter);
  if (bad !== null) return complain(context, `-Y ${JSON.stringify(filter)}: ${bad}`);
  const kinds = kindsOf(options.kind ?? []);
  const asked = options.z === undefined ? null : ioQuestion(options.z);
  if (options.z !== undefined && (table !== 'io' || asked === null || filter !== ''))
    return complain(
      context,
      `-z ${JSON.stringify(options.z)}: with the table io and without -Y, in the form io,stat,INTERVAL,COLUMN,…`,
    );
  const columns = asked?.columns ?? [filter];
  const interval = Number(asked?.interval ?? options.interval);
  if (!(interval >= 1e-6 && interval <= 1e9))
    return complain(
      context,
      `--interval ${JSON.stringify(asked?.interval ?? options.interval)}: give seconds, from 0.000001 to 1000000000`,
    );
  const { openCaptures } = await import('../packets/open-captures.ts');
  const opened = await openCaptures(context.system, captures, {
    decodeAs: options.decodeAs,
    state: await stateOf(context, options),
  });
  try {
    if (options.json === true)
      await printJson(context, await jsonOf(opened.packets, table, filter, kinds, interval, columns));
    else {
      await print(context, await linesOf(opened.packets, table, filter, kinds, interval, columns));
    }
    if (opened.issues[0] !== undefined) complain(context, opened.issues[0]);
  } finally {
    opened.close();
  }
}

async function print(context: CommandContext, lines: Iterable<string>): Promise<void> {
  let text = '';
  for (const line of lines) {
    text += `${printable(line)}\n`;
    if (text.length < portion) continue;
    if (!(await context.system.terminal.out(text))) return;
    text = '';
  }
  await context.system.terminal.out(text);
}

function kindsOf(names: readonly string[]): readonly ConversationKind[] {
  if (names.length === 0) return CONVERSATION_KINDS;
  return names.map((name) => {
    const kind = CONVERSATION_KINDS.find((known) => known === name);
    if (kind === undefined)
      throw new Refusal(400, 'bad-usage', `--kind ${JSON.stringify(name)}: choose of ${CONVERSATION_KINDS.join(', ')}`);
    return kind;
  });
}

/** tshark splits at every comma, so that a column cannot have one. */
function ioQuestion(text: string): { readonly interval: string; readonly columns: readonly string[] } | null {
  const [io, stat, interval, ...columns] = text.split(',');
  if (io !== 'io' || stat !== 'stat' || interval === undefined) return null;
  return { interval, columns: columns.length === 0 ? [''] : columns };
}

const all = Number.POSITIVE_INFINITY;
/** Characters printed at once. */
const portion = 1 << 16;

/** Counts what the table shows and nothing else. */
function countedFor(packets: Packets, table: Exclude<TableName, 'io'>, filter: string) {
  return packets.statistics(filter, all, all, [table === 'endpoints' ? 'conversations' : table]);
}

async function jsonOf(
  packets: Packets,
  table: TableName,
  filter: string,
  kinds: readonly ConversationKind[],
  interval: number,
  columns: readonly string[],
): Promise<unknown> {
  if (table === 'io') return packets.io(columns, Math.round(interval * 1e9), all);
  const found = await countedFor(packets, table, filter);
  if (table === 'conversations' || table === 'endpoints')
    return Object.fromEntries(kinds.map((kind) => [kind, found[table][kind]]));
  return found[table];
}

function* oneAfterAnother(tables: readonly Iterable<string>[]): Iterable<string> {
  for (const table of tables) yield* table;
}

async function linesOf(
  packets: Packets,
  table: TableName,
  filter: string,
  kinds: readonly ConversationKind[],
  interval: number,
  columns: readonly string[],
): Promise<Iterable<string>> {
  if (table === 'io') return ioLines(await packets.io(columns, Math.round(interval * 1e9), all));
  const found = await countedFor(packets, table, filter);
  switch (table) {
    case 'conversations':
      return oneAfterAnother(kinds.map((kind) => conversationLines(kind, found.conversations[kind], filter)));
    case 'endpoints':
      return oneAfterAnother(kinds.map((kind) => endpointLines(kind, found.endpoints[kind], filter)));
    case 'hierarchy':
      return hierarchyLines(found.hierarchy, filter);
    case 'lengths':
      return lengthLines(found.lengths);
    case 'expert':
      return [...expertLines(found.expert), '', `Covered: ${found.expertCovers.join(', ')}.`];
  }
}
