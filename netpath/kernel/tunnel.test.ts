// Where tunnels lead, from dumps in the form that iproute2 6.1 prints; test/kernel/tunnels.test.ts holds it against what stands on the wire.
import { describe, expect, test } from 'vitest';
import { parseIp } from '../../parsers/core/address.ts';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import { Machine } from './machine.ts';
import { onwardBy, tunnelEnd } from './tunnel.ts';

const link = (name: string, kind: string, data: object) => ({
  ifindex: 7,
  ifname: name,
  flags: ['UP'],
  mtu: 1450,
  link_type: 'ether',
  linkmode: 'DEFAULT',
  linkinfo: { info_kind: kind, info_data: data },
});
const machine = (links: object[], fdb: object[] = [], neighbours: object[] = []) =>
  new Machine(
    readSnapshot([
      { path: 'ip-link.json', text: JSON.stringify(links) },
      { path: 'bridge-fdb.json', text: JSON.stringify(fdb) },
      { path: 'ip-neigh.json', text: JSON.stringify(neighbours) },
    ]),
  );
const to = (m: Machine, device: string, nextHop: string) => {
  const ip = parseIp(nextHop);
  if (!ip) throw new Error(nextHop);
  return onwardBy(m, device, ip);
};
const never = (): never => {
  throw new Error('no address');
};
const VXLAN = link('flannel.1', 'vxlan', { id: 1, local: '192.168.60.11', port: 8472, link: 'eth0' });
const NEIGHBOUR = { dst: '10.244.2.0', dev: 'flannel.1', lladdr: '02:00:00:00:00:02', state: ['PERMANENT'] };
const ENTRY = {
  mac: '02:00:00:00:00:02',
  ifname: 'flannel.1',
  dst: '192.168.60.12',
  flags: ['self'],
  state: 'permanent',
};

describe('where a tunnel device sends to', () => {
  test('ipip takes the next hop of the route where it has no remote (Calico)', () => {
    const m = machine([link('tunl0', 'ipip', { remote: 'any', local: 'any' })]);
    expect(to(m, 'tunl0', '192.168.60.12')).toMatchObject({
      kind: 'tunnel',
      outer: { kind: 'ipip', protocol: 4, port: null, dst: parseIp('192.168.60.12') },
    });
  });

  test('Geneve with a remote', () => {
    const m = machine([link('genev', 'geneve', { id: 7, remote: '192.168.60.12', port: 6081 })]);
    expect(to(m, 'genev', '10.244.2.9')).toMatchObject({
      outer: { kind: 'geneve', id: 7, protocol: 17, port: 6081, dst: parseIp('192.168.60.12') },
    });
  });

  test('VXLAN by the neighbour of the next hop and its forwarding entry', () => {
    expect(to(machine([VXLAN], [ENTRY], [NEIGHBOUR]), 'flannel.1', '10.244.2.0')).toMatchObject({
      outer: { id: 1, port: 8472, src: parseIp('192.168.60.11'), dst: parseIp('192.168.60.12') },
    });
  });

  test('what is missing is named, with the command that tells it', () => {
    expect(to(machine([VXLAN], [ENTRY]), 'flannel.1', '10.244.2.0')).toEqual({
      kind: 'unknown',
      why: 'flannel.1 has no neighbour 10.244.2.0 (ip -j neigh)',
    });
    expect(to(machine([VXLAN], [], [NEIGHBOUR]), 'flannel.1', '10.244.2.0')).toMatchObject({
      why: expect.stringContaining('bridge -j fdb'),
    });
    expect(to(machine([link('wg0', 'wireguard', {})]), 'wg0', '10.0.0.1').kind).toBe('unknown');
  });

  test('an external device by what its route says; without, it is said that no dump tells', () => {
    const m = machine([link('vx0', 'vxlan', { external: true, id: 0, port: 4789 })]);
    const dst = parseIp('192.168.60.12');
    const by = (encap: object | null) =>
      onwardBy(
        m,
        'vx0',
        parseIp('10.9.9.2') ?? { family: 4, a: 0, b: 0, c: 0, d: 0 },
        encap && { kind: 'ip', id: 7, src: null, dst, ...encap },
      );
    expect(by({})).toMatchObject({ outer: { kind: 'vxlan', id: 7, port: 4789, dst } });
    expect(by(null)).toMatchObject({ kind: 'unknown', why: expect.stringContaining('vx0 is external') });
    expect(by({ dst: null }).kind).toBe('unknown');
  });

  test('an external device takes what no device of that id takes', () => {
    const outer = {
      kind: 'vxlan',
      src: null,
      dst: parseIp('192.168.60.12') ?? never(),
      port: 4789,
      protocol: 17,
      id: 7,
      source: null,
    };
    const external = link('vx0', 'vxlan', { external: true, id: 0 });
    expect(tunnelEnd(machine([external]), outer)?.name).toBe('vx0');
    expect(tunnelEnd(machine([external, link('vx7', 'vxlan', { id: 7 })]), outer)?.name).toBe('vx7');
  });

  test('ipip is taken by the device for that sender, else by the one for all', () => {
    const outer = {
      kind: 'ipip',
      src: parseIp('192.168.60.11'),
      dst: parseIp('192.168.60.12') ?? never(),
      port: null,
      protocol: 4,
      id: null,
      source: null,
    };
    const all = link('tunl0', 'ipip', { remote: 'any', local: 'any' });
    const own = link('to-a', 'ipip', { remote: '192.168.60.11', local: '192.168.60.12' });
    expect(tunnelEnd(machine([all, own]), outer)?.name).toBe('to-a');
    expect(tunnelEnd(machine([all]), outer)?.name).toBe('tunl0');
  });

  test('sit takes the far end from a next hop that holds one', () => {
    const m = machine([link('sit0', 'sit', { remote: 'any', local: 'any' })]);
    expect(to(m, 'sit0', '::192.168.60.12')).toMatchObject({ outer: { protocol: 41, dst: parseIp('192.168.60.12') } });
    expect(to(m, 'sit0', 'fd00::12')).toMatchObject({ kind: 'unknown', why: expect.stringContaining('fd00::12') });
  });

  test('a device that is no tunnel sends to the next hop itself', () => {
    expect(to(machine([link('eth0', 'veth', {})]), 'eth0', '192.168.60.12')).toEqual({
      kind: 'plain',
      to: parseIp('192.168.60.12'),
    });
  });

  test('the other end is the device of the same kind and id', () => {
    const on = to(machine([VXLAN], [ENTRY], [NEIGHBOUR]), 'flannel.1', '10.244.2.0');
    if (on.kind !== 'tunnel') throw new Error('no tunnel');
    expect(tunnelEnd(machine([link('vx2', 'vxlan', { id: 2 }), link('vx1', 'vxlan', { id: 1 })]), on.outer)?.name).toBe(
      'vx1',
    );
    expect(tunnelEnd(machine([link('vx2', 'vxlan', { id: 2 })]), on.outer)).toBeNull();
  });
});
