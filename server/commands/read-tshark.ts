// `vethscope read --tshark NO`: what tshark makes of one packet, as a tree of text. The tree is tshark's, and says so.
import type { FieldNode } from '../../api/schemas.ts';
import type { DecodeAsRule } from '../../parsers/wire/decode-as.ts';
import { type CommandContext, complain, printJson } from './context.ts';
import { printable } from './style.ts';

interface Options {
  readonly tshark?: string;
  readonly json?: boolean;
  readonly write?: string;
  readonly T?: string;
  readonly decodeAs?: readonly DecodeAsRule[];
}

function textOf(nodes: readonly FieldNode[], depth: number): string {
  const indent = '    '.repeat(depth);
  return nodes.map((node) => `${indent}${printable(node.label)}\n${textOf(node.children, depth + 1)}`).join('');
}

export async function askTshark(
  context: CommandContext,
  captures: readonly string[],
  { tshark = '', json, write, T, decodeAs = [] }: Options,
  filter: string,
): Promise<void> {
  if (!/^[1-9]\d{0,9}$/.test(tshark))
    return complain(context, `--tshark ${JSON.stringify(tshark)} is no packet number`);
  if (write !== undefined || T !== undefined || filter !== '')
    return complain(context, '--tshark shows one packet; leave -Y, -T and -w out');
  const { openCaptures } = await import('../packets/open-captures.ts');
  const { DeepDissector } = await import('../packets/deep.ts');
  const opened = await openCaptures(context.system, captures, { decodeAs });
  try {
    const detail = await new DeepDissector(context.system).detail(opened.packets, Number(tshark), decodeAs);
    if (json) await printJson(context, detail);
    else {
      const { version, no, number, before, left } = detail;
      const out = left === 0 ? '' : left === null ? ', others left out' : `, ${left} left out`;
      const head = `Packet ${no} by tshark ${version}, which counts it as ${number} (${before} before it${out})\n`;
      await context.system.terminal.out(head + textOf(detail.layers, 0));
    }
    if (opened.issues[0] !== undefined) complain(context, opened.issues[0]);
  } finally {
    opened.close();
  }
}
