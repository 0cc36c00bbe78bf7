// Conntrack zones on this kernel: an entry counts for a packet only in the zone that table raw, or nftables, puts the packet into.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Machine } from '../../netpath/kernel/machine.ts';
import { simulate } from '../../netpath/kernel/run.ts';
import { parsePacketSpec } from '../../netpath/packet-spec.ts';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import { connectionsIn } from './connections.ts';
import { ADDRESSES, DEVICES, Network } from './namespaces.ts';

const root = process.getuid?.() === 0;
if (!root && process.env['CI']) throw new Error('the test of conntrack zones needs root');

let network: Network;
beforeAll(() => {
  if (root) network = new Network();
});
afterAll(() => network?.close());

const dnat = (to: string) => `*nat\n-A PREROUTING -p udp -m udp --dport 53 -j DNAT --to-destination ${to}\nCOMMIT\n`;
const ZONES = {
  iptables: (zone: number) => `*raw\n-A PREROUTING -i ${DEVICES.inside} -j CT --zone ${zone}\nCOMMIT\n`,
  nft: (zone: number) =>
    `add table ip zones\ndelete table ip zones\ntable ip zones {\nchain pre {\ntype filter hook prerouting priority raw\niifname ${DEVICES.inside} ct zone set ${zone}\n}\n}\n`,
};

test.skipIf(!root).each([
  ['iptables', 42000],
  ['nft', 42001],
] as const)('%s', async (way, sport) => {
  const load = (to: string, zone: number) => {
    network.in(
      'node',
      'iptables-nft-restore',
      [],
      dnat(to) + (way === 'iptables' ? ZONES.iptables(zone) : '*raw\nCOMMIT\n'),
    );
    if (way === 'nft') network.in('node', 'nft', ['-f', '-'], ZONES.nft(zone));
  };
  const entries = () => network.in('node', 'conntrack', ['-L']);
  const ours = () => {
    const dumps = [
      ...network.dumps(),
      { path: 'conntrack.txt', text: network.in('node', 'conntrack', ['-L', '-o', 'extended']) },
    ];
    const spec = parsePacketSpec(`udp ${ADDRESSES.client}:${sport} > ${ADDRESSES.nodeInside}:53 in ${DEVICES.inside}`);
    const result = spec.ok ? simulate(new Machine(readSnapshot(dumps)), spec.value) : spec;
    if (!result.ok) throw new Error(result.message);
    return result.simulation;
  };
  const send = () => network.client.send({ proto: 'udp', sport, dst: ADDRESSES.nodeInside, dport: 53 });

  load(ADDRESSES.server, 5);
  await send();
  expect(connectionsIn(entries()).get(sport)?.destination).toBe(`${ADDRESSES.server}:53`);

  load(ADDRESSES.server2, 5); // the entry of zone 5 outranks the new rule
  await send();
  expect(entries().match(new RegExp(`sport=${sport} `, 'g'))).toHaveLength(1);
  expect(ours().entryRole).toBe('outranks');
  expect(ours().traces[0]?.finalDestination).toBe(`${ADDRESSES.server}:53`);

  load(ADDRESSES.server2, 6); // in another zone the flow is new
  expect(ours().entryRole).toBe('none');
  expect(ours().traces[0]?.finalDestination).toBe(`${ADDRESSES.server2}:53`);
  await send();
  expect(entries()).toMatch(new RegExp(`sport=${sport} .*src=${ADDRESSES.server2} .*zone=6`));
});
