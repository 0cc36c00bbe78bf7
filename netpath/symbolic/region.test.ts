import { describe, expect, test } from 'vitest';
import { parseIp, parsePrefix } from '../../parsers/core/address.ts';
import { admitsDestination, admitsOrigin, EVERYTHING, narrow, otherPorts, type Region } from './region.ts';

const prefix = (text: string) => {
  const p = parsePrefix(text);
  if (!p) throw new Error(text);
  return p;
};
const ip = (text: string) => {
  const p = parseIp(text);
  if (!p) throw new Error(text);
  return p;
};
const narrowed = (...conditions: Partial<Region>[]): Region | null =>
  conditions.reduce<Region | null>((r, c) => r && narrow(r, c), EVERYTHING);

describe('region', () => {
  test('conditions of one dimension meet; what has nothing in common is empty', () => {
    expect(narrowed({ dst: [prefix('10.0.0.0/8')] }, { dst: [prefix('10.96.0.0/12')] })?.dst).toEqual([
      prefix('10.96.0.0/12'),
    ]);
    expect(narrowed({ dst: [prefix('10.0.0.0/8')] }, { dst: [prefix('192.168.0.0/16')] })).toBeNull();
    expect(narrowed({ ports: [{ from: 1, to: 100 }] }, { ports: [{ from: 80, to: 443 }] })?.ports).toEqual([
      { from: 80, to: 100 },
    ]);
    expect(narrowed({ protocol: 6 }, { protocol: 17 })).toBeNull();
    expect(narrowed({ iif: ['cali+'] }, { iif: ['cali123', 'eth0'] })?.iif).toEqual(['cali123']);
    expect(narrowed({ local: true }, { local: false })).toBeNull();
  });

  test('the ports that are left have every end right', () => {
    expect(otherPorts([{ from: 80, to: 80 }])).toEqual([
      { from: 0, to: 79 },
      { from: 81, to: 65535 },
    ]);
    expect(
      otherPorts([
        { from: 100, to: 65535 },
        { from: 0, to: 10 },
        { from: 5, to: 20 },
      ]),
    ).toEqual([{ from: 21, to: 99 }]);
    expect(otherPorts([{ from: 0, to: 65535 }])).toEqual([]);
  });

  test('destinations', () => {
    const r = narrowed({ protocol: 6, ports: [{ from: 80, to: 81 }], local: true, notDst: [prefix('10.0.0.9/32')] });
    const admits = (protocol: number, address: string, port: number, local: boolean) =>
      r !== null && admitsDestination(r, protocol, ip(address), port, local);
    expect(admits(6, '10.0.0.1', 80, true)).toBe(true);
    expect(admits(17, '10.0.0.1', 80, true)).toBe(false);
    expect(admits(6, '10.0.0.1', 82, true)).toBe(false);
    expect(admits(6, '10.0.0.1', 80, false)).toBe(false);
    expect(admits(6, '10.0.0.9', 80, true)).toBe(false);
  });

  test('origins: a device that must be is not the node itself, one that must not be may be', () => {
    const on = narrowed({ iif: ['cni+'] });
    const off = narrowed({ notIif: ['cni0'], notSrc: [prefix('10.0.0.0/8')] });
    if (!on || !off) throw new Error('empty');
    expect([admitsOrigin(on, null, 'cni0'), admitsOrigin(on, null, null)]).toEqual([true, false]);
    expect([admitsOrigin(off, null, 'cni0'), admitsOrigin(off, null, null)]).toEqual([false, true]);
    expect([admitsOrigin(off, ip('10.1.1.1'), 'eth0'), admitsOrigin(off, ip('1.1.1.1'), 'eth0')]).toEqual([
      false,
      true,
    ]);
  });
});
