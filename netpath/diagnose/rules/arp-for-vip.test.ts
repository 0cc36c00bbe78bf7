import { expect, test } from 'vitest';
import { inState, labState } from '../lab.fixture.ts';
import { diagnosis } from './arp-for-vip.ts';

const strict = (file: string, text: string) =>
  file === 'sysctl.txt' ? text.replace(/(net\.ipv4\.conf\.all\.arp_ignore) = 0/, '$1 = 1') : text;

test('fires where kube-ipvs0 holds an external address of the node’s network', () => {
  expect(inState(diagnosis, labState('ipvs-nft.seed-healthy'))[0]).toMatchObject({
    confidence: 'likely',
    severity: 'warning',
  });
});

test('does not fire with strictARP, nor in iptables mode', () => {
  expect(inState(diagnosis, labState('ipvs-nft.seed-healthy', strict))).toEqual([]);
  expect(inState(diagnosis, labState('iptables-nft.seed-clash'))).toEqual([]);
});

test('without sysctl nothing is said', () => {
  expect(
    inState(
      diagnosis,
      labState('ipvs-nft.seed-healthy', (f, t) => (f === 'sysctl.txt' ? null : t)),
    ),
  ).toEqual([]);
});
