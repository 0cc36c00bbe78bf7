// Literals of a filter turned into tests of one value, by the field's kind. Addresses take prefixes, MAC addresses three spellings.
// Surprise: one test serves both paths: numbers and addresses from the columns, and texts from the tree.
import { compareIp, contains, type Ip, type Prefix, parseIp, parsePrefix } from '../core/address.ts';
import type { FilterField } from './fields.ts';
import type { FilterError } from './lexer.ts';
import { compileRegex } from './linear-regex.ts';
import type { Literal, Range, Relation } from './parser.ts';

/** Says whether one value passes. Only the member of the field's kind is ever asked. */
export interface ValueTest {
  readonly number: (value: number) => boolean;
  readonly ip: (value: Ip) => boolean;
  readonly text: (value: string) => boolean;
}

const NEVER: ValueTest = { number: () => false, ip: () => false, text: () => false };

export function isValueError(value: ValueTest | FilterError): value is FilterError {
  return 'message' in value;
}

function ordered(relation: Relation, order: number): boolean {
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

/** The test of `field relation literal`. */
export function compareTest(field: FilterField, relation: Relation, literal: Literal): ValueTest | FilterError {
  const bad = (message: string): FilterError => ({ position: literal.position, message });
  if (relation === 'contains' || relation === 'matches') return textTest(field, relation, literal);
  switch (field.kind) {
    case 'uint':
    case 'bool':
    case 'seconds': {
      const wanted = numberOf(literal.text, field.kind);
      if (wanted === null) return bad(`"${literal.text}" is not a number, which ${field.name} needs.`);
      return { ...NEVER, number: (value) => ordered(relation, value - wanted) };
    }
    case 'ipv4':
    case 'ipv6': {
      const prefix = parsePrefix(literal.text);
      const family = field.kind === 'ipv4' ? 4 : 6;
      if (prefix === null || prefix.ip.family !== family)
        return bad(`"${literal.text}" is not an IPv${family} address or prefix.`);
      return { ...NEVER, ip: (value) => comparePrefix(relation, value, prefix) };
    }
    case 'mac': {
      const wanted = macOf(literal.text);
      if (wanted === null) return bad(`"${literal.text}" is not a MAC address like aa:bb:cc:dd:ee:ff.`);
      return { ...NEVER, text: (value) => ordered(relation, order(value, wanted)) };
    }
    case 'text':
      return { ...NEVER, text: (value) => ordered(relation, order(value, literal.text)) };
    case 'bytes':
      return bytesTest(relation, literal);
    default:
      return bad(`${field.name} has no value to compare; use it alone, or with contains or matches.`);
  }
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function comparePrefix(relation: Relation, value: Ip, prefix: Prefix): boolean {
  if (relation === '==') return contains(prefix, value);
  if (relation === '!=') return !contains(prefix, value);
  return ordered(relation, compareIp(value, prefix.ip));
}

function bytesTest(relation: Relation, literal: Literal): ValueTest | FilterError {
  const wanted = literal.quoted ? literal.text : latinOf(literal.text);
  if (wanted === null)
    return { position: literal.position, message: `"${literal.text}" is neither bytes like 47:45:54 nor quoted text.` };
  return { ...NEVER, text: (value) => ordered(relation, order(value, wanted)) };
}

/** Bytes as a text of one character a byte, from `47:45` or `47-45`. */
function latinOf(text: string): string | null {
  if (!/^[0-9a-fA-F]{2}([:\-.]?[0-9a-fA-F]{2})*$/.test(text)) return null;
  const digits = text.replace(/[:\-.]/g, '');
  let bytes = '';
  for (let i = 0; i < digits.length; i += 2) bytes += String.fromCharCode(Number.parseInt(digits.slice(i, i + 2), 16));
  return bytes;
}

function textTest(field: FilterField, relation: 'contains' | 'matches', literal: Literal): ValueTest | FilterError {
  if (field.kind !== 'text' && field.kind !== 'bytes' && field.kind !== 'protocol' && field.kind !== 'mac') {
    return {
      position: literal.position,
      message: `${field.name} is not text or bytes, so "${relation}" cannot search it.`,
    };
  }
  if (relation === 'contains') {
    const wanted =
      literal.quoted || field.kind === 'text' || field.kind === 'mac'
        ? literal.text
        : (latinOf(literal.text) ?? literal.text);
    return { ...NEVER, text: (value) => value.includes(wanted) };
  }
  const regex = compileRegex(literal.text);
  if ('message' in regex) return { position: literal.position + 1 + regex.position, message: regex.message };
  return { ...NEVER, text: (value) => regex.test(value) };
}

/** The test of `field in {…}`. */
export function setTest(field: FilterField, set: readonly Range[]): ValueTest | FilterError {
  const tests: ValueTest[] = [];
  for (const { from, to } of set) {
    const low = compareTest(field, to === null ? '==' : '>=', from);
    if (isValueError(low)) return low;
    if (to === null) {
      tests.push(low);
      continue;
    }
    const high = compareTest(field, '<=', to);
    if (isValueError(high)) return high;
    tests.push({
      number: (value) => low.number(value) && high.number(value),
      ip: (value) => low.ip(value) && high.ip(value),
      text: (value) => low.text(value) && high.text(value),
    });
  }
  return {
    number: (value) => tests.some((test) => test.number(value)),
    ip: (value) => tests.some((test) => test.ip(value)),
    text: (value) => tests.some((test) => test.text(value)),
  };
}

/** Decimal, hexadecimal, binary, octal with a leading zero; true and false for flags. */
export function numberOf(text: string, kind: string): number | null {
  if (kind === 'bool' && /^(true|false)$/i.test(text)) return text.toLowerCase() === 'true' ? 1 : 0;
  if (/^0[xX][0-9a-fA-F]+$/.test(text) || /^0[bB][01]+$/.test(text)) return Number(text);
  if (/^0[0-7]+$/.test(text) && kind === 'uint') return Number.parseInt(text, 8);
  return /^-?\d+(\.\d+)?$/.test(text) && (kind === 'seconds' || !text.includes('.')) ? Number(text) : null;
}

function macOf(text: string): string | null {
  const digits = text.toLowerCase().replace(/[:\-.]/g, '');
  if (!/^[0-9a-f]{12}$/.test(digits)) return null;
  return digits.replace(/(..)(?!$)/g, '$1:');
}

/** A value of the tree, as text, put to the test. */
export function testText(field: FilterField, test: ValueTest, value: string): boolean {
  switch (field.kind) {
    case 'uint':
    case 'bool':
    case 'seconds':
      return test.number(Number(value));
    case 'ipv4':
    case 'ipv6': {
      const ip = parseIp(value);
      return ip !== null && test.ip(ip);
    }
    default:
      return test.text(value);
  }
}
