// Tagged frames where no kernel here can be asked: VLAN devices, and bridges that keep VLANs apart. The rest is test/kernel/vlan.test.ts.
import { expect, test } from 'vitest';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import { parsePacketSpec } from '../packet-spec.ts';
import { Machine } from './machine.ts';
import { simulate } from './run.ts';

const eth0 =
  '{"ifindex":2,"ifname":"eth0","flags":["UP"],"mtu":1500,"link_type":"ether","address":"02:00:00:00:00:01"}';
const vlan5 =
  '{"ifindex":3,"ifname":"eth0.5","link":"eth0","flags":["UP"],"mtu":1500,"link_type":"ether","address":"02:00:00:00:00:01","linkinfo":{"info_kind":"vlan"}}';

function ends(links: string, option: string): [string, string] {
  const state = readSnapshot([
    { path: 'ip-link.json', text: `[${links}]` },
    {
      path: 'ip-addr.json',
      text: '[{"ifname":"eth0","addr_info":[{"family":"inet","local":"10.0.0.2","prefixlen":24}]}]',
    },
    { path: 'ip-route.json', text: '[{"type":"local","dst":"10.0.0.2","dev":"eth0","table":"local"}]' },
  ]);
  const spec = parsePacketSpec(`udp 10.0.0.9:4000 > 10.0.0.2:53 in eth0 ${option}`);
  const r = spec.ok ? simulate(new Machine(state), spec.value) : spec;
  if (!r.ok) throw new Error(r.message);
  const d = r.simulation.traces[0]?.disposition;
  return [d?.kind ?? '', d?.reason ?? ''];
}

test('without a VLAN device a tag of a VLAN ends the frame, priority alone does not', () => {
  expect(ends(eth0, 'vlan 5')).toEqual(['dropped', expect.stringContaining('VLAN 5')]);
  expect(ends(eth0, 'vlan 0:3')[0]).toBe('delivered');
  expect(ends(eth0, '')[0]).toBe('delivered');
});

test('with one it is not known which takes it', () => {
  expect(ends(`${eth0},${vlan5}`, 'vlan 5')).toEqual(['insufficientInfo', expect.stringContaining('VLAN device')]);
  expect(ends(`${eth0},${vlan5}`, '')[0]).toBe('delivered');
});

test('what is no tag is refused with what is', () => {
  for (const bad of ['4095', '5:8', 'x', '-1'])
    expect(parsePacketSpec(`udp 10.0.0.9:4000 > 10.0.0.2:53 in eth0 vlan ${bad}`)).toMatchObject({
      ok: false,
      message: expect.stringContaining('0 to 4094'),
    });
});
