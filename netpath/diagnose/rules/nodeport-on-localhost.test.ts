import { expect, test } from 'vitest';
import { ids, inTrace, labState } from '../lab.fixture.ts';
import { diagnosis } from './nodeport-on-localhost.ts';

test('fires for 127.0.0.1 where the connection timed out in the lab', () => {
  const found = inTrace(diagnosis, labState('ipvs-nft.nodeport-localhost'), 'tcp *:40500 > 127.0.0.1:30081 local');
  const reached = inTrace(
    diagnosis,
    labState('ipvs-nft.nodeport-localhost'),
    'tcp *:40500 > 192.168.50.11:30081 local',
  );
  expect({ found: ids(found), reached }).toMatchObject({ reached: [] });
});

test('fires in nftables mode, which leaves loopback out', () => {
  const f = inTrace(diagnosis, labState('native.clusterip'), 'tcp *:40500 > 127.0.0.1:30081 local');
  expect(f.every((x) => x.id === 'nodeport-on-localhost')).toBe(true);
});

test('a port of no service, and no API objects, are no matter of it', () => {
  expect(inTrace(diagnosis, labState('native.clusterip'), 'tcp *:40500 > 127.0.0.1:31999 local')).toEqual([]);
  const state = labState('native.clusterip', (f, t) => (f === 'kube.json' ? null : t));
  expect(inTrace(diagnosis, state, 'tcp *:40500 > 127.0.0.1:30081 local')).toEqual([]);
});
