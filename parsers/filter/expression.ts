// Values of a filter with their types: fields, slices, layers, functions and arithmetic, checked once and then asked of packet trees.
// Surprise: an expression has any number of values (`tcp.port` has two), and arithmetic makes every pair of them.
import type { Ip } from '../core/address.ts';
import { type FilterField, fieldNamed, nearestField } from './fields.ts';
import { callOf } from './functions.ts';
import type { FilterError } from './lexer.ts';
import type { ArithmeticOperator, Entity } from './parser.ts';
import { type ByteRange, sliceOf } from './slices.ts';
import { nodesOf, type Tree, valuesOf } from './tree-values.ts';
import { type FieldType, typeName, type Value } from './types.ts';
import { literalOf, utf8Of } from './values.ts';

export interface Expression {
  readonly type: FieldType;
  /** Fields without which there is no value. */
  readonly fields: readonly FilterField[];
  readonly values: (tree: Tree) => readonly Value[];
  /** The field itself, when it is nothing else; null for what is computed. */
  readonly field: FilterField | null;
  /** Whether it is there, whatever its value. */
  readonly exists: (tree: Tree) => boolean;
  /** Named in messages. */
  readonly name: string;
}

/** A number or text without a type yet: it takes that of what it meets. */
export interface Constant {
  readonly constant: Entity;
}

export type Resolved = Expression | Constant;

export function isError(value: object): value is FilterError {
  return 'message' in value;
}

/** Checks a value and everything in it. */
export function resolveEntity(entity: Entity): Resolved | FilterError {
  switch (entity.kind) {
    case 'literal': {
      const field = entity.form === 'word' ? fieldNamed(entity.text) : null;
      return field === null ? { constant: entity } : ofField(field, null);
    }
    case 'layer': {
      const of = resolveEntity(entity.of);
      if (isError(of)) return of;
      if ('constant' in of || of.field === null)
        return { position: entity.position, message: 'Only a field has layers.' };
      return ofField(of.field, entity.ranges);
    }
    case 'slice':
      return ofSlice(entity.of, entity.ranges);
    case 'call':
      return callOf(entity, resolveEntity);
    case 'negative': {
      const operand = resolveEntity(entity.operand);
      if (isError(operand)) return operand;
      return 'constant' in operand ? { constant: entity } : negativeOf(operand, entity.position);
    }
    case 'arithmetic':
      return ofArithmetic(entity);
  }
}

function ofField(field: FilterField, layers: readonly ByteRange[] | null): Expression {
  return {
    type: field.type,
    fields: [field],
    values: (tree) => valuesOf(tree, field, layers),
    field: layers === null ? field : null,
    exists: (tree) => nodesOf(tree, field, layers).length > 0,
    name: field.name,
  };
}

/** What is computed from others. */
export function computed(
  name: string,
  type: FieldType,
  fields: readonly FilterField[],
  values: (tree: Tree) => readonly Value[],
): Expression {
  return { type, fields, values, field: null, exists: (tree) => values(tree).length > 0, name };
}

const BYTES: FieldType = { of: 'bytes', code: 'BYTES' };

/** Whether its bytes can be sliced, and compared with a slice. */
export const hasBytes = ({ of }: FieldType): boolean =>
  of === 'bytes' || of === 'string' || of === 'ip4' || of === 'ip6';

/** The bytes of another type's values. */
export function asBytes(of: Expression): Expression {
  return computed(of.name, BYTES, of.fields, (tree) => of.values(tree).map((value) => bytesOfValue(value, of.type)));
}

function ofSlice(entity: Entity, ranges: readonly ByteRange[]): Expression | FilterError {
  const of = resolveEntity(entity);
  if (isError(of)) return of;
  const { position } = entity;
  if ('constant' in of) return { position, message: notAField(of.constant) };
  if (!hasBytes(of.type)) return { position, message: `${of.name} is ${typeName(of.type)} and has no bytes to slice.` };
  return computed(`${of.name}[…]`, BYTES, of.fields, (tree) => {
    const slices: string[] = [];
    for (const value of of.values(tree)) {
      const slice = sliceOf(bytesOfValue(value, of.type), ranges);
      if (slice !== null) slices.push(slice);
    }
    return slices;
  });
}

/** The bytes of a value that has some, a character each. */
function bytesOfValue(value: Value, type: FieldType): string {
  if (typeof value !== 'object') return type.of === 'string' ? utf8Of(String(value)) : String(value);
  const words = value.family === 4 ? [value.d] : [value.a, value.b, value.c, value.d];
  return words.map((w) => String.fromCharCode(w >>> 24, (w >>> 16) & 255, (w >>> 8) & 255, w & 255)).join('');
}

function negativeOf(operand: Expression, position: number): Expression | FilterError {
  if (!['number', 'float', 'time'].includes(operand.type.of))
    return { position, message: `${operand.name} is ${typeName(operand.type)} and has no negative.` };
  const negated = (value: Value): Value => (typeof value === 'bigint' ? -value : -Number(value));
  return computed(`-${operand.name}`, operand.type, operand.fields, (tree) => operand.values(tree).map(negated));
}

const ALLOWED: ReadonlyMap<string, string> = new Map([
  ['number', '+-*/%&'],
  ['float', '+-*/'],
  ['time', '+-'],
  ['ip4', '&'],
  ['ip6', '&'],
  ['bytes', '&'],
]);

function ofArithmetic(entity: Extract<Entity, { kind: 'arithmetic' }>): Resolved | FilterError {
  const { operator, position } = entity;
  const first = resolveEntity(entity.left);
  if (isError(first)) return first;
  const second = resolveEntity(entity.right);
  if (isError(second)) return second;
  if ('constant' in first && 'constant' in second) return { constant: entity };
  const type = 'constant' in first ? ('constant' in second ? null : second.type) : first.type;
  if (type === null) return { constant: entity };
  const left = typed(first, type);
  if (isError(left)) return left;
  const right = typed(second, type);
  if (isError(right)) return right;
  if (left.type.of !== right.type.of)
    return {
      position,
      message: `${left.name} and ${right.name} are of different types: ${typeName(left.type)}, ${typeName(right.type)}.`,
    };
  if (!(ALLOWED.get(type.of) ?? '').includes(operator))
    return { position, message: `${operator} does not work with ${left.name}, which is ${typeName(type)}.` };
  const wraps = type.of === 'number' && type.code.startsWith('UINT') && type.code !== 'UINT64';
  return computed(`${left.name} ${operator} ${right.name}`, type, [...left.fields, ...right.fields], (tree) => {
    const others = right.values(tree);
    const results: Value[] = [];
    for (const a of left.values(tree)) {
      for (const b of others) {
        const result = calculate(operator, a, b);
        if (result !== null) results.push(wraps ? wrapped(result) : result);
      }
    }
    return results;
  });
}

/** Sums and products of unsigned numbers keep 32 bits, as in Wireshark; differences may be negative. */
function wrapped(value: Value): Value {
  return typeof value === 'number' && value > 0xffff_ffff ? value % 0x1_0000_0000 : value;
}

/** Null where there is no result: a division by zero. */
function calculate(operator: ArithmeticOperator, a: Value, b: Value): Value | null {
  if (typeof a === 'bigint' && typeof b === 'bigint') return operator === '-' ? a - b : a + b;
  if (typeof a === 'object' && typeof b === 'object') return masked(a, b);
  if (typeof a === 'string' && typeof b === 'string') return maskedBytes(a, b);
  const [x, y] = [Number(a), Number(b)];
  switch (operator) {
    case '+':
      return x + y;
    case '-':
      return x - y;
    case '*':
      return x * y;
    case '/':
      return y === 0 ? null : Math.trunc(x / y);
    case '%':
      return y === 0 ? null : x % y;
    case '&':
      return Number(BigInt(Math.trunc(x)) & BigInt(Math.trunc(y)));
  }
}

/** Byte by byte; nothing where one has more bytes than the other. */
function maskedBytes(a: string, b: string): string | null {
  if (a.length !== b.length) return null;
  let bytes = '';
  for (let i = 0; i < a.length; i++) bytes += String.fromCharCode(a.charCodeAt(i) & b.charCodeAt(i));
  return bytes;
}

function masked(x: Ip, y: Ip): Ip {
  const and = (a: number, b: number): number => (a & b) >>> 0;
  return { family: x.family, a: and(x.a, y.a), b: and(x.b, y.b), c: and(x.c, y.c), d: and(x.d, y.d) };
}

/** A constant as an expression of the type; expressions as they are. */
export function typed(resolved: Resolved, type: FieldType): Expression | FilterError {
  if (!('constant' in resolved)) return resolved;
  const value = constantOf(resolved.constant, type);
  return isConstantError(value) ? value : computed(textOf(resolved.constant), type, [], () => [value]);
}

export function isConstantError(value: Value | FilterError): value is FilterError {
  return typeof value === 'object' && 'message' in value;
}

/** The value of a constant, computed where it is arithmetic. */
export function constantOf(entity: Entity, type: FieldType): Value | FilterError {
  if (entity.kind === 'literal') {
    const operand = literalOf(entity, type, null);
    return isError(operand) ? operand : operand.value;
  }
  if (entity.kind === 'negative') {
    const value = constantOf(entity.operand, type);
    if (isConstantError(value)) return value;
    return typeof value === 'bigint' ? -value : -Number(value);
  }
  if (entity.kind !== 'arithmetic') return { position: entity.position, message: 'This is no constant.' };
  const left = constantOf(entity.left, type);
  if (isConstantError(left)) return left;
  const right = constantOf(entity.right, type);
  if (isConstantError(right)) return right;
  const allowed = (ALLOWED.get(type.of) ?? '').includes(entity.operator);
  const result = allowed ? calculate(entity.operator, left, right) : null;
  return result ?? { position: entity.position, message: `${entity.operator} has no result here.` };
}

export function textOf(entity: Entity): string {
  return entity.kind === 'literal' ? entity.text : 'a constant';
}

/** What to say of a constant where a field is needed. */
export function notAField(entity: Entity): string {
  const near = entity.kind === 'literal' && entity.form === 'word' ? nearestField(entity.text) : null;
  return `"${textOf(entity)}" is not a field.${near === null ? '' : ` Did you mean "${near}"?`}`;
}
