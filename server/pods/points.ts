// Where to capture on a pod's path, and in plain words what each point sees and what it cannot see. These texts answer "host NIC or
// veth?" and "why did tcpdump not see my traffic". The facts in them are recorded: with bridge-nf-call-iptables=1 a DNAT between two
// pods of one bridge happens in the bridge, and a capture on it sees one direction or nothing.
import type { CapturePoint } from '../../api/live.ts';
import { isDeviceName } from './fact.ts';
import type { FoundPod } from './join.ts';
import type { HostInterfaces } from './links.ts';

export interface NodePath {
  readonly host: HostInterfaces;
  /** Devices of the default routes. */
  readonly uplinks: readonly string[];
  /** The value of net.bridge.bridge-nf-call-iptables; null where br_netfilter is not loaded, or it could not be read. */
  readonly bridgeNf: boolean | null;
}

const bridgedNat =
  'bridge-nf-call-iptables=1: the rules run inside the bridge, and a packet that they send from one pod to another of this bridge goes from port to port. With such a bridged DNAT %s sees one direction or nothing; the veths see both.';

function inPod({ pod }: FoundPod, name: string, single: boolean, alone: boolean): CapturePoint[] {
  if (pod.netns === null || !isDeviceName(name)) return [];
  return [
    {
      // Every pod has an eth0: among several pods the pod's name tells them apart.
      id: alone ? `pod:${name}` : `pod:${pod.id}:${name}`,
      kind: 'pod',
      device: name,
      netns: pod.netns,
      pid: pod.pid,
      label: single ? `pod ${pod.name}` : `pod ${pod.name} ${name}`,
      podId: pod.id,
      selected: true,
      sees: `All that the pod sends and receives on ${name}, as the pod itself sees it: what it sends before any NAT of the node (a service still has the service’s address), what it receives after it (a hostPort or service is already the pod’s own address and port). Rules inside the pod (a mesh sidecar) have acted on what it sends, and not yet on what it receives.`,
      warning: null,
    },
  ];
}

function hostSide({ pod }: FoundPod, device: string, name: string, single: boolean): CapturePoint[] {
  if (!isDeviceName(device)) return [];
  return [
    {
      id: `veth:${device}`,
      kind: 'veth',
      device,
      netns: null,
      pid: null,
      label: single ? `veth ${pod.name}` : `veth ${pod.name} ${name}`,
      podId: pod.id,
      selected: true,
      sees: `The same packets as ${name} in the pod, at the node’s end of the cable: what the pod sends before the node’s NAT, what goes to the pod after it. Always both directions. A packet seen in the pod and not here was lost on the veth; one that comes from the pod here and appears nowhere else was dropped or answered by the node.`,
      warning: null,
    },
  ];
}

function bridgePoint(device: string, path: NodePath, selected: boolean): CapturePoint {
  const between = `Packets between two pods of ${device} go from port to port and are not seen here.`;
  return {
    id: `bridge:${device}`,
    kind: 'bridge',
    device,
    netns: null,
    pid: null,
    label: device,
    podId: null,
    selected: selected && path.bridgeNf !== true,
    sees:
      path.bridgeNf === true
        ? `What pods of ${device} exchange with the node, and through it with everything else; from pods after DNAT (the bridge has run the rules already), towards pods after NAT as well. ${between}`
        : `What pods of ${device} exchange with the node, and through it with everything else: from pods before the node’s NAT, towards pods after it. ${between}`,
    warning: path.bridgeNf === true ? bridgedNat.replace('%s', device) : null,
  };
}

function uplinkPoint(device: string, selected: boolean, hasPods: boolean): CapturePoint {
  return {
    id: `uplink:${device}`,
    kind: 'uplink',
    device,
    netns: null,
    pid: null,
    label: device,
    podId: null,
    selected,
    sees: hasPods
      ? `What leaves the node and what comes from outside. Outgoing after NAT: where the node masquerades, the pod’s address is gone and the node’s stands in its place. Incoming before DNAT: a hostPort or node port still has the node’s address. Traffic between pods of this node, and between a pod and the node, never comes here.`
      : `What leaves the node and what comes from outside. This pod uses the node’s network: its addresses are the node’s, so its packets are told apart from other processes’ only by port. Incoming before DNAT: a hostPort of another pod may take a packet that is seen here.`,
    warning: null,
  };
}

function overlayPoint(device: string, kind: string, selected: boolean): CapturePoint {
  return {
    id: `vxlan:${device}`,
    kind: 'vxlan',
    device,
    netns: null,
    pid: null,
    label: device,
    podId: null,
    selected,
    sees: `What goes to pods of other nodes and comes from them, without the ${kind} envelope: with the pods’ own addresses, a service already replaced by the endpoint that was chosen. The envelope itself (UDP between nodes) is on the uplink. Traffic that stays on this node is not here.`,
    warning: null,
  };
}

function loopbackPoint(selected: boolean): CapturePoint {
  return {
    id: 'lo',
    kind: 'loopback',
    device: 'lo',
    netns: null,
    pid: null,
    label: 'lo',
    podId: null,
    selected,
    sees: 'What the node’s own processes send to the node’s own addresses and 127.0.0.1. A packet that the rules send to a pod (a hostPort or a service, called from the node itself) leaves before it gets here: seeing it here means that no rule took it.',
    warning: selected ? null : 'Pods with a network of their own send nothing over the node’s loopback.',
  };
}

function anyPoint(): CapturePoint {
  return {
    id: 'any',
    kind: 'any',
    device: 'any',
    netns: null,
    pid: null,
    label: 'any',
    podId: null,
    selected: false,
    sees: 'All interfaces of the node at once, each packet once for every interface it passes, before and after NAT, with the interface’s name (LINUX_SLL2). Nothing that stays inside a pod.',
    warning:
      'A busy node shows here far more than this pod; with a filter on the pod’s address, what NAT rewrites is missed.',
  };
}

const overlays: Readonly<Record<string, string>> = { vxlan: 'VXLAN', geneve: 'Geneve' };

/** From the pod outwards, each point once; without pods the node's own points. */
export function pointsOf(pods: readonly FoundPod[], path: NodePath): CapturePoint[] {
  const points = new Map<string, CapturePoint>();
  const add = (more: readonly CapturePoint[]) => {
    for (const p of more) {
      const known = points.get(p.id);
      if (known === undefined) points.set(p.id, p);
      else if (p.selected && !known.selected) points.set(p.id, p);
    }
  };
  const own = pods.filter((f) => !f.pod.hostNetwork);
  for (const found of own) {
    const single = found.pairs.length === 1;
    for (const { facts } of found.pairs) add(inPod(found, facts.name, single, pods.length === 1));
  }
  for (const found of own) {
    const single = found.pairs.length === 1;
    for (const { facts } of found.pairs)
      if (facts.hostInterface !== null) add(hostSide(found, facts.hostInterface, facts.name, single));
  }
  const bridged = new Set(own.flatMap((f) => f.pairs.flatMap((p) => p.facts.bridge ?? [])));
  for (const link of path.host.links) {
    if (link.kind !== 'bridge' || !isDeviceName(link.name)) continue;
    if (bridged.has(link.name) || pods.length === 0) add([bridgePoint(link.name, path, bridged.has(link.name))]);
  }
  for (const link of path.host.links) {
    const kind = overlays[link.kind ?? ''];
    if (kind !== undefined && isDeviceName(link.name)) add([overlayPoint(link.name, kind, own.length > 0)]);
  }
  const parents = own.flatMap((f) => f.pairs.flatMap((p) => p.parent ?? []));
  for (const device of new Set([...path.uplinks, ...parents].filter(isDeviceName)))
    add([uplinkPoint(device, true, own.length > 0 || pods.length === 0)]);
  add([loopbackPoint(pods.some((f) => f.pod.hostNetwork)), anyPoint()]);
  return [...points.values()];
}
