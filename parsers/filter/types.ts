// The types of fields: what a value is in memory, what may be compared with what, and how much fits. tshark's own types where it has the
// field (field-types.gen.ts), otherwise those that our kinds stand for.
import type { Ip } from '../core/address.ts';
import type { FieldKind } from '../wire/protocol.ts';
import { FIELD_TYPES } from './field-types.gen.ts';
import { hasValueNames } from './value-names.ts';

/** Numbers and flags are numbers, times nanoseconds, bytes and texts strings (bytes: one character a byte). */
export type Value = number | bigint | string | Ip;
export type ValueClass = 'number' | 'boolean' | 'float' | 'time' | 'date' | 'ip4' | 'ip6' | 'bytes' | 'string' | 'none';

/** Our kinds of fields: those of protocol files, protocols themselves, and addresses of either family. */
export type OwnKind = FieldKind | 'protocol' | 'ip';

export interface FieldType {
  readonly of: ValueClass;
  /** Wireshark's name of the type without `FT_`. */
  readonly code: string;
  /** The field whose values have names that may stand for them; null for what is computed, and where they have none. */
  readonly named?: string | null;
}

const codes = new Map<string, string>();
for (const [code, names] of Object.entries(FIELD_TYPES)) for (const name of names.split(' ')) codes.set(name, code);

const OF_KIND: Readonly<Record<OwnKind, FieldType>> = {
  uint: { of: 'number', code: 'UINT32' },
  bool: { of: 'boolean', code: 'BOOLEAN' },
  ipv4: { of: 'ip4', code: 'IPv4' },
  ipv6: { of: 'ip6', code: 'IPv6' },
  mac: { of: 'bytes', code: 'ETHER' },
  text: { of: 'string', code: 'STRING' },
  bytes: { of: 'bytes', code: 'BYTES' },
  seconds: { of: 'time', code: 'RELATIVE_TIME' },
  none: { of: 'none', code: 'NONE' },
  protocol: { of: 'bytes', code: 'PROTOCOL' },
  ip: { of: 'ip4', code: 'IP' },
};

/** Codes that a kind of ours can be: where tshark's is another, our values are not of it and ours stands. */
const FITTING: ReadonlyMap<OwnKind, ReadonlyMap<string, ValueClass>> = new Map([
  ['uint', new Map<string, ValueClass>(numberCodes().map((code) => [code, 'number']))],
  ['bool', new Map<string, ValueClass>(numberCodes().map((code) => [code, 'number']))],
  ['seconds', new Map<string, ValueClass>([['DOUBLE', 'float']])],
  [
    'text',
    new Map<string, ValueClass>([
      ['ABSOLUTE_TIME', 'date'],
      ['STRINGZ', 'string'],
    ]),
  ],
  ['none', new Map<string, ValueClass>([['BYTES', 'bytes']])],
  ['bytes', new Map<string, ValueClass>([['STRING', 'string']])],
]);

function numberCodes(): string[] {
  return ['CHAR', 'FRAMENUM', 'INT8', 'INT16', 'INT32', 'UINT8', 'UINT16', 'UINT24', 'UINT32', 'UINT64'];
}

export function typeOf(name: string, kind: OwnKind): FieldType {
  const code = codes.get(name);
  const of = code === undefined ? undefined : FITTING.get(kind)?.get(code);
  const type = code === undefined || of === undefined ? OF_KIND[kind] : { of, code };
  const isNamed = (type.of === 'number' || type.of === 'boolean') && hasValueNames(name, type.of);
  return isNamed ? { ...type, named: name } : type;
}

/** Types of one group can be compared with one another. */
export function groupOf({ code }: FieldType): string {
  if (/^(UINT(8|16|24|32)|CHAR|FRAMENUM)$/.test(code)) return 'unsigned';
  if (/^INT/.test(code)) return 'signed';
  if (/^(BYTES|ETHER)$/.test(code)) return 'bytes';
  return code.startsWith('STRING') ? 'string' : code;
}

/** The bits of a number type. */
export function bitsOf({ code }: FieldType): number {
  const digits = /\d+$/.exec(code);
  return digits === null ? (code === 'CHAR' ? 8 : 32) : Number(digits[0]);
}

/** Smallest and greatest number of the type. */
export function rangeOf(type: FieldType): readonly [number, number] {
  const bits = bitsOf(type);
  return type.code.startsWith('INT') ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
}

const NAMES: Readonly<Record<ValueClass, string>> = {
  number: 'a number',
  boolean: 'a flag',
  float: 'a decimal number',
  time: 'a time in seconds',
  date: 'a date and time',
  ip4: 'an IPv4 address',
  ip6: 'an IPv6 address',
  bytes: 'bytes',
  string: 'a text',
  none: 'without a value',
};

export function typeName({ of, code }: FieldType): string {
  if (code === 'PROTOCOL') return 'a protocol';
  if (code === 'IP') return 'an address';
  return code === 'ETHER' ? 'a MAC address' : NAMES[of];
}
