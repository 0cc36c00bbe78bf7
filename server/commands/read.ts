// `vethscope read`: the packet list, as tshark prints it, as chosen fields, or as JSON.
import { Command, Option } from 'commander';
import type { FieldNode, PacketRow } from '../../api/schemas.ts';
import type { Packets } from '../packets/packets.ts';
import { type CommandContext, complain, gather } from './context.ts';
import { painter, printable } from './style.ts';

interface ReadOptions {
  readonly filter?: string;
  readonly T?: string;
  readonly field?: readonly string[];
  readonly json?: boolean;
}

const rowsAtOnce = 500;

export function readCommand(context: CommandContext): Command {
  return new Command('read')
    .description('list the packets of captures, merged by time')
    .argument('<capture...>', 'pcap or pcapng files, also compressed or in an archive; - reads stdin')
    .option('-Y, --filter <filter>', "display filter in Wireshark's language")
    .addOption(new Option('-T <format>', 'print the fields named with -e').choices(['fields']))
    .option('-e, --field <field>', 'a field to print, as tcp.dstport; may be given several times', gather)
    .option('--json', 'print a JSON array, one packet a line (docs/api.md: packetRow)')
    .action((captures: string[], options: ReadOptions) => read(context, captures, options));
}

/** A line of the list; columns are as wide as tshark makes them. */
function lineOf(row: PacketRow, firstNs: bigint, pointWidth: number): string {
  const ns = BigInt(row.tsNs) - firstNs;
  const sign = ns < 0n ? '-' : '';
  const micros = (ns < 0n ? -ns : ns) / 1000n;
  const seconds = `${sign}${micros / 1_000_000n}.${(micros % 1_000_000n).toString().padStart(6, '0')}`;
  const point = pointWidth === 0 ? '' : `${row.point.padEnd(pointWidth)} `;
  const ends = `${row.source.padStart(12)} → ${row.destination.padEnd(12)}`;
  const text = `${String(row.no).padStart(5)} ${seconds.padStart(10)} ${point}${ends} ${row.protocol} ${row.length} ${row.info}`;
  return printable(text.trimEnd());
}

function valuesOf(layers: readonly FieldNode[], field: string): string[] {
  return layers.flatMap((node) => [
    ...(node.filter === field && node.value !== null ? [node.value] : []),
    ...valuesOf(node.children, field),
  ]);
}

/** Every row that passes the filter, in order. */
async function* rowsOf(packets: Packets, filter: string): AsyncIterable<PacketRow> {
  for (let offset = 0; ; offset += rowsAtOnce) {
    const { page } = await packets.rows(filter, offset, rowsAtOnce, Number.POSITIVE_INFINITY);
    yield* page.rows;
    if (page.rows.length < rowsAtOnce) return;
  }
}

async function read(context: CommandContext, captures: readonly string[], options: ReadOptions): Promise<void> {
  const { openCaptures } = await import('../packets/open-captures.ts');
  const { filterOf } = await import('../packets/packets.ts');
  const { terminal } = context.system;
  const fields = options.field ?? [];
  const filter = options.filter ?? '';
  if ((options.T === 'fields') !== fields.length > 0) {
    return complain(context, 'fields go together: -T fields -e tcp.dstport [-e …]; see vethscope read --help');
  }
  if (options.json && fields.length > 0) return complain(context, 'choose one form of output: --json, or -T fields');
  for (const [option, text] of [['-Y', filter] as const, ...fields.map((f) => ['-e', f] as const)]) {
    const bad = problemOf(filterOf, text);
    if (bad !== null) return complain(context, `${option} ${JSON.stringify(text)}: ${bad}`);
  }

  const opened = await openCaptures(context.system, captures);
  const { packets } = opened;
  const points = packets.points();
  const pointWidth = points.length > 1 ? Math.max(...points.map((p) => p.length)) : 0;
  const firstNs = packets.span()?.firstNs ?? 0n;
  const paint = painter(context.system);
  const textOf = (row: PacketRow): string => {
    if (options.json) return JSON.stringify(row);
    if (fields.length === 0) {
      const line = lineOf(row, firstNs, pointWidth);
      return row.color === 'bad-tcp' || row.color === 'tcp-rst' || row.color === 'icmp-error'
        ? paint('red', line)
        : line;
    }
    const { layers } = packets.detail(row.no);
    return fields.map((field) => printable(valuesOf(layers, field).join(','))).join('\t');
  };
  let text = options.json ? '[' : '';
  let first = true;
  for await (const row of rowsOf(packets, filter)) {
    text += options.json ? `${first ? '\n' : ',\n'}${textOf(row)}` : `${textOf(row)}\n`;
    first = false;
    if (text.length < 32_768) continue;
    if (!(await terminal.out(text))) return opened.close();
    text = '';
  }
  await terminal.out(options.json ? `${text}${first ? '' : '\n'}]\n` : text);
  if (opened.issues[0] !== undefined) complain(context, opened.issues[0]);
  opened.close();
}

function problemOf(filterOf: (text: string) => unknown, text: string): string | null {
  try {
    filterOf(text);
    return null;
  } catch (error) {
    const at =
      error instanceof Error && 'position' in error && error.position !== null
        ? `column ${Number(error.position) + 1}: `
        : '';
    return `${at}${error instanceof Error ? error.message : String(error)}`;
  }
}
