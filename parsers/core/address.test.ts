import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compareIp,
  contains,
  endpointText,
  ipText,
  networkOf,
  parseIp,
  parsePrefix,
  prefixText,
  sameIp,
} from './address.ts';

const word = fc.integer({ min: 0, max: 0xffffffff });
const ip = fc.oneof(
  word.map((d) => ({ family: 4 as const, a: 0, b: 0, c: 0, d })),
  fc.tuple(word, word, word, word).map(([a, b, c, d]) => ({ family: 6 as const, a, b, c, d })),
);

test('text and back', () => {
  fc.assert(
    fc.property(ip, (x) => {
      const back = parseIp(ipText(x));
      expect(back && sameIp(back, x)).toBe(true);
    }),
  );
});

test.each([
  ['::', '::'],
  ['::1', '::1'],
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['FD00::00AB', 'fd00::ab'],
  ['::ffff:10.0.0.1', '::ffff:10.0.0.1'],
  ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
  ['fe80::1%eth0', 'fe80::1'],
])('%s prints as %s (RFC 5952)', (given, wanted) => {
  const x = parseIp(given);
  expect(x && ipText(x)).toBe(wanted);
});

test.each([
  '',
  '1.2.3',
  '256.0.0.1',
  '1.2.3.4.5',
  ':::',
  '1::2::3',
  'g::',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '10.0.0.1/8',
])('"%s" is no address', (text) => {
  expect(parseIp(text)).toBeNull();
});

describe('prefixes', () => {
  test('masks in both spellings; a mask with holes is refused', () => {
    expect(
      prefixText(parsePrefix('10.0.0.0/255.255.0.0') ?? { ip: { family: 4, a: 0, b: 0, c: 0, d: 0 }, length: 0 }),
    ).toBe('10.0.0.0/16');
    expect(parsePrefix('10.0.0.0/255.0.255.0')).toBeNull();
    expect(parsePrefix('10.0.0.0/33')).toBeNull();
  });
  test('an address is in its own networks, and the network of a network is itself', () => {
    fc.assert(
      fc.property(ip, fc.nat(128), (x, n) => {
        const length = x.family === 4 ? n % 33 : n;
        const network = networkOf(x, length);
        expect(contains({ ip: network, length }, x)).toBe(true);
        expect(sameIp(networkOf(network, length), network)).toBe(true);
      }),
    );
  });
  test('families never mix', () => {
    expect(
      contains({ ip: { family: 4, a: 0, b: 0, c: 0, d: 0 }, length: 0 }, { family: 6, a: 0, b: 0, c: 0, d: 0 }),
    ).toBe(false);
  });
});

test('order is numeric', () => {
  const order = ['9.0.0.1', '10.0.0.1', '200.0.0.1', '::1', 'fd00::1'].flatMap((t) => parseIp(t) ?? []);
  expect([...order].reverse().sort(compareIp)).toEqual(order);
});

test('endpoints', () => {
  const v6 = parseIp('fd00::1');
  expect(v6 && endpointText(v6, 80)).toBe('[fd00::1]:80');
  expect(v6 && endpointText(v6, null)).toBe('fd00::1');
});
