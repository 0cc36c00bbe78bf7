import { describe, expect, it } from 'vitest';
import type { CapturePoint, Pod } from '../../api/live.ts';
import { pointMapOf, pointName, samePoints } from './pointMap.ts';

const point = (id: string, podId: string | null): CapturePoint => {
  const [kind = '', device = ''] = id.split(':');
  const kinds = { pod: 'pod', veth: 'veth', bridge: 'bridge', uplink: 'uplink', lo: 'loopback', any: 'any' } as const;
  const known = kinds[kind as keyof typeof kinds];
  return { id, kind: known, device, netns: null, pid: null, label: id, podId, selected: true, sees: '', warning: null };
};

const pod = (id: string, pairs: [string, string | null][]): Pod => ({
  id,
  namespace: 'a',
  name: id,
  addresses: [],
  node: null,
  hostNetwork: false,
  state: 'running',
  netns: null,
  pid: null,
  hostPorts: [],
  foundBy: [],
  disagreements: [],
  interfaces: pairs.map(([name, hostInterface]) => ({
    name,
    mac: null,
    addresses: [],
    kind: hostInterface === null ? 'macvlan' : 'veth',
    hostInterface,
    hostIfindex: null,
    bridge: null,
    how: '',
  })),
});

describe('points as a drawing', () => {
  it('pairs both ends of each interface, whatever their order', () => {
    const points = [
      point('pod:eth0', 'a/x'),
      point('pod:net1', 'a/x'),
      point('pod:eth0', 'a/y'),
      point('veth:vy', 'a/y'),
      point('veth:vx', 'a/x'),
      point('bridge:cni0', null),
      point('uplink:eth0', null),
      point('lo:lo', null),
    ];
    const map = pointMapOf(points, [
      pod('a/x', [
        ['eth0', 'vx'],
        ['net1', null],
      ]),
      pod('a/y', [['eth0', 'vy']]),
    ]);
    expect(map.lanes.map((lane) => lane.map(({ podId, id }) => `${podId} ${id}`))).toEqual([
      ['a/x pod:eth0', 'a/x veth:vx'],
      ['a/x pod:net1'],
      ['a/y pod:eth0', 'a/y veth:vy'],
    ]);
    expect(map.shared.map((column) => column.map(({ id }) => id))).toEqual([['bridge:cni0'], ['uplink:eth0']]);
    expect(samePoints(points, new Set(['pod:eth0'])).map((group) => group.length)).toEqual([2, 1, 2, 1, 1, 1]);
  });

  it('leaves out what is not there', () => {
    expect(pointMapOf([point('uplink:eth0', null)], [])).toEqual({
      lanes: [],
      shared: [[point('uplink:eth0', null)]],
    });
    expect(pointName(point('pod:eth0', 'a/x'), true)).toBe('in x');
    expect(pointName(point('pod:eth0', 'a/x'), false)).toBe('in the pod');
  });
});
