// Conntrack zones on this kernel: an entry counts for a packet only in the zone that table raw, or nftables, puts the packet into. A zone may be
// that of one direction: the other one is then looked up in zone 0.
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
type Direction = '' | 'orig' | 'reply';
const ZONES = {
  iptables: (zone: number, of: Direction) =>
    `*raw\n-A PREROUTING -i ${DEVICES.inside} -j CT --zone${of === '' ? '' : `-${of}`} ${zone}\nCOMMIT\n`,
  nft: (zone: number, of: Direction) =>
    `add table ip zones\ndelete table ip zones\ntable ip zones {\nchain pre {\ntype filter hook prerouting priority raw\niifname ${DEVICES.inside} ct ${{ '': '', orig: 'original ', reply: 'reply ' }[of]}zone set ${zone}\n}\n}\n`,
};

function load(way: keyof typeof ZONES, to: string, zone: number, of: Direction): void {
  const raw = way === 'iptables' ? ZONES.iptables(zone, of) : '*raw\nCOMMIT\n';
  network.in('node', 'iptables-nft-restore', [], dnat(to) + raw);
  if (way === 'nft') network.in('node', 'nft', ['-f', '-'], ZONES.nft(zone, of));
}

const entries = () => network.in('node', 'conntrack', ['-L']);

function simulated(packet: string) {
  const dumps = [
    ...network.dumps(),
    { path: 'conntrack.txt', text: network.in('node', 'conntrack', ['-L', '-o', 'extended']) },
  ];
  const spec = parsePacketSpec(packet);
  const result = spec.ok ? simulate(new Machine(readSnapshot(dumps)), spec.value) : spec;
  if (!result.ok) throw new Error(result.message);
  return result.simulation;
}

const request = (sport: number) => `udp ${ADDRESSES.client}:${sport} > ${ADDRESSES.nodeInside}:53 in ${DEVICES.inside}`;
const send = (sport: number) => network.client.send({ proto: 'udp', sport, dst: ADDRESSES.nodeInside, dport: 53 });

test.skipIf(!root).each([
  ['iptables', 42000],
  ['nft', 42001],
] as const)('%s', async (way, sport) => {
  load(way, ADDRESSES.server, 5, '');
  await send(sport);
  expect(connectionsIn(entries()).get(sport)?.destination).toBe(`${ADDRESSES.server}:53`);

  load(way, ADDRESSES.server2, 5, ''); // the entry of zone 5 outranks the new rule
  await send(sport);
  expect(entries().match(new RegExp(`sport=${sport} `, 'g'))).toHaveLength(1);
  expect(simulated(request(sport)).entryRole).toBe('outranks');
  expect(simulated(request(sport)).traces[0]?.finalDestination).toBe(`${ADDRESSES.server}:53`);

  load(way, ADDRESSES.server2, 6, ''); // in another zone the flow is new
  expect(simulated(request(sport)).entryRole).toBe('none');
  expect(simulated(request(sport)).traces[0]?.finalDestination).toBe(`${ADDRESSES.server2}:53`);
  await send(sport);
  expect(entries()).toMatch(new RegExp(`sport=${sport} .*src=${ADDRESSES.server2} .*zone=6`));
});

const ANSWER = `IO::Socket::INET->new(Proto => 'udp', LocalAddr => $ARGV[0], LocalPort => 53, PeerAddr => $ARGV[1], PeerPort => $ARGV[2])->send('x')`;

test.skipIf(!root).each([
  ['iptables', '', 42010],
  ['iptables', 'orig', 42011],
  ['iptables', 'reply', 42012],
  ['nft', '', 42013],
  ['nft', 'orig', 42014],
  ['nft', 'reply', 42015],
] as const)(
  '%s, a zone of one direction (%s): which answers and which later packets belong to the entry',
  async (way, of, sport) => {
    network.in('node', 'conntrack', ['-F']);
    load(way, ADDRESSES.server, 5, of);
    await send(sport);
    const label = of === '' ? 'zone=5' : `zone-${of}=5`;
    const line = () =>
      entries()
        .split('\n')
        .filter((l) => l.includes(`sport=${sport} `));
    expect(line()).toEqual([expect.stringContaining(label)]);

    // The answer comes in by the other device, where nothing gives it a zone.
    const answer = simulated(`udp ${ADDRESSES.server}:53 > ${ADDRESSES.client}:${sport} in ${DEVICES.outside}`);
    network.in('server', 'perl', [
      '-MIO::Socket::INET',
      '-e',
      ANSWER,
      ADDRESSES.server,
      ADDRESSES.client,
      String(sport),
    ]);
    const belongs = !line().some((l) => l.includes(label) && l.includes('[UNREPLIED]'));
    expect(belongs).toBe(of === 'orig');
    expect(answer.entry !== null).toBe(belongs);
    expect(answer.traces[0]?.source).toBe(`${belongs ? ADDRESSES.nodeInside : ADDRESSES.server}:53`);

    // In another zone the flow is new, unless the zone is that of replies: its packets are looked up in zone 0.
    load(way, ADDRESSES.server2, 6, of);
    const later = simulated(request(sport));
    await send(sport);
    const isNew = line().some((l) => l.includes(label.replace('5', '6')));
    expect(isNew).toBe(of !== 'reply');
    expect(later.entryRole).toBe(isNew ? 'none' : 'outranks');
    expect(later.traces[0]?.finalDestination).toBe(`${isNew ? ADDRESSES.server2 : ADDRESSES.server}:53`);
  },
);
