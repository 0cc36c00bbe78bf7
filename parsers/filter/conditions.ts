// The conditions of a filter, checked and resolved to fields: what the fast path and the tree test.

import type { Ip } from '../core/address.ts';
import {
  asBytes,
  constantOf,
  type Expression,
  hasBytes,
  isConstantError,
  isError,
  notAField,
  type Resolved,
  resolveEntity,
  typed,
} from './expression.ts';
import type { FilterField } from './fields.ts';
import type { FilterError } from './lexer.ts';
import { compileRegex } from './linear-regex.ts';
import type { Entity, FilterNode, Quantifier, Relation, SetItem } from './parser.ts';
import type { Tree } from './tree-values.ts';
import { groupOf, typeName, type Value } from './types.ts';
import { holds, literalOf, namedOf, type Operand, testOf, valueOfText } from './values.ts';

/** Says whether one value passes; numbers and addresses come from columns, texts from the tree. */
export interface ValueTest {
  readonly number: (value: number) => boolean;
  readonly ip: (value: Ip) => boolean;
  readonly text: (value: string) => boolean;
}

export type Condition =
  | { readonly kind: 'or' | 'and'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'not'; readonly operand: Condition }
  | { readonly kind: 'exists'; readonly field: FilterField }
  /** One field and constants: what columns can answer. */
  | { readonly kind: 'value'; readonly field: FilterField; readonly all: boolean; readonly test: ValueTest }
  /** Anything else, asked of the tree; it is false where one of the fields is missing. */
  | { readonly kind: 'general'; readonly fields: readonly FilterField[]; readonly test: (tree: Tree) => boolean };

export function resolveNode(node: FilterNode): Condition | FilterError {
  switch (node.kind) {
    case 'or':
    case 'and': {
      const left = resolveNode(node.left);
      if (isError(left)) return left;
      const right = resolveNode(node.right);
      return isError(right) ? right : { kind: node.kind, left, right };
    }
    case 'not': {
      const operand = resolveNode(node.operand);
      return isError(operand) ? operand : { kind: 'not', operand };
    }
    case 'exists':
      return existence(node.entity);
    case 'in':
      return membership(node.entity, node.quantifier, node.set);
    case 'compare':
      return comparison(node);
  }
}

function existence(entity: Entity): Condition | FilterError {
  const of = resolveEntity(entity);
  if (isError(of)) return of;
  const { position } = entity;
  if ('constant' in of) return { position, message: notAField(of.constant) };
  if (entity.kind === 'call') return { position, message: `${entity.name}() is always there; compare what it gives.` };
  if (of.field !== null) return { kind: 'exists', field: of.field };
  // Arithmetic alone asks for a result that is not zero.
  const isCalculated = entity.kind === 'arithmetic' || entity.kind === 'negative';
  const test = isCalculated ? (tree: Tree) => of.values(tree).some(isNotZero) : of.exists;
  return { kind: 'general', fields: of.fields, test };
}

function isNotZero(value: Value): boolean {
  if (typeof value === 'string') return /[^\0]/.test(value);
  if (typeof value === 'object') return value.a !== 0 || value.b !== 0 || value.c !== 0 || value.d !== 0;
  return typeof value === 'bigint' ? value !== 0n : value !== 0;
}

/** The left side, which must not be a constant. */
function leftOf(entity: Entity): Expression | FilterError {
  const left = resolveEntity(entity);
  if (isError(left) || !('constant' in left)) return left;
  return { position: entity.position, message: notAField(left.constant) };
}

function comparison(node: Extract<FilterNode, { kind: 'compare' }>): Condition | FilterError {
  const left = leftOf(node.left);
  if (isError(left)) return left;
  const { relation } = node;
  if (relation === 'matches') return pattern(left, node.right, node.quantifier);
  const { of } = left.type;
  if (relation === 'contains' && of !== 'bytes' && of !== 'string')
    return {
      position: node.left.position,
      message: `${left.name} is ${typeName(left.type)}, which "contains" cannot search.`,
    };
  if (of === 'none')
    return { position: node.left.position, message: `${left.name} has no value to compare; use it alone.` };
  const right = resolveEntity(node.right);
  return isError(right) ? right : compared(left, relation, node.quantifier, right, node.right.position);
}

function compared(
  left: Expression,
  relation: Relation,
  quantifier: Quantifier,
  right: Resolved,
  position: number,
): Condition | FilterError {
  const all = quantifier === 'all';
  if ('constant' in right) {
    const operand = operandOf(right.constant, left, relation);
    if (isError(operand)) return operand;
    return passing(left, all, testOf(relation, operand));
  }
  if (groupOf(left.type) !== groupOf(right.type)) {
    // A slice is compared with the bytes of anything that has some.
    const isSlice = left.field === null || right.field === null;
    if (isSlice && hasBytes(left.type) && hasBytes(right.type))
      return compared(asBytes(left), relation, quantifier, asBytes(right), position);
    return {
      position,
      message: `${left.name} is ${typeName(left.type)} and ${right.name} ${typeName(right.type)}: they cannot be compared.`,
    };
  }
  const test = (tree: Tree): boolean => {
    const values = left.values(tree);
    const others = right.values(tree);
    if (values.length === 0 || others.length === 0) return false;
    const one = (value: Value, other: Value): boolean => holds(relation, value, { value: other, prefix: null });
    return all
      ? values.every((value) => others.every((other) => one(value, other)))
      : values.some((value) => others.some((other) => one(value, other)));
  };
  return { kind: 'general', fields: [...left.fields, ...right.fields], test };
}

/** A constant as what `left` is compared with. */
function operandOf(entity: Entity, left: Expression, relation: Relation): Operand | FilterError {
  if (entity.kind === 'literal') return namedOf(entity, left.type) ?? literalOf(entity, left.type, relation);
  const value = constantOf(entity, left.type);
  return isConstantError(value) ? value : { value, prefix: null };
}

/** The condition that one value, or all of them, pass a test. */
function passing(left: Expression, all: boolean, test: (value: Value) => boolean): Condition {
  const { field } = left;
  if (field !== null) return { kind: 'value', field, all, test: valueTest(field, test) };
  return {
    kind: 'general',
    fields: left.fields,
    test: (tree) => {
      const values = left.values(tree);
      return all ? values.length > 0 && values.every(test) : values.some(test);
    },
  };
}

function valueTest(field: FilterField, test: (value: Value) => boolean): ValueTest {
  const isFlag = field.type.of === 'boolean';
  return {
    number: isFlag ? (value) => test(value === 0 ? 0 : 1) : test,
    ip: test,
    text: (text) => {
      const value = valueOfText(field, text);
      return value !== null && test(value);
    },
  };
}

function pattern(left: Expression, entity: Entity, quantifier: Quantifier): Condition | FilterError {
  const { position } = entity;
  if (left.type.of !== 'string' && left.type.of !== 'bytes')
    return { position, message: `${left.name} is ${typeName(left.type)}, which "matches" cannot search.` };
  if (entity.kind !== 'literal' || entity.form !== 'string')
    return { position, message: '"matches" takes a regular expression in double quotes.' };
  const regex = compileRegex(entity.text);
  if ('message' in regex) return { position: position + 1 + regex.position, message: regex.message };
  return passing(left, quantifier === 'all', (value) => regex.test(String(value)));
}

/** With `all`, every value must be the same item's, as in Wireshark. */
function membership(entity: Entity, quantifier: Quantifier, set: readonly SetItem[]): Condition | FilterError {
  const left = leftOf(entity);
  if (isError(left)) return left;
  if (left.type.of === 'none')
    return { position: entity.position, message: `${left.name} has no value to look for in a set; use it alone.` };
  const all = quantifier === 'all';
  const tests: ((value: Value) => boolean)[] = [];
  let found: Condition | null = null;
  const add = (condition: Condition): void => {
    found = found === null ? condition : { kind: 'or', left: found, right: condition };
  };
  for (const item of set) {
    const test = constantItem(item, left);
    if (test !== null && isError(test)) return test;
    if (test !== null) {
      if (all) add(passing(left, true, test));
      else tests.push(test);
      continue;
    }
    const condition = computedItem(item, left, all);
    if (isError(condition)) return condition;
    add(condition);
  }
  if (tests.length > 0) add(passing(left, false, (value) => tests.some((test) => test(value))));
  return found ?? { position: entity.position, message: 'The set is empty.' };
}

/** The test of an item that is made of constants; null when fields are in it. */
function constantItem({ from, to }: SetItem, left: Expression): ((value: Value) => boolean) | FilterError | null {
  const first = resolveEntity(from);
  if (isError(first)) return first;
  const last = to === null ? null : resolveEntity(to);
  if (last !== null && isError(last)) return last;
  if (!('constant' in first) || (last !== null && !('constant' in last))) return null;
  const low = operandOf(first.constant, left, to === null ? '==' : '>=');
  if (isError(low)) return low;
  if (last === null || !('constant' in last)) return testOf('==', low);
  const high = operandOf(last.constant, left, '<=');
  if (isError(high)) return high;
  const [above, below] = [testOf('>=', low), testOf('<=', high)];
  return (value) => above(value) && below(value);
}

function computedItem({ from, to }: SetItem, left: Expression, all: boolean): Condition | FilterError {
  const ends: Expression[] = [];
  for (const entity of to === null ? [from] : [from, to]) {
    const resolved = resolveEntity(entity);
    if (isError(resolved)) return resolved;
    const end = typed(resolved, left.type);
    if (isError(end)) return end;
    if (groupOf(end.type) !== groupOf(left.type))
      return { position: entity.position, message: `${left.name} and ${end.name} cannot be compared.` };
    ends.push(end);
  }
  const [low = left, high = low] = ends;
  const test = (tree: Tree): boolean => {
    const values = left.values(tree);
    const is = (value: Value): boolean => {
      const within = (relation: Relation, end: Expression): boolean =>
        end.values(tree).some((other) => holds(relation, value, { value: other, prefix: null }));
      return to === null ? within('==', low) : within('>=', low) && within('<=', high);
    };
    return all ? values.length > 0 && values.every(is) : values.some(is);
  };
  return { kind: 'general', fields: [...left.fields, ...ends.flatMap(({ fields }) => fields)], test };
}
