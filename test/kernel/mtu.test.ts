// Packets that are too long for the next link, on this kernel: those that may not be fragmented end before FORWARD, without a connection.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Machine } from '../../netpath/kernel/machine.ts';
import { simulate } from '../../netpath/kernel/run.ts';
import { parsePacketSpec } from '../../netpath/packet-spec.ts';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import { connectionsIn } from './connections.ts';
import { ADDRESSES, DEVICES, Network } from './namespaces.ts';

const root = process.getuid?.() === 0;
if (!root && process.env['CI']) throw new Error('the MTU test needs root');

let network: Network;
beforeAll(() => {
  if (!root) return;
  network = new Network();
  network.in('node', 'ip', ['link', 'set', DEVICES.outside, 'mtu', '1400']);
  network.in('node', 'ip', ['route', 'add', ADDRESSES.server2, 'dev', DEVICES.outside, 'mtu', '1300']);
  network.in('node', 'iptables-nft', ['-A', 'FORWARD', '-m', 'conntrack', '--ctstate', 'NEW', '-j', 'ACCEPT']);
});
afterAll(() => network?.close());

test.skipIf(!root).each([
  [ADDRESSES.server, 1400, 41000],
  [ADDRESSES.server, 1401, 41001],
  [ADDRESSES.server2, 1300, 41002],
  [ADDRESSES.server2, 1301, 41003],
])('to %s with %i bytes', async (dst, length, sport) => {
  network.in('client', 'ip', ['route', 'flush', 'cache']); // what an earlier ICMP taught the client
  await network.client.send({ proto: 'udp', sport, dst, dport: 9, length: length - 28 });
  const passed = connectionsIn(network.in('node', 'conntrack', ['-L'])).has(sport);
  const learnt = /mtu (\d+)/.exec(network.in('client', 'ip', ['route', 'get', dst]))?.[1] ?? null;
  const machine = new Machine(readSnapshot(network.dumps()));
  const ask = (more: string) => {
    const spec = parsePacketSpec(
      `udp ${ADDRESSES.client}:${sport} > ${dst}:9 in ${DEVICES.inside} length ${length}${more}`,
    );
    const result = spec.ok ? simulate(machine, spec.value) : spec;
    if (!result.ok) throw new Error(result.message);
    return result.simulation.traces[0];
  };
  const ours = ask('');
  expect(ours?.disposition.kind).toBe(passed ? 'leavesNode' : 'dropped');
  expect(/MTU .* is (\d+)/.exec(ours?.disposition.reason ?? '')?.[1] ?? null).toBe(learnt);
  expect(ask(' df 0')?.disposition.kind).toBe('leavesNode');
});
