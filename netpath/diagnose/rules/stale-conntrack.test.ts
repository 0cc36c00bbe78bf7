import { expect, test } from 'vitest';
import { inState, labState } from '../lab.fixture.ts';
import { diagnosis } from './stale-conntrack.ts';

test('fires where the entry of the lab’s DNS client leads to the hostPort pod', () => {
  const f = inState(diagnosis, labState('ipvs-nft.clash-dns-udp'));
  expect(f[0]?.title).toBe('conntrack sends UDP of the service dns to default/hostport-dns');
  expect(f[0]?.remedy).toMatch(/^conntrack -D -p udp --orig-dst 10\.96\.0\.10 --orig-port-dst 53$/);
});

test('does not fire for an entry that leads to an endpoint', () => {
  expect(inState(diagnosis, labState('ipvs-nft.dns-udp'))).toEqual([]);
});

test('without conntrack or endpoints nothing is said', () => {
  const without = (name: RegExp) => (f: string, t: string) => (name.test(f) ? null : t);
  expect(inState(diagnosis, labState('ipvs-nft.clash-dns-udp', without(/^conntrack/)))).toEqual([]);
  expect(inState(diagnosis, labState('ipvs-nft.clash-dns-udp', without(/^(?:kube|ipvsadm)/)))).toEqual([]);
});
