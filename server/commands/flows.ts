// `vethscope flows`: the conversations of captures, with counts, timing and TCP flags.
import { Command } from 'commander';
import type { FlowRow } from '../../api/schemas.ts';
import { type CommandContext, complain, printJson } from './context.ts';
import { type DecodeAsOptions, decodeAsOption } from './decode-as.ts';
import { painter, printable } from './style.ts';

export function flowsCommand(context: CommandContext): Command {
  return new Command('flows')
    .description('list the conversations of captures, each at the point it was seen')
    .argument('<capture...>', 'pcap or pcapng files, also compressed or in an archive; - reads stdin')
    .addOption(decodeAsOption())
    .option('--joined', 'the same packets at all points: NAT seen, time between points, where packets were lost')
    .option('--json', 'print a JSON array (docs/api.md: flowRow), with --joined one object (joined)')
    .action((captures: string[], options: FlowsOptions) => flows(context, captures, options));
}

const conversationsShown = 5000;

interface FlowsOptions extends DecodeAsOptions {
  readonly joined?: boolean;
  readonly json?: boolean;
}

const heads = [
  'ID',
  'POINT',
  'PROTO',
  'CLIENT',
  'SERVER',
  'PACKETS',
  '→',
  '←',
  'BYTES',
  'SECONDS',
  'FLAGS →',
  'FLAGS ←',
  'RETR',
  'STATE',
];

function cells(row: FlowRow): string[] {
  const seconds = Number(BigInt(row.lastNs) - BigInt(row.firstNs)) / 1e9;
  const counts = [row.packets, row.packetsToServer, row.packetsToClient, row.bytes].map(String);
  const flags = [row.flagsToServer || '-', row.flagsToClient || '-', String(row.retransmissions)];
  return [
    String(row.id),
    row.point,
    row.protocol,
    row.client,
    row.server,
    ...counts,
    seconds.toFixed(6),
    ...flags,
    row.state,
  ];
}

async function flows(context: CommandContext, captures: readonly string[], options: FlowsOptions): Promise<void> {
  const { openCaptures } = await import('../packets/open-captures.ts');
  const opened = await openCaptures(context.system, captures, { decodeAs: options.decodeAs });
  if (options.joined) {
    const { joinedText } = await import('./joined-text.ts');
    const joined = await opened.packets.joinedPoints(conversationsShown, Number.POSITIVE_INFINITY);
    if (options.json) await printJson(context, joined);
    else await context.system.terminal.out(joinedText(joined, painter(context.system)));
  } else {
    const all = Number.POSITIVE_INFINITY;
    await table(context, (await opened.packets.joinedFlows(all, all)).flows, options.json === true);
  }
  if (opened.issues[0] !== undefined) complain(context, opened.issues[0]);
  opened.close();
}

async function table(context: CommandContext, rows: readonly FlowRow[], json: boolean): Promise<void> {
  if (json) await printJson(context, rows);
  else {
    const paint = painter(context.system);
    const cellsOf = [heads, ...rows.map(cells)];
    const widths = heads.map((_, i) => Math.max(...cellsOf.map((line) => (line[i] ?? '').length)));
    const lines = cellsOf.map((line) =>
      printable(
        line
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join('  ')
          .trimEnd(),
      ),
    );
    await context.system.terminal.out(
      `${lines.map((line, i) => (i === 0 ? paint('strong', line) : line)).join('\n')}\n`,
    );
  }
}
