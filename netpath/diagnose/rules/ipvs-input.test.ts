import { expect, test } from 'vitest';
import { ids, inTrace, labState } from '../lab.fixture.ts';
import { diagnosis } from './ipvs-input.ts';

const packet = 'tcp 10.244.1.2:40500 > 10.96.0.80:80 in cni0';
const dropping = (file: string, text: string) =>
  file === 'iptables-save.txt' ? text.replace(/(?<=\*filter\n):INPUT ACCEPT /, ':INPUT DROP ') : text;
const rejecting = (file: string, text: string) =>
  file === 'iptables-save.txt'
    ? text.replace(
        /(?<=\*filter\n(?:.*\n)*?)(?=COMMIT)/,
        '-A INPUT -d 10.96.0.0/12 -j REJECT --reject-with icmp-host-prohibited\n',
      )
    : text;

test('fires where a rule of INPUT rejects service addresses', () => {
  const f = inTrace(diagnosis, labState('ipvs-nft.seed-healthy', rejecting), packet);
  expect(f[0]).toMatchObject({ id: 'ipvs-input', confidence: 'proved' });
  expect(f[0]?.title).toBe('filter INPUT rejects packets of IPVS services');
  expect(f[0]?.evidence.map((e) => e.text).join()).toMatch(/-A INPUT -d 10\.96\.0\.0\/12/);
});

test('fires where the policy of INPUT drops them', () => {
  const f = inTrace(diagnosis, labState('ipvs-nft.seed-healthy', dropping), packet);
  expect(ids(f)).toContain('ipvs-input');
});

test('does not fire where INPUT accepts, nor for a service without servers, which IPVS itself refuses', () => {
  expect(inTrace(diagnosis, labState('ipvs-nft.seed-healthy'), packet)).toEqual([]);
  expect(inTrace(diagnosis, labState('ipvs-nft.empty'), 'tcp 10.244.1.2:40500 > 10.96.0.86:9005 in cni0')).toEqual([]);
});

test('without IPVS dumps nothing is said of IPVS', () => {
  const state = labState('ipvs-nft.seed-healthy', (f, t) => (f.startsWith('ipvsadm') ? null : rejecting(f, t)));
  expect(inTrace(diagnosis, state, packet)).toEqual([]);
});
