// `vethscope comment`: lists the comments of captures, or writes a capture with others. Options are named as editcap's.
// Surprise: a capture is never changed in place; what is changed goes to the file of -w.
import { Command } from 'commander';
import type { Packets } from '../packets/packets.ts';
import { Refusal } from '../refusal.ts';
import { type CommandContext, complain, gather, printJson } from './context.ts';
import { printable } from './style.ts';
import { versionOf } from './version.ts';

interface CommentOptions {
  readonly add?: readonly string[];
  readonly change?: readonly string[];
  readonly delete?: readonly string[];
  readonly captureComment?: readonly string[];
  readonly discardCaptureComment?: boolean;
  readonly interfaceComment?: readonly string[];
  readonly write?: string;
  readonly json?: boolean;
}

export function commentCommand(context: CommandContext): Command {
  return new Command('comment')
    .description('list the comments of captures; or add, change and delete them, and write the result as pcapng')
    .argument('<capture...>', 'pcap or pcapng files, also compressed or in an archive; - reads stdin')
    .option('-a, --add <no:text>', 'add a comment to a packet, by its number in the list; several times', gather)
    .option('-c, --change <no:n:text>', 'another text for the n-th comment of a packet, from 1', gather)
    .option('-d, --delete <no[:n]>', 'delete the n-th comment of a packet, or all of them', gather)
    .option('--capture-comment <text>', 'add a comment to the capture (its section)', gather)
    .option('--discard-capture-comment', 'delete the comments of the capture; those of --capture-comment stay')
    .option('--interface-comment <n:text>', 'add a comment to an interface, by its number from 0', gather)
    .option('-w, --write <file>', 'where the changed capture goes; - writes to stdout')
    .option('--json', 'print JSON (docs/api.md: caseComments)')
    .action((captures: string[], options: CommentOptions) => run(context, captures, options));
}

/** A change of a packet's comments; the n-th is counted from 1, as they were before any change. */
interface Edit {
  readonly no: number;
  readonly n: number | null;
  /** Null deletes. */
  readonly text: string | null;
}

const forms = [
  { option: '-d', of: 'delete', shape: /^(\d{1,10})(?::(\d{1,10}))?()$/, form: '12 or 12:1' },
  { option: '-c', of: 'change', shape: /^(\d{1,10}):(\d{1,10}):(.+)$/s, form: '12:1:text' },
  { option: '-a', of: 'add', shape: /^(\d{1,10})():(.+)$/s, form: '12:text' },
] as const;

/** Also what is wrong with a value that cannot be read. */
function editsOf(options: CommentOptions): Edit[] | string {
  const edits: Edit[] = [];
  for (const { option, of, shape, form } of forms) {
    for (const value of options[of] ?? []) {
      const found = shape.exec(value);
      if (found === null) return `${option} ${JSON.stringify(value)} is not of the form ${form}`;
      const n = found[2] === undefined || found[2] === '' ? null : Number(found[2]);
      edits.push({ no: Number(found[1]), n, text: of === 'delete' ? null : (found[3] ?? '') });
    }
  }
  return edits;
}

/** The comments of a packet after its edits. */
function edited(before: readonly string[], edits: readonly Edit[]): string[] {
  const after: (string | null)[] = [...before];
  for (const { no, n, text } of edits) {
    if (n !== null && (n < 1 || n > before.length))
      throw new Refusal(400, 'bad-usage', `packet ${no} has no comment ${n}; it has ${before.length}`);
    if (n !== null) after[n - 1] = text;
    else if (text === null) after.fill(null, 0, before.length);
    else after.push(text);
  }
  return after.filter((text) => text !== null);
}

/** Puts the changes on what was read; throws a Refusal for a packet or interface that is not there. */
async function change(packets: Packets, edits: readonly Edit[], options: CommentOptions): Promise<void> {
  const { comment } = await import('../packets/commented.ts');
  for (const no of new Set(edits.map((edit) => edit.no))) {
    const { capture, row } = packets.packetAt(no);
    const ofPacket = edits.filter((edit) => edit.no === no);
    comment(packets, { packet: no, comments: edited(capture.commentsOf(row), ofPacket) });
  }
  for (const [place, capture] of packets.all.entries()) {
    const sections = Math.max(1, capture.index.notes?.sections.length ?? 0);
    for (let section = 0; section < sections; section++) {
      const kept = options.discardCaptureComment ? [] : capture.commentsAt('sections', section);
      const added = place === 0 && section === 0 ? (options.captureComment ?? []) : [];
      comment(packets, { file: capture.path, section, comments: [...kept, ...added] });
    }
  }
  for (const value of options.interfaceComment ?? []) {
    const [, number, text] = /^(\d{1,5}):(.+)$/s.exec(value) ?? [];
    const [capture] = packets.all;
    if (number === undefined || text === undefined)
      throw new Refusal(400, 'bad-usage', `--interface-comment ${JSON.stringify(value)} is not of the form 0:text`);
    if (capture === undefined || packets.all.length > 1)
      throw new Refusal(400, 'bad-usage', '--interface-comment is for a single capture; name one');
    const comments = [...capture.commentsAt('interfaces', Number(number)), text];
    comment(packets, { file: capture.path, interface: Number(number), comments });
  }
}

const changing = ['add', 'change', 'delete', 'captureComment', 'discardCaptureComment', 'interfaceComment'] as const;

async function run(context: CommandContext, captures: readonly string[], options: CommentOptions): Promise<void> {
  const edits = editsOf(options);
  if (typeof edits === 'string') return complain(context, edits);
  if (options.write === undefined && changing.some((name) => options[name] !== undefined))
    return complain(context, 'say with -w where the changed capture goes; the one that is read stays as it is');
  if (options.write !== undefined && captures.includes(options.write) && options.write !== '-')
    return complain(context, `${options.write} is what is read; write to another file`);
  const { openCaptures } = await import('../packets/open-captures.ts');
  const opened = await openCaptures(context.system, captures);
  try {
    await change(opened.packets, edits, options);
    if (options.write === undefined) await list(context, opened.packets, options.json === true);
    else await write(context, opened.packets, options.write);
    if (opened.issues[0] !== undefined) complain(context, opened.issues[0]);
  } finally {
    opened.close();
  }
}

async function write(context: CommandContext, packets: Packets, to: string): Promise<void> {
  const { exported } = await import('../packets/export.ts');
  const application = `vethscope ${await versionOf(context.system)}`;
  const file = to === '-' ? null : await context.system.files.openWrite(to);
  for await (const chunk of exported(packets, { filter: '', format: 'pcapng', application })) {
    if (file !== null) await file.write(chunk);
    else if (!(await context.system.terminal.outBytes(chunk))) break;
  }
  await file?.close();
}

async function list(context: CommandContext, packets: Packets, json: boolean): Promise<void> {
  const { commentsOf } = await import('../packets/commented.ts');
  const found = commentsOf(packets, Number.POSITIVE_INFINITY);
  if (json) return void (await printJson(context, found));
  const said: [string, readonly string[]][] = [
    ...found.captures.flatMap(({ file, sections, interfaces }): [string, readonly string[]][] => [
      ...sections.map((comments): [string, readonly string[]] => [file, comments]),
      ...interfaces.map(({ point, comments }): [string, readonly string[]] => [`${file}, ${point}`, comments]),
    ]),
    ...found.packets.map(({ no, comments }): [string, readonly string[]] => [`packet ${no}`, comments]),
  ];
  let text = '';
  for (const [of, comments] of said) for (const one of comments) text += `${printable(of)}: ${printable(one)}\n`;
  await context.system.terminal.out(text === '' ? 'no comments\n' : text);
}
