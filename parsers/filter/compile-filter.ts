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
import type { FilterField } from './fields.ts';
import { OWN, type OwnLayers } from './own-fields.ts';
import { parseFilter } from './parser.ts';
import { nodesOf, type Tree, textsOf } from './tree-values.ts';

/** `own` gives the layers of our own fields; without it those fields are nowhere. */
export type PacketTest = (index: CaptureIndex, row: number, frame: () => Uint8Array, own?: OwnLayers) => boolean;

/** A display filter ready to run, or where and why its text is wrong (`position` counts characters from 0). */
export type CompiledFilter =
  | { readonly ok: true; readonly test: PacketTest }
  | { readonly ok: false; readonly position: number; readonly message: string };

/** Compiles Wireshark's display filter syntax. Empty text matches every packet. `frame` is asked only when bytes are needed. */
export function compileFilter(text: string): CompiledFilter {
  if (text.trim() === '') return { ok: true, test: () => true };
  const parsed = parseFilter(text);
  if ('message' in parsed) return { ok: false, ...parsed };
  const condition = resolveNode(parsed);
  if ('message' in condition) return { ok: false, ...condition };
  const fast = compileFast(condition);
  const asked = fieldsOf(condition);
  // max() and min() do not say which fields they ask for.
  const withFrame = asked === null || asked.some(({ owner }) => owner === 'frame');
  const withOwn = asked === null || asked.some(({ owner }) => owner === OWN);
  const isOwn = asked?.every(({ owner }) => owner === OWN) ?? false;
  return {
    ok: true,
    test: (index, row, frame, own = NOTHING) => {
      if (!(index instanceof PacketIndex)) throw new TypeError('this index was not made by CaptureIndexer');
      if (isOwn) return testTree(condition, { layers: own(), sources: [] });
      const quick = testColumns(fast, index, row, frame);
      if (quick !== MAYBE) return quick === YES;
      const bytes = frame();
      const tree = withFrame ? treeOf(index, row, bytes) : dissectRow(index, row, bytes);
      return testTree(condition, withOwn ? { layers: [...tree.layers, ...own()], sources: tree.sources } : tree);
    },
  };
}

const NOTHING: OwnLayers = () => [];

/** The fields of all conditions; null when one does not name its own. */
function fieldsOf(condition: Condition): readonly FilterField[] | null {
  switch (condition.kind) {
    case 'or':
    case 'and': {
      const left = fieldsOf(condition.left);
      const right = fieldsOf(condition.right);
      return left === null || right === null ? null : [...left, ...right];
    }
    case 'not':
      return fieldsOf(condition.operand);
    case 'general':
      return condition.fields.length === 0 ? null : condition.fields;
    default:
      return [condition.field];
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
