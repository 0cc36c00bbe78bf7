// Text that is read by its lines: HTML, CSS, scripts, plain text.
import type { Dissection } from '../dissection.ts';
import type { FieldNode } from '../field.ts';
import { type Body, bodyNode, type Media, NODES_MOST, shownText } from './media.ts';
import { TEXT_TYPES } from './types.gen.ts';

const LF = 10;

function lineEnd(bytes: Uint8Array, at: number, to: number): number {
  const newline = bytes.indexOf(LF, at);
  return newline < 0 || newline >= to ? to : newline + 1;
}

/** The lines as a tree; also for what is left of a text that is not what its type says. */
export function textLines(d: Dissection, body: Body): void {
  const { from, to, type } = body;
  let count = 0;
  for (let at = from; at < to; at = lineEnd(d.bytes, at, to)) count++;
  const node = bodyNode(
    d,
    body,
    'data-text-lines',
    `Line-based text data${type === '' ? '' : `: ${type}`} (${count} lines)`,
  );
  let shown = 0;
  for (let at = from; at < to && shown < NODES_MOST; shown++) {
    const end = lineEnd(d.bytes, at, to);
    d.node(node, null, shownText(d.bytes, at, end), null, at, end - at);
    at = end;
  }
  if (shown < count) leftOut(d, node, count - shown, 'lines');
}

export function leftOut(d: Dissection, node: FieldNode, count: number, what: string): void {
  d.generated(node, null, `${count} more ${what} are in the bytes`, null);
}

const named = (type: string) => ({ text: ` (${type})` });

export const media: Media = {
  filter: 'data-text-lines',
  name: 'Line-based text data',
  types: TEXT_TYPES,
  fields: [],
  columns: named,
  dissect(d, body) {
    textLines(d, body);
    return named(body.type);
  },
};
