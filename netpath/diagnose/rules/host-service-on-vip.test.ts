import { expect, test } from 'vitest';
import { inState, labState } from '../lab.fixture.ts';
import { diagnosis } from './host-service-on-vip.ts';

test('fires where the lab’s client was answered by a process of the node', () => {
  const f = inState(diagnosis, labState('ipvs-nft.vip-wrong-port-node'));
  expect(f.map((x) => x.title).join()).toMatch(/port 7777\/tcp/);
});

test('does not fire in iptables mode, where service addresses are nobody’s', () => {
  expect(inState(diagnosis, labState('iptables-nft.seed-clash'))).toEqual([]);
});

test('without the listeners nothing is said', () => {
  expect(
    inState(
      diagnosis,
      labState('ipvs-nft.vip-wrong-port-node', (f, t) => (f === 'ss.txt' ? null : t)),
    ),
  ).toEqual([]);
});
