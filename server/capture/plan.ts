// From a request to what will run: which points, with which filter each, by which engine. Shared by the server and the command line.
import type { CapturePoint, CaptureRequest, FilterPreview, Pod } from '../../api/live.ts';
import type { NameToWrite } from '../../parsers/capture/pcapng-builder.ts';
import { parseIp } from '../../parsers/core/address.ts';
import { filterOf } from '../packets/packets.ts';
import type { PodFinder } from '../pods/pods.ts';
import { Refusal } from '../refusal.ts';
import type { System } from '../system/system.ts';
import type { EffectiveFilters } from './effective-filters.ts';
import { checkDevice, checkFilterText, checkNetns, type Engine } from './engine.ts';
import { libpcapEngine } from './libpcap.ts';
import type { RunPoint } from './run.ts';
import { tcpdumpEngine } from './tcpdump.ts';
import { Trigger } from './trigger.ts';

export interface Plan {
  readonly points: readonly RunPoint[];
  readonly engine: Engine;
  readonly names: readonly NameToWrite[];
  readonly trigger: Trigger | null;
  readonly pods: readonly Pod[];
}

export async function engineOf(system: System, wanted: CaptureRequest['engine']): Promise<Engine> {
  const tcpdump = wanted === 'tcpdump' ? await tcpdumpEngine(system) : null;
  const engine = tcpdump ?? (await libpcapEngine(system));
  if (engine !== null) return engine;
  throw new Refusal(
    422,
    'no-engine',
    wanted === 'libpcap'
      ? 'the optional package cap is not installed; use the engine tcpdump'
      : 'tcpdump is not installed: apt-get install tcpdump (or the optional package cap, which uses libpcap)',
  );
}

/** The points asked for, or the default ones of the pods' paths that the engine can capture at. */
export function chosenPoints(
  all: readonly CapturePoint[],
  wanted: readonly string[],
  cannot: Engine['cannot'] = () => null,
): CapturePoint[] {
  if (wanted.length === 0) {
    const usual = all.filter((p) => p.selected);
    const possible = usual.filter((p) => cannot(p) === null);
    if (possible.length > 0) return possible;
    const [first] = usual;
    if (first !== undefined) throw new Refusal(422, 'engine-cannot', `${first.label}: ${cannot(first)}`);
    throw new Refusal(
      422,
      'no-points',
      'there is no point on the path of these pods; GET /api/pods/points lists points',
    );
  }
  return wanted.map((id) => {
    const found = all.find((p) => p.id === id);
    if (found !== undefined) return found;
    const known = all.map((p) => p.id).join(', ');
    throw new Refusal(404, 'no-point', `there is no point ${JSON.stringify(id)}; there are ${known || 'none'}`);
  });
}

async function named(
  finder: PodFinder,
  filters: EffectiveFilters,
): Promise<{ names: NameToWrite[]; pods: readonly Pod[] }> {
  const { pods } = await finder.list();
  const names = new Map<string, string>();
  for (const pod of pods) {
    if (!pod.hostNetwork) for (const address of pod.addresses) names.set(address, `${pod.name}.${pod.namespace}`);
  }
  for (const pair of await filters.pairs()) {
    // `default/web:http cluster IP`, as kube-proxy comments its rules and as services are called here.
    const service = /^([a-z0-9-]+)\/([a-z0-9.-]+)(?::\S+)? (?:cluster IP|external)/.exec(pair.name);
    if (service !== null && pair.front.address !== null)
      names.set(pair.front.address, `${service[2]}.${service[1]}.svc`);
  }
  const read = [...names].flatMap(([address, name]) => {
    const ip = parseIp(address);
    return ip === null ? [] : [{ ip, name }];
  });
  return { names: read, pods };
}

/** Points and filters of a request; nothing is started. */
export async function previewOf(
  finder: PodFinder,
  filters: EffectiveFilters,
  request: CaptureRequest,
  engine: Engine | null,
): Promise<{ points: CapturePoint[]; preview: FilterPreview; pods: readonly Pod[] }> {
  checkFilterText(request.filter);
  const points = chosenPoints(await finder.points(request.pods), request.points, engine?.cannot);
  for (const { device, netns } of points) {
    checkDevice(device);
    if (netns !== null) checkNetns(netns);
  }
  const { pods } = await finder.list();
  const addressesOf = (podId: string) => pods.find((p) => p.id === podId)?.addresses ?? [];
  const preview = await filters.preview(points, request.filter, addressesOf);
  const shown = preview.points.map((shown, i) => {
    const of = points[i];
    const why = of === undefined ? null : (engine?.cannot(of) ?? null);
    return why === null ? shown : { ...shown, note: `Cannot capture here: ${why}.` };
  });
  return { points, preview: { ...preview, points: shown }, pods };
}

export async function planOf(
  system: System,
  finder: PodFinder,
  filters: EffectiveFilters,
  request: CaptureRequest,
): Promise<Plan> {
  const engine = await engineOf(system, request.engine);
  const trigger = request.stopOn === null ? null : new Trigger(filterOf(request.stopOn.filter), request.stopOn.seconds);
  const { points, preview } = await previewOf(finder, filters, request, engine);
  for (const point of points) {
    const why = engine.cannot(point);
    if (why !== null) throw new Refusal(422, 'engine-cannot', `${point.label}: ${why}`);
  }
  if (preview.error !== null) throw new Refusal(400, 'bad-filter', `the capture filter: ${preview.error}`);
  const { names, pods } = await named(finder, filters);
  const filterAt = (i: number) => preview.points[i]?.filter ?? request.filter;
  return { points: points.map((point, i) => ({ point, filter: filterAt(i) })), engine, names, trigger, pods };
}

/** When it is to begin, milliseconds since the epoch; null: at once. */
export function startOf({ startAt }: CaptureRequest): number | null {
  if (startAt === null) return null;
  const ms = Date.parse(startAt);
  if (!Number.isNaN(ms)) return ms;
  const message = `startAt ${JSON.stringify(startAt)} is no time; write it as 2026-11-24T06:00:00Z`;
  throw new Refusal(400, 'bad-time', message);
}

/** What was asked for, for the comment of the file. */
export function commentOf(request: CaptureRequest, engine: Engine): string {
  const { limits, stopOn } = request;
  return [
    `pods: ${request.pods.join(', ') || 'none'}`,
    `filter as typed: ${request.filter || 'none'}`,
    `snaplen: ${request.snaplen}`,
    `limits: ${limits.seconds} s, ${limits.bytes} bytes, ${limits.packets} packets, ${limits.keepFreeBytes} bytes of disk kept free` +
      (limits.ringFiles === null ? '' : `, ring of ${limits.ringFiles} files`),
    ...(stopOn === null ? [] : [`stop ${stopOn.seconds} s after: ${stopOn.filter}`]),
    engine.name === 'tcpdump'
      ? 'never promiscuous'
      : 'captured by libpcap in the process: times are those of reading, packets are cut at 65,535 bytes without a note of their length',
  ].join('\n');
}
