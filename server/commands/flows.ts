// `vethscope flows`: the conversations of captures, with counts, timing and TCP flags.
import { Command } from 'commander';
import type { FlowRow } from '../../api/schemas.ts';
import { type CommandContext, complain, printJson } from './context.ts';
import { painter, printable } from './style.ts';

export function flowsCommand(context: CommandContext): Command {
  return new Command('flows')
    .description('list the conversations of captures, each at the point it was seen')
    .argument('<capture...>', 'pcap or pcapng files, also compressed or in an archive; - reads stdin')
    .option('--json', 'print a JSON array (docs/api.md: flowRow)')
    .action((captures: string[], options: { json?: boolean }) => flows(context, captures, options.json === true));
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

async function flows(context: CommandContext, captures: readonly string[], json: boolean): Promise<void> {
  const { openCaptures } = await import('../packets/open-captures.ts');
  const opened = await openCaptures(context.system, captures);
  const rows = opened.packets.flows();
  if (json) await printJson(context, rows);
  else {
    const paint = painter(context.system);
    const table = [heads, ...rows.map(cells)];
    const widths = heads.map((_, i) => Math.max(...table.map((line) => (line[i] ?? '').length)));
    const lines = table.map((line) =>
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
  if (opened.issues[0] !== undefined) complain(context, opened.issues[0]);
  opened.close();
}
