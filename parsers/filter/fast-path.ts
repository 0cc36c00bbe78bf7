// Conditions on the columns of the index. A test answers YES, NO or MAYBE: read the bytes.
// Surprise: a field whose protocol the columns rule out is a sure NO even when its values are in the bytes only, which is what
// makes `dns.qry.name contains "x"` cheap on a capture full of TCP.
import type { Ip } from '../core/address.ts';
import type { PacketIndex } from '../index/packet-index.ts';
import type { Segment } from '../index/segment.ts';
import { headerStart } from '../wire/decode.ts';
import { macText } from '../wire/dissection.ts';
import { FrameFacts, HAS_IPV4, HAS_TCP, HAS_UDP } from '../wire/facts.ts';
import { carriersOf, isOverPorts, numbersOf } from '../wire/tables.ts';
import {
  type AddressColumn,
  addressColumn,
  analysisBits,
  layerBit,
  type NumberColumn,
  numberColumn,
} from './columns.ts';
import type { Condition, ValueTest } from './conditions.ts';
import type { FilterField } from './fields.ts';

export const NO = 0;
export const YES = 1;
export const MAYBE = 2;

/** `frame` gives the row's bytes and is asked only by conditions on header fields. */
export type FastTest = (
  segment: Segment,
  at: number,
  layers: number,
  row: number,
  index: PacketIndex,
  frame: () => Uint8Array,
) => number;

const SEVERAL = 255;

const unsure: FastTest = () => MAYBE;

export function compileFast(condition: Condition): FastTest {
  switch (condition.kind) {
    case 'and': {
      const left = compileFast(condition.left);
      const right = compileFast(condition.right);
      return (s, at, layers, row, index, frame) => {
        const one = left(s, at, layers, row, index, frame);
        if (one === NO) return NO;
        const other = right(s, at, layers, row, index, frame);
        return other === NO ? NO : one === YES ? other : MAYBE;
      };
    }
    case 'or': {
      const left = compileFast(condition.left);
      const right = compileFast(condition.right);
      return (s, at, layers, row, index, frame) => {
        const one = left(s, at, layers, row, index, frame);
        if (one === YES) return YES;
        const other = right(s, at, layers, row, index, frame);
        return other === YES ? YES : one === NO ? other : MAYBE;
      };
    }
    case 'not': {
      const operand = compileFast(condition.operand);
      return (s, at, layers, row, index, frame) => {
        const found = operand(s, at, layers, row, index, frame);
        return found === MAYBE ? MAYBE : 1 - found;
      };
    }
    case 'exists':
      return existsTest(condition.field);
    case 'value':
      return valueTest(condition.field, condition.all, condition.test);
    case 'general':
      return allPossible(condition.fields);
  }
}

/** NO when one of the fields cannot be there. */
function allPossible(fields: readonly FilterField[]): FastTest {
  const tests = fields.map(possible);
  return (s, at, layers, row, index, frame) =>
    tests.some((test) => test(s, at, layers, row, index, frame) === NO) ? NO : MAYBE;
}

function existsTest(field: FilterField): FastTest {
  const analysis = analysisBits(field.name);
  if (analysis !== null) return (s, at) => (((s.analysis[at] ?? 0) & analysis) !== 0 ? YES : NO);
  if (field.kind === 'protocol') {
    const bit = layerBit(field.name);
    if (bit !== null) return (_s, _at, layers) => ((layers & bit) === bit ? YES : NO);
  }
  const needs = numberColumn(field.name)?.needs ?? addressColumn(field.name)?.needs;
  if (needs !== undefined) return (_s, _at, layers) => ((layers & needs) === needs ? YES : NO);
  return possible(field);
}

/** NO when the columns rule the field's protocol out, otherwise MAYBE. */
function possible(field: FilterField): FastTest {
  const bit = layerBit(field.owner);
  if (bit !== null) return (_s, _at, layers) => ((layers & bit) === bit ? MAYBE : NO);
  // SSDP speaks HTTP's words.
  const numbers = new Set([...field.owners, ...(field.owner === 'http' ? ['ssdp'] : [])].flatMap(numbersOf));
  // The link layer stands below what the column names, and nothing but the bytes tells about it.
  const isTop = ['vxlan', 'icmp', 'icmpv6'].includes(field.owner);
  const overPorts = isOverPorts(field.owner);
  if (numbers.size === 0 || (!isTop && !overPorts)) return unsure;
  if (overPorts) {
    // What a segment carries may only show when it is put together with others: its flow tells what to expect.
    const carriers = new Set([...numbers, ...field.owners.flatMap(carriersOf)]);
    return (s, at, layers, _row, index) => {
      if (numbers.has(s.protocol[at] ?? 0)) return MAYBE;
      if ((layers & (HAS_TCP | HAS_UDP)) === 0) return NO;
      const application = index.flowTable.applicationOf(s.flow[at] ?? 0);
      return application === SEVERAL || carriers.has(application) ? MAYBE : NO;
    };
  }
  return (s, at) => (numbers.has(s.protocol[at] ?? 0) ? MAYBE : NO);
}

function valueTest(field: FilterField, all: boolean, test: ValueTest): FastTest {
  const number = numberColumn(field.name);
  if (number !== null) return numberTest(number, all, test.number);
  const address = addressColumn(field.name);
  if (address !== null) return addressTest(address, all, test.ip);
  return field.header === null ? possible(field) : headerTest(field, field.header, test);
}

const walked = new FrameFacts();

/** A field at a fixed place of its header: the headers before it are walked, no tree is built. */
function headerTest(field: FilterField, header: NonNullable<FilterField['header']>, test: ValueTest): FastTest {
  const absent = possible(field);
  const { number, first, width } = header;
  return (s, at, layers, row, index, frame) => {
    if (absent(s, at, layers, row, index, frame) === NO) return NO;
    const bytes = frame();
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const linkType = index.interfaces[s.interfaceId[at] ?? 0]?.linkType ?? 0;
    walked.ports = index.ports;
    const start = headerStart(walked, view, s.length[at] ?? 0, linkType, number);
    if (start < 0) return NO;
    const from = start + (first >> 3);
    if (from + ((width + 7) >> 3) > bytes.length) return MAYBE;
    if (width === MAC_BITS) return test.text(macText(bytes, from)) ? YES : NO;
    return test.number(readBits(bytes, from, first & 7, width)) ? YES : NO;
  };
}

/** `width` bits (at most 32) that begin `skip` bits into the byte at `from`. */
function readBits(bytes: Uint8Array, from: number, skip: number, width: number): number {
  let value = 0;
  for (let at = from, bits = 0; bits < skip + width; at++, bits += 8) value = value * 256 + (bytes[at] ?? 0);
  const spare = -(skip + width) & 7;
  return Math.floor(value / 2 ** spare) % 2 ** width;
}

const MAC_BITS = 48;

function numberTest(column: NumberColumn, all: boolean, test: (value: number) => boolean): FastTest {
  const { needs, first, second } = column;
  if (second === null) {
    return (s, at, layers, row, index) => ((layers & needs) === needs && test(first(s, at, row, index)) ? YES : NO);
  }
  return (s, at, layers, row, index) => {
    if ((layers & needs) !== needs) return NO;
    const one = test(first(s, at, row, index));
    if (one !== all) return one ? YES : NO;
    return test(second(s, at)) ? YES : NO;
  };
}

function addressTest(column: AddressColumn, all: boolean, test: (ip: Ip) => boolean): FastTest {
  const { needs, src, dst } = column;
  // A capture has far fewer addresses than packets: the answer for each is kept.
  const memo = new Map<number, boolean>();
  let memoOf: PacketIndex | null = null;
  const judge = (value: number, layers: number, index: PacketIndex): boolean => {
    if (memoOf !== index || memo.size > 100_000) {
      memo.clear();
      memoOf = index;
    }
    let known = memo.get(value);
    if (known === undefined) {
      known = test(index.ipOf(value, layers & HAS_IPV4));
      memo.set(value, known);
    }
    return known;
  };
  return (s, at, layers, _row, index) => {
    if ((layers & needs) !== needs) return NO;
    if (!dst) return judge(s.src[at] ?? 0, layers, index) ? YES : NO;
    if (!src) return judge(s.dst[at] ?? 0, layers, index) ? YES : NO;
    const one = judge(s.src[at] ?? 0, layers, index);
    if (one !== all) return one ? YES : NO;
    return judge(s.dst[at] ?? 0, layers, index) ? YES : NO;
  };
}
