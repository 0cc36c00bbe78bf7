import { expect, test } from 'vitest';
import type { CapturePoint } from '../../api/live.ts';
import { captureRequest } from '../../api/live.ts';
import type { Engine } from './engine.ts';
import { chosenPoints, commentOf } from './plan.ts';

const point = (id: string, netns: string | null, selected = true): CapturePoint => ({
  id,
  kind: 'veth',
  device: id,
  netns,
  pid: null,
  label: id,
  podId: null,
  selected,
  sees: '',
  warning: null,
});
const all = [point('pod', '/var/run/netns/a'), point('veth', null), point('any', null, false)];
const cannot: Engine['cannot'] = ({ netns }) => (netns === null ? null : 'cannot enter a pod');

test('the default points are those of the path that the engine can capture at', () => {
  expect(chosenPoints(all, []).map((p) => p.id)).toEqual(['pod', 'veth']);
  expect(chosenPoints(all, [], cannot).map((p) => p.id)).toEqual(['veth']);
});

test('where it can capture at none of them, it says why', () => {
  expect(() => chosenPoints(all.slice(0, 1), [], cannot)).toThrow('pod: cannot enter a pod');
  expect(() => chosenPoints([], [], cannot)).toThrow('no point on the path');
});

test('the comment of the file claims of an engine only what it does', () => {
  const request = captureRequest.parse({ pods: ['default/web'] });
  const engine = (name: Engine['name']): Engine => ({
    name,
    countsDrops: true,
    holdsBackMs: 0,
    cannot,
    start: () => {
      throw new Error('not here');
    },
  });
  expect(commentOf(request, engine('tcpdump'))).toContain('never promiscuous');
  expect(commentOf(request, engine('libpcap'))).not.toContain('promiscuous');
});
