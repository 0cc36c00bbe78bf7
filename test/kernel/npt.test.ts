// SNPT and DNPT on this kernel: the address that we say comes out is the one that the next rule sees.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Machine } from '../../netpath/kernel/machine.ts';
import { simulate } from '../../netpath/kernel/run.ts';
import { parsePacketSpec } from '../../netpath/packet-spec.ts';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import { addressToIpv6 } from './ipv6.ts';
import { ADDRESSES, DEVICES, Network } from './namespaces.ts';
import { missingFor } from './tools.ts';

const lacking = missingFor('prefix translation', ['ip', 'ip6tables-nft', 'ip6tables-nft-restore']);
let network: Network;
beforeAll(() => {
  if (lacking !== null) return;
  network = new Network();
  network.in('node', 'ip', ['-6', 'route', 'add', 'fd88::/16', 'via', addressToIpv6(ADDRESSES.server)]);
});
afterAll(() => network?.close());

const CLIENT = addressToIpv6(ADDRESSES.client);

test.skipIf(lacking !== null).each([
  ['DNPT', 'fd88:1:2::/48', 'fd99:a:b::/48', 'fd88:1:2:3::5'],
  ['DNPT', 'fd88:1:2::/48', 'fd99:a:b:c000::/52', 'fd88:1:2:3::5'],
  ['DNPT', 'fd88::/16', 'fd99::/20', 'fd88:ffff:2:3::5'],
  ['DNPT', 'fd88:1:2:3::/64', 'fd99:a:b:c::/64', 'fd88:1:2:3::5'],
  ['DNPT', 'fd88:1:2:3::/64', 'fd99:a:b:c::/64', 'fd88:1:2:3:ffff:ffff::5'],
  ['DNPT', 'fd88:1:2:3::/64', 'fd99:a:b:c00::/56', 'fd88:1:2:3:ffff:ffff:ffff:ffff'],
  ['SNPT', 'fd77:1::/48', 'fd99:a:b::/48', 'fd88:1:2:3::5'],
  ['SNPT', 'fd77:1::/64', 'fd99:a:b:c0::/60', 'fd88:1:2:3::5'],
] as const)('%s %s → %s of a packet to %s', async (target, from, to, dst) => {
  const hook = target === 'DNPT' ? 'PREROUTING' : 'POSTROUTING';
  const rule = `-A ${hook} -p udp -m udp --dport 99 -j ${target} --src-pfx ${from} --dst-pfx ${to}\n`;
  const load = (more: string) =>
    network.in('node', 'ip6tables-nft-restore', [], `*mangle\n:${hook} ACCEPT [0:0]\n${rule}${more}COMMIT\n`);
  const seen = `-A ${hook} -p udp -m udp --dport 99 -m comment --comment after\n`;
  load(seen);
  const spec = parsePacketSpec(`udp [${CLIENT}]:43000 > [${dst}]:99 in ${DEVICES.inside}`);
  const result = spec.ok ? simulate(new Machine(readSnapshot(network.dumps())), spec.value) : spec;
  if (!result.ok) throw new Error(result.message);
  const after = result.simulation.traces[0]?.steps.find((s) => s.rule?.includes('--comment after'));
  const address = target === 'DNPT' ? after?.packet.dst : after?.packet.src;
  const option = target === 'DNPT' ? '-d' : '-s';
  load(
    `${seen}${address === undefined ? '' : `-A ${hook} ${option} ${address} -p udp -m udp --dport 99 -m comment --comment same\n`}`,
  );
  await network.client.send({ proto: 'udp', sport: 43000, dst, dport: 99 });
  const counted = (name: string) =>
    new RegExp(`^\\[(\\d+):\\d+\\] .*--comment ${name}`, 'm').exec(
      network.in('node', 'ip6tables-nft-save', ['-c', '-t', 'mangle']),
    )?.[1];
  expect(counted('after')).toBe(address === undefined ? '0' : '1');
  if (address !== undefined) expect(counted('same')).toBe('1');
});
