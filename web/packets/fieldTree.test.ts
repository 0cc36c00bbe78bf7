import { describe, expect, it } from 'vitest';
import type { FieldNode } from '../../api/schemas.ts';
import { fieldRows, fieldsAtByte, filterOfField, labelOf } from './fieldTree.ts';

function field(
  filter: string | null,
  offset: number,
  length: number,
  children: FieldNode[] = [],
  generated = false,
): FieldNode {
  return {
    filter,
    label: filter ?? 'text',
    value: null,
    source: 0,
    offset,
    length,
    generated,
    severity: null,
    children,
  };
}

const layers = [
  field('frame', 0, 60),
  field('eth', 0, 14, [field('eth.dst', 0, 6), field('eth.src', 6, 6)]),
  field('tcp', 34, 20, [
    field('tcp.flags', 46, 2, [field('tcp.flags.syn', 47, 1)]),
    field('tcp.options', 54, 6),
    field('tcp.stream', 34, 20, [], true),
  ]),
];

describe('field tree', () => {
  it('shows what is open', () => {
    const open = new Set(['/tcp', '/tcp/tcp.flags']);
    expect(fieldRows(layers, (key) => open.has(key)).map(({ key, level }) => `${level}${key}`)).toEqual([
      '1/frame',
      '1/eth',
      '1/tcp',
      '2/tcp/tcp.flags',
      '3/tcp/tcp.flags/tcp.flags.syn',
      '2/tcp/tcp.options',
      '2/tcp/tcp.stream',
    ]);
  });

  it('finds the deepest field of a byte', () => {
    expect(fieldsAtByte(layers, 47)).toEqual(['/tcp', '/tcp/tcp.flags', '/tcp/tcp.flags/tcp.flags.syn']);
    expect(fieldsAtByte(layers, 7)).toEqual(['/eth', '/eth/eth.src']);
    expect(fieldsAtByte(layers, 55)).toEqual(['/tcp', '/tcp/tcp.options']);
    expect(fieldsAtByte(layers, 20)).toEqual(['/frame']);
    expect(fieldsAtByte(layers, 99)).toEqual([]);
  });

  it('writes a field as a filter, quoting what is text', () => {
    const filters = ['80', '0x0018', '10.96.0.80', 'fd00::2', '0a:58:0a:f4:01:01', 'eth:ip:tcp', 'a"b'].map((value) =>
      filterOfField({ ...field('x', 0, 1), value }),
    );
    expect(filters).toEqual([
      'x == 80',
      'x == 0x0018',
      'x == 10.96.0.80',
      'x == fd00::2',
      'x == 0a:58:0a:f4:01:01',
      'x == "eth:ip:tcp"',
      'x == "a\\"b"',
    ]);
    expect(filterOfField(field('tcp', 0, 20))).toBeNull();
  });

  it('keeps fields that occur twice apart, and brackets what we computed', () => {
    const twice = [field('dns', 0, 9, [field('dns.a', 0, 4), field('dns.a', 4, 4)])];
    const keys = fieldRows(twice, () => true).map(({ key }) => key);
    expect(new Set(keys).size).toBe(3);
    expect(labelOf(field('tcp.stream', 0, 0, [], true))).toBe('[tcp.stream]');
  });
});
