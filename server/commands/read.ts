// `vethscope read`: the packet list, as tshark prints it, as chosen fields, or as JSON.
import { Command, Option } from 'commander';
import type { FieldNode, PacketRow } from '../../api/schemas.ts';
import type { Packets } from '../packets/packets.ts';
import { type CommandContext, complain, gather } from './context.ts';
import { type DecodeAsOptions, decodeAsOption } from './decode-as.ts';
import { type SnapshotOptions, snapshotOption, stateOf } from './names-option.ts';
import { askTshark } from './read-tshark.ts';
import { type Paint, painter, printable } from './style.ts';
import { versionOf } from './version.ts';

interface ReadOptions extends DecodeAsOptions, SnapshotOptions {
  readonly filter?: string;
  readonly T?: string;
  readonly field?: readonly string[];
  readonly json?: boolean;
  readonly write?: string;
  readonly tshark?: string;
}

const rowsAtOnce = 500;
/** Colours of the list that a terminal shows in red. */
const alarming = ['bad-tcp', 'tcp-rst', 'icmp-error'];

export function readCommand(context: CommandContext): Command {
  return new Command('read')
    .description('list the packets of captures, merged by time')
    .argument('<capture...>', 'pcap or pcapng files, also compressed or in an archive; - reads stdin')
    .option('-Y, --filter <filter>', "display filter in Wireshark's language")
    .addOption(decodeAsOption())
    .addOption(snapshotOption())
    .addOption(
      new Option('-T <format>', 'fields: those named with -e; csv; jsonl: one packet a line').choices([
        'fields',
        'csv',
        'jsonl',
      ]),
    )
    .option('-e, --field <field>', 'a field to print, as tcp.dstport; may be given several times', gather)
    .option(
      '--tshark <no>',
      'the tree of one packet as tshark shows it, where it is installed; with --json: deepDetail',
    )
    .option('-w, --write <file>', 'write the packets that pass as pcapng; - writes to stdout')
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

/** The values of a field; `names` are the nodes that carry them, as `tcp.srcport` and `tcp.dstport` those of `tcp.port`. */
function valuesOf(layers: readonly FieldNode[], names: ReadonlySet<string>): string[] {
  return layers.flatMap((node) => [
    ...(node.filter !== null && names.has(node.filter) && node.value !== null ? [node.value] : []),
    ...valuesOf(node.children, names),
  ]);
}

/** The nodes that carry a field's values. */
type NamesOf = (field: string) => ReadonlySet<string>;

/** Prints rows as they come, each once; packets of a single capture keep their places while it is read. */
class Printer {
  private readonly context: CommandContext;
  private readonly filter: string;
  private readonly fields: readonly string[];
  private readonly json: boolean;
  private readonly paint: Paint;
  private readonly namesOf: NamesOf;
  private printed = 0;
  private text: string;

  constructor(context: CommandContext, filter: string, fields: readonly string[], json: boolean, namesOf: NamesOf) {
    this.namesOf = namesOf;
    this.context = context;
    this.filter = filter;
    this.fields = fields;
    this.json = json;
    this.paint = painter(context.system);
    this.text = json ? '[' : '';
  }

  private textOf(packets: Packets, row: PacketRow, pointWidth: number): string {
    if (this.json) return `${this.printed === 0 ? '' : ','}\n${JSON.stringify(row)}`;
    if (this.fields.length > 0) {
      const { layers } = packets.detail(row.no);
      const texts = this.fields.map((field) =>
        field === 'point' ? [row.point] : valuesOf(layers, this.namesOf(field)),
      );
      return `${texts.map((values) => printable(values.join(','))).join('\t')}\n`;
    }
    const line = lineOf(row, packets.span()?.firstNs ?? 0n, pointWidth);
    return `${alarming.includes(row.color ?? '') ? this.paint('red', line) : line}\n`;
  }

  /** Prints what is there and not yet printed; false when nobody reads any more. */
  async print(packets: Packets): Promise<boolean> {
    const points = packets.points();
    const pointWidth = points.length > 1 ? Math.max(...points.map((p) => p.length)) : 0;
    for (;;) {
      const { page } = await packets.rows(
        this.filter,
        this.printed,
        rowsAtOnce,
        Number.POSITIVE_INFINITY,
        this.json ? Number.POSITIVE_INFINITY : 0,
      );
      for (const row of page.rows) {
        this.text += this.textOf(packets, row, pointWidth);
        this.printed += 1;
      }
      if (this.text.length > 0 && !(await this.context.system.terminal.out(this.text))) return false;
      this.text = '';
      if (page.rows.length < rowsAtOnce) return true;
    }
  }

  async end(): Promise<void> {
    if (this.json) await this.context.system.terminal.out(this.printed === 0 ? ']\n' : '\n]\n');
  }
}

async function read(context: CommandContext, captures: readonly string[], options: ReadOptions): Promise<void> {
  const { openCaptures } = await import('../packets/open-captures.ts');
  const { filterOf } = await import('../packets/packets.ts');
  const { fieldNamed } = await import('../../parsers/filter/fields.ts');
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

  if (options.tshark !== undefined) return askTshark(context, captures, options, filter);
  if (options.write !== undefined || options.T === 'csv' || options.T === 'jsonl')
    return writeOut(context, captures, filter, options);
  const printer = new Printer(
    context,
    filter,
    fields,
    options.json === true,
    (field) => fieldNamed(field)?.nodes ?? new Set([field]),
  );
  const opened = await openCaptures(context.system, captures, {
    // What other points say of a packet comes behind it, and stands in the JSON.
    whileReading: options.json ? null : (packets) => printer.print(packets),
    decodeAs: options.decodeAs,
    state: await stateOf(context, options),
  });
  if (await printer.print(opened.packets)) {
    await printer.end();
    if (opened.issues[0] !== undefined) complain(context, opened.issues[0]);
  }
  opened.close();
}

export function problemOf(filterOf: (text: string) => unknown, text: string): string | null {
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

/** All packets that pass into a file or to stdout, once everything has been read. */
async function writeOut(
  context: CommandContext,
  captures: readonly string[],
  filter: string,
  options: ReadOptions,
): Promise<void> {
  const { write, T, json, decodeAs } = options;
  if (write !== undefined && (T !== undefined || json))
    return complain(context, '-w writes pcapng; leave -T and --json out, or leave -w out to print');
  const { openCaptures } = await import('../packets/open-captures.ts');
  const { exported } = await import('../packets/export.ts');
  const opened = await openCaptures(context.system, captures, { decodeAs, state: await stateOf(context, options) });
  const application = `vethscope ${await versionOf(context.system)}`;
  const format = T === 'csv' || T === 'jsonl' ? T : 'pcapng';
  const { terminal } = context.system;
  const text = new TextDecoder();
  const toFile = write === undefined || write === '-' ? null : await context.system.files.openWrite(write);
  for await (const chunk of exported(opened.packets, { filter, format, application })) {
    if (toFile !== null) await toFile.write(chunk);
    else if (!(await (format === 'pcapng' ? terminal.outBytes(chunk) : terminal.out(text.decode(chunk))))) break;
  }
  await toFile?.close();
  if (opened.issues[0] !== undefined) complain(context, opened.issues[0]);
  opened.close();
}
