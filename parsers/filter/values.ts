// Literals of a filter turned into values of the type they are compared with, texts of the tree into the same, and their comparison.
// Surprise: an address with a prefix length compares networks, also by order, so `ip.src > 10.0.0.0/8` means behind that network.
import { compareIp, type Ip, networkOf, parseIp, parsePrefix } from '../core/address.ts';
import { dateOf } from './dates.ts';
import type { FilterField } from './fields.ts';
import type { FilterError } from './lexer.ts';
import type { Entity, Relation } from './parser.ts';
import { type FieldType, rangeOf, typeName, type Value } from './types.ts';
import { valueNamed, valueNames } from './value-names.ts';

export type Literal = Extract<Entity, { readonly kind: 'literal' }>;

/** A value to compare with; `prefix` is the length of an address's network. */
export interface Operand {
  readonly value: Value;
  readonly prefix: number | null;
}

const plain = (value: Value): Operand => ({ value, prefix: null });

/** The literal as a value of the type. */
export function literalOf(literal: Literal, type: FieldType, relation: Relation | null): Operand | FilterError {
  const { text, form, position } = literal;
  const bad = (message: string): FilterError => ({ position, message });
  const quoted = `${JSON.stringify(text)} in quotes is a text, and the field is ${typeName(type)}; leave the quotes out.`;
  switch (type.of) {
    case 'number':
    case 'float': {
      if (form === 'string') return bad(quoted);
      const value = form === 'char' ? text.charCodeAt(0) : type.of === 'float' ? decimalOf(text) : integerOf(text);
      if (value === null) return bad(`"${text}" is not a number, which is needed here.`);
      const [least, most] = type.of === 'float' ? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] : rangeOf(type);
      return value < least || value > most
        ? bad(`"${text}" is too big for this field, whose maximum is ${most}.`)
        : plain(value);
    }
    case 'boolean': {
      if (/^(True|TRUE|False|FALSE)$/.test(text) && form !== 'char') return plain(/^t/i.test(text) ? 1 : 0);
      const value = form === 'char' ? text.charCodeAt(0) : form === 'word' ? integerOf(text) : null;
      return value === null ? bad(`"${text}" is neither True nor False, nor 1 nor 0.`) : plain(value === 0 ? 0 : 1);
    }
    case 'time': {
      const value = form === 'word' ? nanosOf(text) : null;
      return value === null ? bad(`"${text}" is not a time in seconds, as 0.25.`) : plain(value);
    }
    case 'date': {
      // A colon ends a word there.
      const isWhole = form === 'string' || (form === 'word' && !text.includes(':'));
      const value = isWhole ? dateOf(text) : null;
      return value === null ? bad(`"${text}" is not a date and time, as "2026-11-24 12:34:56.789".`) : plain(value);
    }
    case 'ip4':
    case 'ip6': {
      if (form !== 'word') return bad(quoted);
      const prefix = /\/\d+\./.test(text) ? null : parsePrefix(text);
      const family = type.of === 'ip4' ? 4 : 6;
      if (prefix === null || (prefix.ip.family !== family && type.code !== 'IP'))
        return bad(`"${text}" is not an IPv${family} address or prefix.`);
      return { value: prefix.ip, prefix: text.includes('/') ? prefix.length : null };
    }
    case 'bytes':
      return bytesLiteral(literal, type, relation);
    case 'string':
      return plain(text);
    case 'none':
      return bad('The field has no value to compare; it can only be there or not.');
  }
}

/** The value that a literal names; null where it is no name, and where the field's values have none. */
export function namedOf({ text, form, position }: Literal, { of, named }: FieldType): Operand | FilterError | null {
  if (named == null || form === 'char') return null;
  const isFlag = of === 'boolean' && form === 'word' && /^(True|TRUE|False|FALSE)$/.test(text);
  if (isFlag || (form === 'word' && integerOf(text) !== null)) return null;
  const value = valueNamed(named, text);
  if (value !== null) return plain(value);
  const near = valueNames(named).find(({ name }) => name.toLowerCase().startsWith(text.toLowerCase()));
  const offer = near === undefined ? '' : ` Did you mean ${JSON.stringify(near.name)}?`;
  return { position, message: `"${text}" is neither a number nor the name of a value of ${named}.${offer}` };
}

function bytesLiteral(
  { text, form, position }: Literal,
  type: FieldType,
  relation: Relation | null,
): Operand | FilterError {
  if (form === 'string' && type.code === 'ETHER')
    return { position, message: `${JSON.stringify(text)} in quotes is a text; a MAC address stands without quotes.` };
  // A text is its UTF-8 bytes.
  if (form === 'string') return plain(utf8Of(text));
  if (form === 'char') return plain(text);
  const bytes = bytesOf(text);
  if (bytes === null) return { position, message: `"${text}" is neither bytes like 47:45:54 nor a quoted text.` };
  if (type.code === 'ETHER' && bytes.length !== 6 && relation !== 'contains')
    return { position, message: `"${text}" is not a MAC address like aa:bb:cc:dd:ee:ff.` };
  return plain(bytes);
}

/** The UTF-8 bytes of a text, a character each; characters up to U+00FF come from escapes and are bytes already. */
export function utf8Of(text: string): string {
  let bytes = '';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x100) bytes += character;
    else if (code < 0x800) bytes += String.fromCharCode(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x1_0000)
      bytes += String.fromCharCode(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else
      bytes += String.fromCharCode(
        0xf0 | (code >> 18),
        0x80 | ((code >> 12) & 63),
        0x80 | ((code >> 6) & 63),
        0x80 | (code & 63),
      );
  }
  return bytes;
}

/** Bytes as a text of one character a byte, from `47:45`, `47-45`, `47.45`, `4745`, `0x4745` or a single digit. */
function bytesOf(text: string): string | null {
  const digits = /^0[xX]/.test(text) ? text.slice(2) : text;
  if (/^[0-9a-fA-F]$/.test(digits)) return String.fromCharCode(Number.parseInt(digits, 16));
  if (!/^[0-9a-fA-F]{2}(?:[:\-.]?[0-9a-fA-F]{2})*$/.test(digits)) return null;
  const hex = digits.replace(/[:\-.]/g, '');
  let bytes = '';
  for (let i = 0; i < hex.length; i += 2) bytes += String.fromCharCode(Number.parseInt(hex.slice(i, i + 2), 16));
  return bytes;
}

/** Decimal, hexadecimal, binary, octal with a leading zero. */
function integerOf(text: string): number | null {
  if (/^0[xX][0-9a-fA-F]+$/.test(text) || /^0[bB][01]+$/.test(text)) return Number(text);
  if (/^0[0-7]+$/.test(text)) return Number.parseInt(text, 8);
  return /^(0|[1-9]\d*)$/.test(text) ? Number(text) : null;
}

const decimalOf = (text: string): number | null => (/^\d+(\.\d*)?$/.test(text) ? Number(text) : integerOf(text));

/** Seconds with decimals as nanoseconds. */
export function nanosOf(text: string): bigint | null {
  const [, sign, whole, decimals] = /^(-?)(\d{1,15})(?:\.(\d{0,9})\d*)?$/.exec(text) ?? [];
  if (whole === undefined) return null;
  const size = BigInt(whole) * 1_000_000_000n + BigInt((decimals ?? '').padEnd(9, '0'));
  return sign === '-' ? -size : size;
}

/** A value of the tree, which has it as text; null when it is not of the field's type after all. */
export function valueOfText(field: FilterField, text: string): Value | null {
  switch (field.type.of) {
    case 'number':
    case 'float': {
      const value = Number(text);
      return text === '' || Number.isNaN(value) ? null : value;
    }
    case 'boolean':
      return /^(0|false)?$/i.test(text) ? 0 : 1;
    case 'time':
      return nanosOf(text);
    case 'date':
      return dateOf(text);
    case 'ip4':
    case 'ip6':
      return parseIp(text);
    case 'bytes':
      return field.kind === 'mac' ? bytesOf(text) : text;
    default:
      return text;
  }
}

const isIp = (value: Value): value is Ip => typeof value === 'object';

function orderOf(value: Value, { value: other, prefix }: Operand): number {
  if (isIp(value) && isIp(other)) {
    if (prefix === null) return compareIp(value, other);
    return value.family === other.family ? compareIp(networkOf(value, prefix), networkOf(other, prefix)) : -1;
  }
  return value < other ? -1 : value > other ? 1 : 0;
}

/** Whether `value relation operand` holds; both are of comparable types. `matches` is compiled elsewhere. */
export function holds(relation: Relation, value: Value, operand: Operand): boolean {
  if (relation === 'contains') {
    // Nothing is contained in nothing and, as in Wireshark, in nothing else either.
    const text = String(operand.value);
    return text !== '' && String(value).includes(text);
  }
  const order = orderOf(value, operand);
  switch (relation) {
    case '==':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '>':
      return order > 0;
    case '<=':
      return order <= 0;
    default:
      return order >= 0;
  }
}

/** `holds` with everything but the value given; for numbers, of which columns ask millions, without a detour. */
export function testOf(relation: Relation, operand: Operand): (value: Value) => boolean {
  const wanted = operand.value;
  if (typeof wanted !== 'number') return (value) => holds(relation, value, operand);
  switch (relation) {
    case '==':
      return (value) => value === wanted;
    case '!=':
      return (value) => value !== wanted;
    case '<':
      return (value) => Number(value) < wanted;
    case '>':
      return (value) => Number(value) > wanted;
    case '<=':
      return (value) => Number(value) <= wanted;
    default:
      return (value) => Number(value) >= wanted;
  }
}
