// Display filters in Wireshark's syntax, compiled to a test of one row. The facade of this folder.
// Each condition has two forms: on the index's columns (yes, no, or "read the bytes") and on the dissected tree. Surprise: rows
// whose columns tell only half the story (tunnels, quoted packets, damage) always take the second form, so both must agree.
import type { CaptureIndex } from '../index/capture-index.ts';
import { PacketIndex } from '../index/packet-index.ts';
import { dissectRow, treeOf } from '../index/row-view.ts';
import { SEGMENT_MASK, type Segment } from '../index/segment.ts';
import type { ByteSource } from '../wire/dissection.ts';
import { HAS_INNER, HAS_ISSUE } from '../wire/facts.ts';
import type { FieldNode } from '../wire/field.ts';
import { compileFast, type FastTest, MAYBE, YES } from './fast-path.ts';
import { type FilterField, fieldNamed, nearestField } from './fields.ts';
import type { FilterError } from './lexer.ts';
import { type FilterNode, isFilterError, type Literal, parseFilter } from './parser.ts';
import { compareTest, isValueError, numberOf, setTest, testText, type ValueTest } from './values.ts';

/** A display filter ready to run, or where and why its text is wrong (`position` counts characters from 0). */
export type CompiledFilter =
  | { readonly ok: true; readonly test: (index: CaptureIndex, row: number, frame: () => Uint8Array) => boolean }
  | { readonly ok: false; readonly position: number; readonly message: string };

/** What a condition compares, resolved; `left` of field-to-field comparisons is any value of the other field. */
export type Condition =
  | { readonly kind: 'or' | 'and'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'not'; readonly operand: Condition }
  | { readonly kind: 'exists'; readonly field: FilterField }
  | { readonly kind: 'value'; readonly field: FilterField; readonly all: boolean; readonly test: ValueTest }
  | {
      readonly kind: 'fields';
      readonly field: FilterField;
      readonly other: FilterField;
      readonly equal: boolean;
      readonly all: boolean;
    };

/** Compiles Wireshark's display filter syntax. Empty text matches every packet. `frame` is asked only when bytes are needed. */
export function compileFilter(text: string): CompiledFilter {
  if (text.trim() === '') return { ok: true, test: () => true };
  const parsed = parseFilter(text);
  if (isFilterError(parsed)) return { ok: false, ...parsed };
  const condition = resolve(parsed);
  if ('message' in condition) return { ok: false, ...condition };
  const fast = compileFast(condition);
  const withFrame = asksFrame(condition);
  return {
    ok: true,
    test: (index, row, frame) => {
      if (!(index instanceof PacketIndex)) throw new TypeError('this index was not made by CaptureIndexer');
      const quick = testColumns(fast, index, row, frame);
      if (quick !== MAYBE) return quick === YES;
      const bytes = frame();
      return testTree(condition, withFrame ? treeOf(index, row, bytes) : dissectRow(index, row, bytes));
    },
  };
}

/** True when the tree's first layer, which the capture file gives, is asked for. */
function asksFrame(condition: Condition): boolean {
  switch (condition.kind) {
    case 'or':
    case 'and':
      return asksFrame(condition.left) || asksFrame(condition.right);
    case 'not':
      return asksFrame(condition.operand);
    case 'fields':
      return condition.field.owner === 'frame' || condition.other.owner === 'frame';
    default:
      return condition.field.owner === 'frame';
  }
}

function testColumns(fast: FastTest, index: PacketIndex, row: number, frame: () => Uint8Array): number {
  const segment: Segment = index.segmentOf(row);
  const at = row & SEGMENT_MASK;
  const layers = segment.layers[at] ?? 0;
  return (layers & (HAS_INNER | HAS_ISSUE)) === 0 ? fast(segment, at, layers, row, index, frame) : MAYBE;
}

function resolve(node: FilterNode): Condition | FilterError {
  switch (node.kind) {
    case 'or':
    case 'and': {
      const left = resolve(node.left);
      if ('message' in left) return left;
      const right = resolve(node.right);
      return 'message' in right ? right : { kind: node.kind, left, right };
    }
    case 'not': {
      const operand = resolve(node.operand);
      return 'message' in operand ? operand : { kind: 'not', operand };
    }
    case 'exists': {
      const field = fieldOf(node.field);
      return 'message' in field ? field : { kind: 'exists', field };
    }
    case 'bits':
      return resolveBits(node.field, node.mask);
    case 'in': {
      const field = fieldOf(node.field);
      if ('message' in field) return field;
      const test = setTest(field, node.set);
      return isValueError(test) ? test : { kind: 'value', field, all: false, test };
    }
    case 'compare':
      return resolveCompare(node);
  }
}

function resolveBits(name: Literal, mask: Literal): Condition | FilterError {
  const field = fieldOf(name);
  if ('message' in field) return field;
  const wanted = numberOf(mask.text, 'uint');
  if (field.kind !== 'uint') return { position: name.position, message: `${field.name} has no bits to test.` };
  if (wanted === null) return { position: mask.position, message: `"${mask.text}" is not a number.` };
  const test: ValueTest = { number: (value) => (value & wanted) !== 0, ip: () => false, text: () => false };
  return { kind: 'value', field, all: false, test };
}

function resolveCompare(node: Extract<FilterNode, { kind: 'compare' }>): Condition | FilterError {
  const field = fieldOf(node.field);
  if ('message' in field) return field;
  const all = node.quantifier === 'all';
  const other = node.value.quoted ? null : fieldNamed(node.value.text);
  if (other !== null && node.value.text.includes('.') && (node.relation === '==' || node.relation === '!=')) {
    if (other.kind !== field.kind)
      return { position: node.value.position, message: `${field.name} and ${other.name} are of different kinds.` };
    return { kind: 'fields', field, other, equal: node.relation === '==', all };
  }
  const test = compareTest(field, node.relation, node.value);
  return isValueError(test) ? test : { kind: 'value', field, all, test };
}

function fieldOf(literal: Literal): FilterField | FilterError {
  const field = literal.quoted ? null : fieldNamed(literal.text);
  if (field) return field;
  const near = literal.quoted ? null : nearestField(literal.text);
  const hint = near === null ? '' : ` Did you mean "${near}"?`;
  return { position: literal.position, message: `"${literal.text}" is not a field.${hint}` };
}

/** What a tree is read from: `PacketDissection` and `Dissection` alike. */
interface Tree {
  readonly layers: readonly FieldNode[];
  readonly sources: readonly ByteSource[];
}

function testTree(condition: Condition, tree: Tree): boolean {
  switch (condition.kind) {
    case 'or':
      return testTree(condition.left, tree) || testTree(condition.right, tree);
    case 'and':
      return testTree(condition.left, tree) && testTree(condition.right, tree);
    case 'not':
      return !testTree(condition.operand, tree);
    case 'exists':
      return nodesOf(tree.layers, condition.field).length > 0;
    case 'value': {
      const { field, test } = condition;
      const values = valuesOf(tree, field);
      return condition.all
        ? values.length > 0 && values.every((v) => testText(field, test, v))
        : values.some((v) => testText(field, test, v));
    }
    case 'fields': {
      const left = valuesOf(tree, condition.field);
      const right = valuesOf(tree, condition.other);
      if (left.length === 0 || right.length === 0) return false;
      const same = (a: string): boolean =>
        condition.all
          ? right.every((b) => (a === b) === condition.equal)
          : right.some((b) => (a === b) === condition.equal);
      return condition.all ? left.every(same) : left.some(same);
    }
  }
}

function nodesOf(layers: readonly FieldNode[], field: FilterField): FieldNode[] {
  const found: FieldNode[] = [];
  const stack = [...layers];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.filter !== null && field.nodes.has(node.filter)) found.push(node);
    for (const child of node.children) stack.push(child);
  }
  return found;
}

function valuesOf({ layers, sources }: Tree, field: FilterField): string[] {
  const nodes = nodesOf(layers, field);
  const bytesOf = (node: FieldNode): Uint8Array => sources[node.source]?.bytes ?? NO_BYTES;
  // Bytes are compared as text of one character a byte; a protocol is everything from its header to the end of the frame.
  if (field.kind === 'protocol')
    return nodes.map((node) => latinText(bytesOf(node), node.offset, bytesOf(node).length));
  if (field.kind === 'bytes')
    return nodes.map((node) => latinText(bytesOf(node), node.offset, node.offset + node.length));
  const values: string[] = [];
  for (const node of nodes) if (node.value !== null) values.push(node.value);
  return values;
}

const NO_BYTES = new Uint8Array(0);

function latinText(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let i = from; i < to; i++) text += String.fromCharCode(bytes[i] ?? 0);
  return text;
}
