import { expect, test } from 'vitest';
import { inState, labState } from '../lab.fixture.ts';
import { diagnosis } from './ipvs-port-reuse.ts';

const settings = (reuse: string, conntrack: string) => (file: string, text: string) =>
  file === 'sysctl.txt'
    ? text
        .split('\n')
        .filter((l) => !/^net\.ipv4\.vs\.(?:conn_reuse_mode|conntrack) /.test(l))
        .concat(`net.ipv4.vs.conn_reuse_mode = ${reuse}`, `net.ipv4.vs.conntrack = ${conntrack}`, '')
        .join('\n')
    : text;
const kernel = (release: string, edit: (f: string, t: string) => string) => (file: string, text: string) =>
  file === 'uname.txt' ? `Linux node ${release} #1 SMP x86_64 GNU/Linux\n` : edit(file, text);

test('fires on a kernel before 5.9 with reuse and conntrack', () => {
  const f = inState(diagnosis, labState('ipvs-nft.seed-healthy', kernel('4.19.0-18', settings('1', '1'))));
  expect(f[0]).toMatchObject({ id: 'ipvs-port-reuse', confidence: 'proved' });
  expect(f[0]?.title).toMatch(/costs the client a second/);
});

test('does not fire from 5.9 on, nor without vs.conntrack', () => {
  expect(inState(diagnosis, labState('ipvs-nft.seed-healthy', kernel('5.10.0', settings('1', '1'))))).toEqual([]);
  expect(inState(diagnosis, labState('ipvs-nft.seed-healthy', kernel('4.19.0', settings('1', '0'))))).toEqual([]);
});

test('without uname it is possible, and says what would settle it', () => {
  const without = (f: string, t: string) => (f === 'uname.txt' ? null : settings('1', '1')(f, t));
  const f = inState(diagnosis, labState('ipvs-nft.seed-healthy', without));
  expect(f[0]?.confidence).toBe('possible');
  expect(f[0]?.summary).toMatch(/uname -a/);
});

test('mode 0 is told where a server is being removed', () => {
  const draining = (f: string, t: string) =>
    f === 'ipvsadm-Sn.txt' ? t.replace(/-m -w 1$/m, '-m -w 0') : settings('0', '1')(f, t);
  expect(inState(diagnosis, labState('ipvs-nft.seed-healthy', draining))[0]?.title).toMatch(/weight 0/);
  expect(inState(diagnosis, labState('ipvs-nft.seed-healthy', settings('0', '1')))).toEqual([]);
});
