// The functions of display filters: upper, lower, len, count, string, abs, max, min. What each takes is Wireshark 4.0's.
import { computed, type Expression, isError, type Resolved, typed } from './expression.ts';
import type { FilterError } from './lexer.ts';
import type { Entity } from './parser.ts';
import { nodesOf, rawTextsOf } from './tree-values.ts';
import { bitsOf, type FieldType, typeName, type Value } from './types.ts';
import { utf8Of } from './values.ts';

export interface FilterFunction {
  readonly name: string;
  readonly most: number;
  readonly description: string;
}

export const FUNCTIONS: readonly FilterFunction[] = [
  { name: 'upper', most: 1, description: 'a text in capital letters' },
  { name: 'lower', most: 1, description: 'a text in small letters' },
  { name: 'len', most: 1, description: 'the bytes that a field takes' },
  { name: 'count', most: 1, description: 'how often a field is there' },
  { name: 'string', most: 1, description: 'a number, an address or bytes as text' },
  { name: 'abs', most: 1, description: 'a number without its sign' },
  { name: 'max', most: Number.POSITIVE_INFINITY, description: 'the greatest of all values' },
  { name: 'min', most: Number.POSITIVE_INFINITY, description: 'the least of all values' },
];

const STRING: FieldType = { of: 'string', code: 'STRING' };
const UINT32: FieldType = { of: 'number', code: 'UINT32' };
const ORDERED: ReadonlySet<string> = new Set(['number', 'float', 'time', 'date', 'ip4', 'ip6', 'string', 'bytes']);

type Resolve = (entity: Entity) => Resolved | FilterError;

/** Checks a call; `resolve` checks its arguments. */
export function callOf(call: Extract<Entity, { kind: 'call' }>, resolve: Resolve): Expression | FilterError {
  const { name, args, position } = call;
  const known = FUNCTIONS.find((candidate) => candidate.name === name);
  if (known === undefined)
    return { position, message: `"${name}" is no function; there are ${FUNCTIONS.map((f) => f.name).join(', ')}.` };
  if (args.length === 0 || args.length > known.most)
    return { position, message: `${name}() takes ${known.most === 1 ? 'one field' : 'at least one value'}.` };
  const resolved: Resolved[] = [];
  for (const argument of args) {
    const one = resolve(argument);
    if (isError(one)) return one;
    resolved.push(one);
  }
  if (name === 'max' || name === 'min') return extreme(name, resolved, position);
  const [first] = resolved;
  if (first === undefined || 'constant' in first) return { position, message: `${name}() takes a field.` };
  if (name === 'abs') return absolute(first, position);
  return ofField(name, first, position);
}

function ofField(name: string, of: Expression, position: number): Expression | FilterError {
  const { field } = of;
  if (field === null) return { position, message: `${name}() takes a field, and nothing that is computed.` };
  if (name === 'count') return counted(of);
  if (name === 'len')
    return computed(`len(${of.name})`, UINT32, of.fields, (tree) => of.values(tree).map((v) => sizeOf(v, of.type)));
  if (name === 'string') {
    if (!['number', 'ip4', 'ip6'].includes(of.type.of) && !['ETHER', 'BYTES'].includes(of.type.code))
      return { position, message: `string() does not take ${of.name}, which is ${typeName(of.type)}.` };
    return computed(`string(${of.name})`, STRING, of.fields, (tree) => rawTextsOf(tree, field));
  }
  if (of.type.of !== 'string')
    return { position, message: `${name}() takes a text, and ${of.name} is ${typeName(of.type)}.` };
  const change = (value: Value): string =>
    name === 'upper' ? String(value).toUpperCase() : String(value).toLowerCase();
  return computed(`${name}(${of.name})`, STRING, of.fields, (tree) => of.values(tree).map(change));
}

function counted(of: Expression): Expression {
  const [field] = of.fields;
  return computed(`count(${of.name})`, UINT32, of.fields, (tree) => {
    const count = field === undefined ? 0 : nodesOf(tree, field, null).length;
    return count === 0 ? [] : [count];
  });
}

function sizeOf(value: Value, type: FieldType): number {
  if (typeof value === 'object') return value.family === 4 ? 4 : 16;
  if (type.of === 'number') return bitsOf(type) / 8;
  if (typeof value === 'string') return type.of === 'string' ? utf8Of(value).length : value.length;
  return type.of === 'boolean' ? 1 : 8;
}

function absolute(of: Expression, position: number): Expression | FilterError {
  if (!['number', 'float', 'time'].includes(of.type.of))
    return { position, message: `abs() takes a number, and ${of.name} is ${typeName(of.type)}.` };
  const positive = (value: Value): Value =>
    typeof value === 'bigint' ? (value < 0n ? -value : value) : Math.abs(Number(value));
  return computed(`abs(${of.name})`, unnamed(of.type), of.fields, (tree) => of.values(tree).map(positive));
}

function extreme(name: 'max' | 'min', resolved: readonly Resolved[], position: number): Expression | FilterError {
  const first = resolved[0];
  if (first === undefined || 'constant' in first)
    return { position, message: `The first argument of ${name}() must be a field.` };
  if (!ORDERED.has(first.type.of))
    return { position, message: `${name}() does not take ${first.name}, which is ${typeName(first.type)}.` };
  const all: Expression[] = [];
  for (const one of resolved) {
    const expression = typed(one, first.type);
    if (isError(expression)) return expression;
    if (expression.type.code !== first.type.code)
      return {
        position,
        message: `The arguments of ${name}() must be of one type: ${first.name} is ${first.type.code}, ${expression.name} ${expression.type.code}.`,
      };
    all.push(expression);
  }
  const better = (a: Value, b: Value): boolean => (name === 'max' ? a > b : a < b);
  const best = (values: readonly Value[]): readonly Value[] => {
    let found: Value | undefined;
    for (const value of values) if (found === undefined || better(keyOf(value), keyOf(found))) found = value;
    return found === undefined ? [] : [found];
  };
  // An argument that is not there is passed over, so no field is needed.
  return computed(`${name}()`, unnamed(first.type), [], (tree) =>
    best(all.flatMap((expression) => expression.values(tree))),
  );
}

/** What a function makes of a value has no names. */
const unnamed = ({ of, code }: FieldType): FieldType => ({ of, code });

/** Addresses as numbers, so that they have an order. */
function keyOf(value: Value): Value {
  if (typeof value !== 'object') return value;
  return (BigInt(value.a) << 96n) | (BigInt(value.b) << 64n) | (BigInt(value.c) << 32n) | BigInt(value.d);
}
