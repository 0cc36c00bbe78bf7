import { expect, test } from 'vitest';
import { withoutOwn } from './own-connection.ts';

const everything = { filter: '', note: 'Everything is captured.' };
const own = { host: '127.0.0.1', port: 3000 };

test('at points of the node the viewer is left out, and the note says so', () => {
  const left = withoutOwn(everything, { kind: 'loopback' }, own);
  expect(left.filter).toBe('not (host 127.0.0.1 and tcp port 3000)');
  expect(left.note).toMatch(/port 3000\) is left out/);
  expect(withoutOwn({ filter: 'udp or tcp', note: '' }, { kind: 'any' }, own).filter).toBe(
    '(udp or tcp) and not (host 127.0.0.1 and tcp port 3000)',
  );
});

test('listening on every address, its port alone tells it', () => {
  expect(withoutOwn(everything, { kind: 'uplink' }, { host: '0.0.0.0', port: 3000 }).filter).toBe(
    'not (tcp port 3000)',
  );
});

test('pods and veths see what they see; who names the port wants it; the command line has no viewer', () => {
  expect(withoutOwn(everything, { kind: 'veth' }, own)).toBe(everything);
  const named = { filter: 'tcp port 3000', note: '' };
  expect(withoutOwn(named, { kind: 'any' }, own)).toBe(named);
  expect(withoutOwn(everything, { kind: 'any' }, null)).toBe(everything);
});
