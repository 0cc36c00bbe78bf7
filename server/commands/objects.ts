// `vethscope objects`: the bodies of HTTP messages, listed, or written as files into a folder.
import path from 'node:path';
import { Command } from 'commander';
import type { HttpObject } from '../../api/objects.ts';
import { type CommandContext, complain, printJson } from './context.ts';
import { type DecodeAsOptions, decodeAsOption } from './decode-as.ts';
import { painter, printable } from './style.ts';

interface ObjectsOptions extends DecodeAsOptions {
  readonly output?: string;
  readonly json?: boolean;
}

export function objectsCommand(context: CommandContext): Command {
  return new Command('objects')
    .description("list the bodies of HTTP messages, or write them as files, as Wireshark's Export Objects")
    .argument('<capture...>', 'pcap or pcapng files, also compressed or in an archive; - reads stdin')
    .addOption(decodeAsOption())
    .option('-o, --output <folder>', 'write each body there, unpacked; a new or an empty folder')
    .option('--json', 'print a JSON array (docs/api.md: httpObject)')
    .action((captures: string[], options: ObjectsOptions) => objects(context, captures, options));
}

const heads = ['PACKET', 'STATUS', 'HOST', 'TYPE', 'BYTES', 'FILE', 'REQUEST'];

function rowOf({ packet, status, host, contentType, bytes, name, method, uri }: HttpObject): string[] {
  const asked = method === null ? '-' : `${method} ${uri ?? ''}`;
  return [String(packet), String(status ?? '-'), host ?? '-', contentType ?? '-', String(bytes), name, asked];
}

function table(context: CommandContext, listed: readonly HttpObject[]): string {
  const rows = [heads, ...listed.map(rowOf)].map((row) => row.map(printable));
  const widths = heads.map((_, i) => rows.reduce((most, row) => Math.max(most, row[i]?.length ?? 0), 0));
  const paint = painter(context.system);
  const lines = rows.map((row) =>
    row
      .map((text, i) => text.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `${[paint('strong', lines[0] ?? ''), ...lines.slice(1)].join('\n')}\n`;
}

async function objects(context: CommandContext, captures: readonly string[], options: ObjectsOptions): Promise<void> {
  const { system } = context;
  const { output } = options;
  if (output !== undefined && !(await isNew(context, output)))
    return complain(context, `${output} is there already; name a new or an empty folder with -o`);
  const { openCaptures } = await import('../packets/open-captures.ts');
  const { httpObjectAt, httpObjects } = await import('../packets/http-objects.ts');
  const opened = await openCaptures(system, captures, { decodeAs: options.decodeAs });
  try {
    const { objects: listed } = await httpObjects(opened.packets, Number.POSITIVE_INFINITY);
    if (output !== undefined) {
      await system.files.makeFolder(output);
      for (const { packet, part, name } of listed) {
        const sink = await system.files.openWrite(path.join(output, name));
        await sink.write(httpObjectAt(opened.packets, packet, part));
        await sink.close();
      }
    }
    if (options.json === true) await printJson(context, listed);
    else if (listed.length === 0) await system.terminal.out('no HTTP message here has a body\n');
    else await system.terminal.out(table(context, listed));
    if (opened.issues[0] !== undefined) complain(context, opened.issues[0]);
  } finally {
    opened.close();
  }
}

async function isNew({ system }: CommandContext, folder: string): Promise<boolean> {
  const there = await system.files.stat(folder);
  return there === null || (there.kind === 'folder' && (await system.files.list(folder)).length === 0);
}
