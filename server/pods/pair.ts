// From an interface in a pod to its other side on the node. Names prove nothing and ifindexes repeat in every namespace, so a pair
// counts when both sides name each other's ifindex and the node's side says that its peer is in this very namespace.
import type { PodInterface } from '../../api/live.ts';
import type { Link } from '../../parsers/nodestate/state.ts';
import type { HostInterfaces, Interfaces } from './links.ts';

export interface Paired {
  readonly facts: PodInterface;
  /** Device of the node below a macvlan or ipvlan. */
  readonly parent: string | null;
}

const subDevices: Readonly<Record<string, PodInterface['kind']>> = {
  macvlan: 'macvlan',
  macvtap: 'macvlan',
  ipvlan: 'ipvlan',
  ipvtap: 'ipvlan',
};

/** Tunnel devices that the kernel puts into every namespace are no interfaces of a pod. */
function belongsToPod(link: Link, addresses: readonly string[]): boolean {
  if (link.kind === 'loopback' || link.flags.includes('LOOPBACK')) return false;
  return link.kind === 'veth' || subDevices[link.kind ?? ''] !== undefined || link.up || addresses.length > 0;
}

/** The node's side of a veth, with the sentence that says how sure that is; null when there is none. */
export function hostSideOf(
  link: Link,
  netnsId: string | null,
  host: HostInterfaces,
): { link: Link | null; how: string } {
  if (link.peerIndex === null)
    return { link: null, how: `${link.name} is a veth whose other side is in the pod itself.` };
  const peers = host.links.filter((h) => h.kind === 'veth' && h.peerIndex === link.index && h.peerNetnsId !== null);
  const numbers = (h: Link) =>
    `${link.name} (ifindex ${link.index}) and ${h.name} (ifindex ${h.index}) name each other`;
  const namespaceOf = (h: Link) => (h.peerNetnsId === null ? undefined : host.namespaces.get(h.peerNetnsId));
  for (const h of peers) {
    if (h.index !== link.peerIndex) continue;
    if (netnsId !== null && namespaceOf(h) === netnsId)
      return { link: h, how: `${numbers(h)}, and netnsid ${h.peerNetnsId} of ${h.name} is this pod’s namespace.` };
    if (namespaceOf(h) === undefined || netnsId === null)
      return {
        link: h,
        how: `${numbers(h)}; which namespace netnsid ${h.peerNetnsId} of ${h.name} is could not be read, so this rests on the numbers.`,
      };
  }
  return {
    link: null,
    how: `The other side of ${link.name} has ifindex ${link.peerIndex}, in another namespace than the node’s: capture in the pod.`,
  };
}

function bridgeOf(side: Link, host: HostInterfaces): { bridge: string | null; remark: string } {
  if (side.master === null) return { bridge: null, remark: ` ${side.name} is on no bridge: the node routes to it.` };
  const master = host.links.find((l) => l.name === side.master);
  if (master?.kind === 'bridge') return { bridge: side.master, remark: '' };
  return { bridge: null, remark: ` ${side.name} belongs to ${side.master}, which is no Linux bridge.` };
}

function underSubDevice(
  link: Link,
  kind: 'macvlan' | 'ipvlan',
  host: HostInterfaces,
): { parent: string | null; how: string } {
  const parent = link.peerIndex === null || link.peerNetnsId === null ? undefined : host.byIndex.get(link.peerIndex);
  const on = parent === undefined ? 'a device outside the pod' : parent.name;
  const instead =
    kind === 'macvlan'
      ? `what it exchanges with other macvlans of ${on} never passes ${on} itself`
      : `what it exchanges with other ipvlans of ${on} never passes ${on} itself`;
  return {
    parent: parent?.name ?? null,
    how: `${link.name} is a ${kind} on ${on}: there is no host side. Capture in the pod, or at ${on} for what leaves the node; ${instead}.`,
  };
}

function pairOf(
  link: Link,
  addresses: readonly string[],
  netnsId: string | null,
  host: HostInterfaces | string,
): Paired {
  const facts = { name: link.name, mac: link.mac, addresses, hostInterface: null, hostIfindex: null, bridge: null };
  const sub = subDevices[link.kind ?? ''];
  const kind = link.kind === 'veth' ? 'veth' : (sub ?? 'other');
  if (typeof host === 'string')
    return { parent: null, facts: { ...facts, kind, how: `The node’s interfaces could not be read: ${host}.` } };
  if (sub === 'macvlan' || sub === 'ipvlan') {
    const { parent, how } = underSubDevice(link, sub, host);
    return { parent, facts: { ...facts, kind, how } };
  }
  if (link.kind !== 'veth') {
    const what = link.kind === null ? 'a device of the node moved into the pod' : `of kind ${link.kind}`;
    return {
      parent: null,
      facts: { ...facts, kind, how: `${link.name} is ${what}: there is no host side. Capture in the pod.` },
    };
  }
  const side = hostSideOf(link, netnsId, host);
  if (side.link === null) return { parent: null, facts: { ...facts, kind, how: side.how } };
  const { bridge, remark } = bridgeOf(side.link, host);
  return {
    parent: null,
    facts: {
      ...facts,
      kind,
      hostInterface: side.link.name,
      hostIfindex: side.link.index,
      bridge,
      how: `${side.how}${remark}`,
    },
  };
}

/** Every interface of a pod with its host side. */
export function pairsOf(pod: Interfaces, netnsId: string | null, host: HostInterfaces | string): Paired[] {
  return pod.links
    .filter((l) => belongsToPod(l, pod.addresses.get(l.name) ?? []))
    .map((l) => pairOf(l, pod.addresses.get(l.name) ?? [], netnsId, host));
}
