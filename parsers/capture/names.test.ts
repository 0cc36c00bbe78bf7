import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseIp } from '../core/address.ts';
import { readNames } from './names.ts';
import { PcapngBuilder } from './pcapng-builder.ts';

const ip = (text: string) => {
  const found = parseIp(text);
  if (found === null) throw new Error(text);
  return found;
};

function block(...names: [string, string][]): Uint8Array {
  const builder = new PcapngBuilder();
  builder.names(names.map(([address, name]) => ({ ip: ip(address), name })));
  return builder.take();
}

it('reads names of both families; the first of an address counts', () => {
  const known = new Map<string, string>();
  readNames(block(['10.0.0.9', 'web.default'], ['fd00::9', 'wéb6'], ['10.0.0.9', 'later']), true, known, 10);
  expect([...known]).toEqual([
    ['10.0.0.9', 'web.default'],
    ['fd00::9', 'wéb6'],
  ]);
});

it('reads the other byte order', () => {
  const big = Uint8Array.of(0, 0, 0, 4, 0, 0, 0, 28, 0, 1, 0, 6, 10, 0, 0, 1, 0x61, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 28);
  const known = new Map<string, string>();
  readNames(big, false, known, 10);
  expect([...known]).toEqual([['10.0.0.1', 'a']]);
});

it('stops at its limit, and at what is no record', () => {
  const known = new Map<string, string>();
  readNames(block(['10.0.0.1', 'a'], ['10.0.0.2', 'b'], ['10.0.0.3', 'c']), true, known, 2);
  expect(known.size).toBe(2);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, little) => {
      readNames(bytes, little, new Map(), 100);
    }),
  );
});
