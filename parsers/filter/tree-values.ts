// The values of a field in a packet's tree, also of chosen layers only.
// Surprise: layers of one protocol are counted from the outside, so that `ip.src#2` is the source inside a tunnel.
import type { ByteSource } from '../wire/dissection.ts';
import type { FieldNode } from '../wire/field.ts';
import type { FilterField } from './fields.ts';
import { type ByteRange, isInLayers } from './slices.ts';
import type { Value } from './types.ts';
import { valueOfText } from './values.ts';

/** What a tree is read from: `PacketDissection` and `Dissection` alike. */
export interface Tree {
  readonly layers: readonly FieldNode[];
  readonly sources: readonly ByteSource[];
}

/** The nodes that carry a field; `ranges` chooses layers of their protocol, null means all. */
export function nodesOf(
  { layers }: Tree,
  field: FilterField,
  ranges: readonly ByteRange[] | null,
): readonly FieldNode[] {
  const found: FieldNode[] = [];
  const stack = [...(ranges === null ? layers : layersIn(layers, ranges))].reverse();
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.filter !== null && field.nodes.has(node.filter)) found.push(node);
    for (let i = node.children.length - 1; i >= 0; i--) {
      const child = node.children[i];
      if (child !== undefined) stack.push(child);
    }
  }
  return found;
}

function layersIn(layers: readonly FieldNode[], ranges: readonly ByteRange[]): FieldNode[] {
  const totals = new Map<string | null, number>();
  for (const { filter } of layers) totals.set(filter, (totals.get(filter) ?? 0) + 1);
  const seen = new Map<string | null, number>();
  return layers.filter(({ filter }) => {
    const number = (seen.get(filter) ?? 0) + 1;
    seen.set(filter, number);
    return isInLayers(number, totals.get(filter) ?? 0, ranges);
  });
}

/** A field's values as the tree has them in words; bytes one character each. */
export function textsOf(tree: Tree, field: FilterField, ranges: readonly ByteRange[] | null): readonly string[] {
  const { sources } = tree;
  const nodes = nodesOf(tree, field, ranges);
  const bytesOf = (node: FieldNode): Uint8Array => sources[node.source]?.bytes ?? NO_BYTES;
  // A protocol is everything from its header to the end of the frame.
  if (field.kind === 'protocol')
    return nodes.map((node) => latinText(bytesOf(node), node.offset, bytesOf(node).length));
  if (field.kind === 'bytes' || (field.kind === 'none' && field.type.of === 'bytes'))
    return nodes.map((node) => latinText(bytesOf(node), node.offset, node.offset + node.length));
  return nodes.flatMap(({ value }) => (value === null ? [] : [value]));
}

export function valuesOf(tree: Tree, field: FilterField, ranges: readonly ByteRange[] | null): readonly Value[] {
  const values: Value[] = [];
  for (const text of textsOf(tree, field, ranges)) {
    const value = valueOfText(field, text);
    if (value !== null) values.push(value);
  }
  return values;
}

/** Values for `string()`: as tshark prints them, bytes in hexadecimal. */
export function rawTextsOf(tree: Tree, field: FilterField): readonly string[] {
  if (field.type.of !== 'bytes' || field.kind === 'mac') return textsOf(tree, field, null);
  return textsOf(tree, field, null).map((bytes) =>
    [...bytes].map((c) => c.charCodeAt(0).toString(16).padStart(2, '0')).join(':'),
  );
}

const NO_BYTES = new Uint8Array(0);

function latinText(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let i = from; i < to; i++) text += String.fromCharCode(bytes[i] ?? 0);
  return text;
}
