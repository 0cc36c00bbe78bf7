import { describe, expect, it } from 'vitest';
import { type Address, caseAddress, formatAddress, parseAddress, parseDumpPlace, podsAddress } from './address.ts';

function roundTrip(address: Address): Address {
  const [pathname = '', search = ''] = formatAddress(address).split('?');
  return parseAddress(pathname, search);
}

describe('address', () => {
  it('gives every state back', () => {
    const states: Address[] = [
      { screen: 'library' },
      podsAddress(),
      podsAddress({
        search: 'veth & 80',
        namespace: 'kube-system',
        hostPortsOnly: true,
        pods: ['a/b', 'kube-system/c'],
      }),
      caseAddress('seed-clash', 'packets', { filter: 'tcp.port == 80 && dns || frame contains "a?b=c#"', packet: 7 }),
      caseAddress('ä b/c', 'path', {
        spec: 'tcp [fd00::1]:1 > [fd00::2]:80 in cni0',
        dump: { file: 'a:b/x.txt', line: 71 },
        outcome: 2,
      }),
      caseAddress('x', 'findings', { flow: 0 }),
      caseAddress('x', 'statistics', { filter: 'tcp', table: 'endpoints.udp' }),
    ];
    for (const state of states) expect(roundTrip(state)).toEqual(state);
  });

  it('opens what it can of a broken link', () => {
    expect(parseAddress('/cases/a%zz/nonsense', 'packet=-1&outcome=x&dump=nope')).toEqual(
      caseAddress('a%zz', 'packets'),
    );
    expect(parseAddress('/elsewhere', '')).toEqual({ screen: 'library' });
  });

  it('reads a place in a dump', () => {
    expect(parseDumpPlace('iptables-save.txt:46')).toEqual({ file: 'iptables-save.txt', line: 46 });
    expect(parseDumpPlace('iptables-save.txt')).toBeNull();
    expect(parseDumpPlace('x:0')).toBeNull();
  });
});
