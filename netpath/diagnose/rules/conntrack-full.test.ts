import { expect, test } from 'vitest';
import { inState, labState } from '../lab.fixture.ts';
import { diagnosis } from './conntrack-full.ts';

const filled = (count: number) => (file: string, text: string) =>
  file === 'sysctl.txt'
    ? `${text}net.netfilter.nf_conntrack_max = 65536\nnet.netfilter.nf_conntrack_count = ${count}\n`
    : text;
const STATS = {
  path: 'conntrack-S.txt',
  text: 'cpu=0 found=1 invalid=0 insert=0 insert_failed=0 drop=7 early_drop=0 error=0 search_restart=0\n',
};

test('fires from nine tenths on, and is an error where packets were dropped', () => {
  expect(inState(diagnosis, labState('native.clusterip', filled(60000)))[0]).toMatchObject({ severity: 'warning' });
  const f = inState(diagnosis, labState('native.clusterip', filled(60000), [STATS]))[0];
  expect(f).toMatchObject({ severity: 'error' });
  expect(f?.summary).toMatch(/drop is 7\./);
});

test('does not fire where there is room', () => {
  expect(inState(diagnosis, labState('native.clusterip', filled(20000), [STATS]))).toEqual([]);
});

test('without the two settings nothing is said', () => {
  expect(
    inState(
      diagnosis,
      labState('native.clusterip', (f, t) => (f === 'sysctl.txt' ? null : t), [STATS]),
    ),
  ).toEqual([]);
});
