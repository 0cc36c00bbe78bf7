// The points of a capture as a drawing: a lane for each interface of each pod, then what the lanes share on the way out.
import type { CapturePoint, Pod } from '../../api/live.ts';

export interface PointMap {
  /** From the pod outwards: in the pod, host side. */
  lanes: CapturePoint[][];
  /** Columns on the way out: the bridges, then the uplinks. Empty columns are left out. */
  shared: CapturePoint[][];
}

export function pointMapOf(points: readonly CapturePoint[], pods: readonly Pod[]): PointMap {
  const own = points.filter(({ kind }) => kind === 'pod' || kind === 'veth');
  const lanes: CapturePoint[][] = [];
  const placed = new Set<CapturePoint>();
  for (const inPod of own.filter(({ kind }) => kind === 'pod')) {
    const entry = pods.find(({ id }) => id === inPod.podId)?.interfaces.find(({ name }) => name === inPod.device);
    const hostSide = own.find(
      (point) => point.kind === 'veth' && point.podId === inPod.podId && point.device === entry?.hostInterface,
    );
    const lane = hostSide === undefined ? [inPod] : [inPod, hostSide];
    for (const point of lane) placed.add(point);
    lanes.push(lane);
  }
  for (const point of own) if (!placed.has(point)) lanes.push([point]);
  const of = (kind: CapturePoint['kind']) => points.filter((point) => point.kind === kind);
  return {
    lanes,
    shared: [of('bridge'), of('uplink')].filter((column) => column.length > 0),
  };
}

/** Points that see the same, for the same reasons: said once. */
export function samePoints(points: readonly CapturePoint[], on: ReadonlySet<string>): CapturePoint[][] {
  const groups = new Map<string, CapturePoint[]>();
  for (const point of points) {
    const key = [point.kind, point.sees, point.warning, on.has(point.id)].join('\n');
    groups.set(key, [...(groups.get(key) ?? []), point]);
  }
  return [...groups.values()];
}

const kindNames: Record<CapturePoint['kind'], string> = {
  pod: 'in the pod',
  veth: 'host side',
  bridge: 'bridge',
  uplink: 'uplink',
  loopback: 'loopback',
  vxlan: 'VXLAN',
  any: 'every device',
};

/** `in the pod`; with several pods, whose. */
export function pointName({ kind, podId }: CapturePoint, severalPods: boolean): string {
  const pod = podId?.slice(podId.indexOf('/') + 1);
  return kind === 'pod' && severalPods && pod !== undefined ? `in ${pod}` : kindNames[kind];
}
