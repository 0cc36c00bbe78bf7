// Evaluates nftables expressions: the left sides by their module, concatenations, bit operations and maps here.
import { ipText } from '../../parsers/core/address.ts';
import type { NftElement, NftExpr } from '../../parsers/nodestate/nft-syntax.ts';
import { exprModules } from '../expr/registry.gen.ts';
import { type Tri, type Unknown, unknown } from '../tri.ts';
import type { Context } from './clause.ts';
import { NftElements } from './nft-sets.ts';
import { updated } from './nft-updates.ts';
import { compares, type Evaluated, isBits, literalHolds, readFlags, readLiteral, type Value } from './nft-value.ts';
import { capturedAnswers } from './packet.ts';
import { holdsInZone } from './time-zones.ts';
import type { World } from './world.ts';

const DAY = 86_400;

const MODULES = new Map(exprModules.map((m) => [m.kind, m]));

/** Names the table's sets and maps to the expressions of its rules. */
export interface NftScope {
  set(name: string): NftElements | null;
}

const isMissing = (v: Evaluated): v is Unknown => v !== null && 'unknown' in v;

/** A value, or why it is not known. */
export type MaybeValue = Value | Unknown;

/** The values of a (concatenated) expression; null when the packet lacks one of them. */
export function evaluateAll(e: NftExpr, c: Context, scope: NftScope): readonly MaybeValue[] | null {
  const out: MaybeValue[] = [];
  for (const part of e.kind === 'concat' ? e.items : [e]) {
    const v = evaluate(part, c, scope);
    if (v === null) return null;
    out.push(v);
  }
  return out;
}

function unknownOf(values: readonly MaybeValue[]): Unknown | null {
  return values.find((v): v is Unknown => 'unknown' in v) ?? null;
}

export function knownOf(values: readonly MaybeValue[]): Value[] {
  return values.filter((v): v is Value => !('unknown' in v));
}

function operate(op: string, a: number, b: number): number {
  switch (op) {
    case '&':
      return (a & b) >>> 0;
    case '|':
      return (a | b) >>> 0;
    case '^':
      return (a ^ b) >>> 0;
    case '<<':
      return (a << b) >>> 0;
    default:
      return a >>> b;
  }
}

function binary(e: NftExpr & { kind: 'binary' }, c: Context, scope: NftScope): Evaluated {
  const left = evaluate(e.left, c, scope);
  if (left === null || isMissing(left)) return left;
  if (typeof left.value !== 'number') return unknown('what a bit operation on an address gives', 'support for it');
  let right: number | null = null;
  if (e.right.kind === 'value') {
    const r = readLiteral(left.type, e.right.text);
    right = typeof r === 'number' ? r : null;
  } else if (e.right.kind === 'flags') right = readFlags(left.type, e.right.items);
  else {
    const r = evaluate(e.right, c, scope);
    if (r === null || isMissing(r)) return r;
    right = typeof r.value === 'number' ? r.value : null;
  }
  return right === null
    ? unknown(`what "${e.op}" is applied to`, 'support for it')
    : { type: left.type, value: operate(e.op, left.value, right) };
}

function elementsOf(data: NftExpr, scope: NftScope): NftElements | null {
  return data.kind === 'set' ? inline(data) : data.kind === 'setRef' ? scope.set(data.name) : null;
}

/** The element `*` of a set or map, for all that no other one holds; null for none. */
export function restOf(data: NftExpr, scope: NftScope): NftElement | null {
  return elementsOf(data, scope)?.otherwise ?? null;
}

/** An element of an inline set or a named one. */
export function lookUp(
  data: NftExpr,
  values: readonly MaybeValue[],
  scope: NftScope,
  world: World,
): NftElement | null | Unknown {
  const elements = elementsOf(data, scope);
  if (!elements)
    return unknown(data.kind === 'setRef' ? `what is in @${data.name}` : 'what the map is', 'nft list ruleset');
  const open = unknownOf(values);
  if (open) {
    // An element may still be ruled out by the parts that are known.
    return elements.mayHold(values.map((v) => ('unknown' in v ? null : v))) ? open : elements.otherwise;
  }
  const changed = updated(world, elements, knownOf(values));
  if (changed !== undefined) return changed;
  const found = elements.find(knownOf(values));
  return typeof found === 'string' ? unknown(found, 'support for it') : found;
}

const inlineSets = new WeakMap<NftExpr, NftElements>();
function inline(data: NftExpr & { kind: 'set' }): NftElements {
  let e = inlineSets.get(data);
  if (!e) {
    e = new NftElements(data.elements);
    inlineSets.set(data, e);
  }
  return e;
}

export function evaluate(e: NftExpr, c: Context, scope: NftScope): Evaluated {
  if (e.kind === 'binary') return binary(e, c, scope);
  const module = MODULES.get(e.kind);
  return module
    ? module.evaluate(e, c, (inner) => evaluateAll(inner, c, scope))
    : unknown(`what the expression ${e.kind === 'other' ? e.text : e.kind} gives`, 'support for it');
}

export interface MatchAnswer {
  readonly holds: Tri;
  /** The element of a set that holds it. */
  readonly element: NftElement | null;
  readonly values: readonly Value[];
}

const answer = (holds: Tri, values: readonly Value[] = [], element: NftElement | null = null): MatchAnswer => ({
  holds,
  values,
  element,
});

/** `meta hour`, `meta time`: compared in the time zone that nft printed the rule in. Null where no time of the packet is known. */
function clockHolds(
  left: NftExpr & { kind: 'meta' },
  op: string,
  right: NftExpr,
  c: Context,
  scope: NftScope,
): Tri | null {
  const { at } = c.packet;
  if (at === null) return null;
  const type = left.key === 'hour' ? 'hour' : 'time';
  let open: Tri | null = null;
  const holds = (offset: number): boolean => {
    const seconds = Math.floor(at) + offset;
    const value: Value = { type, value: type === 'hour' ? ((seconds % DAY) + DAY) % DAY : seconds };
    const answer = valueHolds(value, left, op, right, scope, c.world);
    if (typeof answer === 'boolean') return answer;
    open = answer;
    return false;
  };
  const answer = holdsInZone(c.world, `meta ${left.key}`, holds);
  return open ?? answer;
}

function valueHolds(v: Value, left: NftExpr, op: string, right: NftExpr, scope: NftScope, world: World): Tri {
  const negate = op === '!=';
  if (right.kind !== 'set' && right.kind !== 'setRef') return single(v, left, op, right, negate);
  const found = lookUp(right, [v], scope, world);
  return found !== null && 'unknown' in found ? found : (found !== null) !== negate;
}

/** `left op right`. */
export function matchHolds(left: NftExpr, op: string, right: NftExpr, c: Context, scope: NftScope): MatchAnswer {
  if (left.kind === 'meta' && (left.key === 'hour' || left.key === 'time')) {
    const holds = clockHolds(left, op, right, c, scope);
    if (holds !== null) {
      capturedAnswers(c.packet, `meta ${left.key}`);
      return answer(holds);
    }
  }
  const values = evaluateAll(left, c, scope);
  if (values === null) return answer(false);
  const list = knownOf(values);
  const negate = op === '!=';
  if (right.kind === 'set' || right.kind === 'setRef') {
    const found = lookUp(right, values, scope, c.world);
    if (found !== null && 'unknown' in found) return answer(found, list);
    return answer((found !== null) !== negate, list, found);
  }
  const open = unknownOf(values);
  if (open) return answer(open);
  const [v] = list;
  if (list.length !== 1 || !v) {
    const parts = right.kind === 'concat' ? right.items : [];
    const each = list.map((x, i) => (parts[i] ? literalHolds(x, parts[i]) : null));
    if (each.some((x) => x === null))
      return answer(unknown('what a concatenation is compared with', 'support for it'), list);
    return answer(each.every((x) => x === true) !== negate, list);
  }
  return answer(single(v, left, op, right, negate), list);
}

function single(v: Value, left: NftExpr, op: string, right: NftExpr, negate: boolean): Tri {
  const notUnderstood = () => unknown(`what ${textOfValue(v)} is compared with`, 'support for it');
  if (op === '!') {
    // none of the bits
    const items = right.kind === 'flags' ? right.items : right.kind === 'value' ? [right.text] : null;
    const bits = items && readFlags(v.type, items);
    return bits === null || typeof v.value !== 'number' ? notUnderstood() : (v.value & bits) === 0;
  }
  if (right.kind === 'flags') {
    const bits = readFlags(v.type, right.items);
    if (bits === null || typeof v.value !== 'number') return notUnderstood();
    // A bit operation on the left compares the whole; a bare list asks for any of the bits.
    if (left.kind === 'binary' || op === '==') return (v.value === bits) !== negate;
    return op === 'in' ? (v.value & bits) !== 0 : notUnderstood();
  }
  if (op === '<' || op === '>' || op === '<=' || op === '>=') {
    const r = right.kind === 'value' ? compares(v, op, right.text) : null;
    return r === null ? notUnderstood() : r;
  }
  if (
    op === 'in' &&
    right.kind === 'value' &&
    isBits(v.type) &&
    left.kind !== 'binary' &&
    typeof v.value === 'number'
  ) {
    const bit = readLiteral(v.type, right.text);
    return typeof bit === 'number' ? (v.value & bit) !== 0 : notUnderstood();
  }
  const holds = literalHolds(v, right);
  return holds === null ? notUnderstood() : holds !== negate;
}

export function textOfValue(v: Value): string {
  return typeof v.value === 'object' ? ipText(v.value) : String(v.value);
}
