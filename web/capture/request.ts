// From what is set up on the screen to the request, the command line and the pipe into Wireshark. Pure: one source for all.
import type { CapturePoint, CaptureRequest, Pod } from '../../api/live.ts';
import { type CaptureDraft, firstDraft } from '../state/captureDraft.ts';

/** Points that are on: their default, unless the person turned them. */
export function pointsOn(points: readonly CapturePoint[], turned: readonly string[]): CapturePoint[] {
  return points.filter(({ id, selected }) => selected !== turned.includes(id));
}

export function requestOf(
  draft: CaptureDraft,
  pods: readonly string[],
  points: readonly CapturePoint[],
  turned: readonly string[],
): CaptureRequest {
  const { seconds, bytes, packets, keepFreeBytes, ringFiles } = draft;
  const asDefault = !points.some(({ id }) => turned.includes(id));
  const startAt = draft.startAt === '' ? null : new Date(draft.startAt);
  return {
    pods: [...pods],
    points: asDefault ? [] : pointsOn(points, turned).map(({ id }) => id),
    filter: draft.filter.trim(),
    snaplen: draft.snaplen,
    limits: { seconds, bytes, packets, keepFreeBytes, ringFiles },
    stopOn: draft.stopFilter.trim() === '' ? null : { filter: draft.stopFilter.trim(), seconds: draft.stopSeconds },
    startAt: startAt === null || Number.isNaN(startAt.getTime()) ? null : startAt.toISOString(),
    engine: draft.engine,
    snapshots: draft.snapshots,
  };
}

/** A word as a POSIX shell takes it, whatever is in it. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The equivalent `vethscope capture …`; what is as by default is left out. The command starts at once and saves no rules. */
export function commandLine(request: CaptureRequest, output: string | null): string {
  const { limits } = request;
  const words = ['vethscope', 'capture', ...request.pods];
  const option = (name: string, value: string | number) => words.push(name, String(value));
  for (const point of request.points) option('--point', point);
  if (request.filter !== '') option('-f', request.filter);
  if (request.snaplen !== firstDraft.snaplen) option('--snaplen', request.snaplen);
  if (limits.seconds !== firstDraft.seconds) option('--seconds', limits.seconds);
  if (limits.bytes !== firstDraft.bytes) option('--bytes', limits.bytes);
  if (limits.packets !== firstDraft.packets) option('--packets', limits.packets);
  if (limits.keepFreeBytes !== firstDraft.keepFreeBytes) option('--keep-free', limits.keepFreeBytes);
  if (limits.ringFiles !== null) option('--ring', limits.ringFiles);
  if (request.stopOn !== null) {
    option('--stop-on', request.stopOn.filter);
    option('--stop-after', request.stopOn.seconds);
  }
  if (request.engine !== 'tcpdump') option('--engine', request.engine);
  if (output !== null) option('-w', output);
  return words.map(shellWord).join(' ');
}

export const wiresharkPipe = (request: CaptureRequest) => `${commandLine(request, '-')} | wireshark -k -i -`;

export interface Preset {
  name: string;
  filter: string;
}

/** Filters that people reach for, those of the picked pods first. */
export function presetsFor(pods: readonly Pod[]): Preset[] {
  const ports = pods.flatMap(({ hostPorts }) => hostPorts);
  const address = pods.find(({ hostNetwork, addresses }) => !hostNetwork && addresses.length > 0)?.addresses[0];
  const ofPorts = ports.slice(0, 2).map(({ hostPort, protocol }) => ({
    name: `hostPort ${hostPort}`,
    filter: `${protocol.toLowerCase()} port ${hostPort}`,
  }));
  return [
    { name: 'everything', filter: '' },
    ...(address === undefined ? [] : [{ name: 'this address', filter: `host ${address}` }]),
    ...ofPorts,
    { name: 'DNS', filter: 'port 53' },
    { name: 'SYN, RST', filter: 'tcp[tcpflags] & (tcp-syn|tcp-rst) != 0' },
    { name: 'ICMP', filter: 'icmp or icmp6' },
  ];
}
