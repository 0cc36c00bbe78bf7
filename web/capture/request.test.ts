import { describe, expect, it } from 'vitest';
import { type CapturePoint, captureRequest } from '../../api/live.ts';
import { firstDraft } from '../state/captureDraft.ts';
import { commandLine, pointsOn, presetsFor, requestOf, shellWord, wiresharkPipe } from './request.ts';

const point = (id: string, selected: boolean): CapturePoint => ({
  id,
  kind: 'pod',
  device: 'eth0',
  netns: null,
  pid: null,
  label: id,
  podId: null,
  selected,
  sees: '',
  warning: null,
});
const points = [point('pod:eth0', true), point('veth:v1', true), point('bridge:cni0', false)];

describe('capture request', () => {
  it('is what the server would have filled in, when nothing was set', () => {
    const request = requestOf(firstDraft, ['default/web'], points, []);
    expect(request).toEqual(captureRequest.parse({ pods: ['default/web'] }));
    expect(commandLine(request, null)).toBe('vethscope capture default/web');
  });

  it('names the points when one was turned', () => {
    expect(pointsOn(points, ['bridge:cni0', 'veth:v1']).map(({ id }) => id)).toEqual(['pod:eth0', 'bridge:cni0']);
    expect(requestOf(firstDraft, [], points, ['bridge:cni0']).points).toEqual(['pod:eth0', 'veth:v1', 'bridge:cni0']);
    expect(requestOf(firstDraft, [], points, ['gone']).points).toEqual([]);
  });

  it('says everything on the command line, safe for a shell', () => {
    const draft = {
      ...firstDraft,
      filter: "tcp port 80 or host $(evil) 'x'",
      seconds: 60,
      stopFilter: 'tcp.flags.reset == 1',
    };
    const request = requestOf(draft, ['default/web'], points, []);
    expect(commandLine(request, 'out.pcapng')).toBe(
      "vethscope capture default/web -f 'tcp port 80 or host $(evil) '\\''x'\\''' --seconds 60 --stop-on 'tcp.flags.reset == 1' --stop-after 5 -w out.pcapng",
    );
    expect(wiresharkPipe(requestOf(firstDraft, ['a/b'], points, []))).toBe(
      'vethscope capture a/b -w - | wireshark -k -i -',
    );
    expect(shellWord('')).toBe("''");
    expect(shellWord('a\nb;c')).toBe("'a\nb;c'");
  });

  it('takes a start time in the reader’s own clock, and none that is none', () => {
    expect(requestOf({ ...firstDraft, startAt: '2026-11-24T14:00' }, [], [], []).startAt).toBe(
      new Date('2026-11-24T14:00').toISOString(),
    );
    expect(requestOf({ ...firstDraft, startAt: 'soon' }, [], [], []).startAt).toBeNull();
  });

  it('offers the filters of the picked pods', () => {
    expect(presetsFor([]).map(({ name }) => name)).toEqual(['everything', 'DNS', 'SYN, RST', 'ICMP']);
  });
});
