// Display filters in Wireshark's syntax, compiled to a test of one row. The facade of this folder.
// Each condition has two forms: on the index's columns (yes, no, or "read the bytes") and on the dissected tree. Surprise: rows
// whose columns tell only half the story (tunnels, quoted packets, damage) always take the second form, so both must agree.
import type { CaptureIndex } from '../index/capture-index.ts';
import { PacketIndex } from '../index/packet-index.ts';
import { dissectRow, treeOf } from '../index/row-view.ts';
import { SEGMENT_MASK, type Segment } from '../index/segment.ts';
import { HAS_INNER, HAS_ISSUE } from '../wire/facts.ts';
import { type Condition, resolveNode } from './conditions.ts';
import { compileFast, type FastTest, MAYBE, YES } from './fast-path.ts';
import { parseFilter } from './parser.ts';
import { nodesOf, type Tree, textsOf } from './tree-values.ts';

/** A display filter ready to run, or where and why its text is wrong (`position` counts characters from 0). */
export type CompiledFilter =
  | { readonly ok: true; readonly test: (index: CaptureIndex, row: number, frame: () => Uint8Array) => boolean }
  | { readonly ok: false; readonly position: number; readonly message: string };

/** Compiles Wireshark's display filter syntax. Empty text matches every packet. `frame` is asked only when bytes are needed. */
export function compileFilter(text: string): CompiledFilter {
  if (text.trim() === '') return { ok: true, test: () => true };
  const parsed = parseFilter(text);
  if ('message' in parsed) return { ok: false, ...parsed };
  const condition = resolveNode(parsed);
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
    case 'general':
      // max() and min() need none of the fields that they ask for.
      return condition.fields.length === 0 || condition.fields.some(({ owner }) => owner === 'frame');
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

function testTree(condition: Condition, tree: Tree): boolean {
  switch (condition.kind) {
    case 'or':
      return testTree(condition.left, tree) || testTree(condition.right, tree);
    case 'and':
      return testTree(condition.left, tree) && testTree(condition.right, tree);
    case 'not':
      return !testTree(condition.operand, tree);
    case 'exists':
      return nodesOf(tree, condition.field, null).length > 0;
    case 'general':
      return condition.test(tree);
    case 'value': {
      const texts = textsOf(tree, condition.field, null);
      const { text } = condition.test;
      return condition.all ? texts.length > 0 && texts.every(text) : texts.some(text);
    }
  }
}
