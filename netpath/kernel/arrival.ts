// From "in cni0", "from pod default/client" or "local" to the device, the bridge port and the MAC a packet begins with.
import { contains, type Ip, ipText } from '../../parsers/core/address.ts';
import type { PacketSpec } from '../packet-spec.ts';
import { Fib } from './fib.ts';
import type { Machine } from './machine.ts';
import type { Arrival } from './path.ts';

export type ArrivalResult =
  | { readonly ok: true; readonly arrival: Arrival }
  | { readonly ok: false; readonly message: string };

const some = (names: readonly string[]): string =>
  names.length > 12 ? `${names.slice(0, 12).join(', ')}, …` : names.join(', ');

/** Does the sender give the frame to the bridge itself (its gateway), or to another port of the bridge? */
function goesToBridge(m: Machine, bridge: string, src: Ip | null, dst: Ip): boolean {
  const sender = src ? m.podByIp(src) : null;
  const netns = sender?.netns
    ? (m.state.netns.get(sender.netns) ?? m.state.netns.get(sender.name))
    : sender
      ? m.state.netns.get(sender.name)
      : undefined;
  if (netns?.routes) {
    const answer = new Fib(netns).lookup({
      dst,
      src,
      mark: 0,
      iif: null,
      oif: null,
      protocol: 0,
      sport: null,
      dport: null,
    });
    if (answer.kind === 'route') {
      const hop = answer.result.via ?? dst;
      return m.fib.localType(hop)?.type === 'local' || m.portOf(hop) === null;
    }
  }
  if (m.fib.localType(dst)?.type === 'local') return true;
  const onLink = m.fib.addresses.some(
    (a) => a.device === bridge && contains({ ip: a.ip, length: a.prefixLength }, dst),
  );
  return !onLink || m.portOf(dst) === null;
}

/** How a packet from `src` to `dst` comes in by a device: routed, or as a frame by a port of a bridge. */
export function arrivalOn(m: Machine, device: string, src: Ip | null, dst: Ip): Arrival {
  const bridge = m.isBridge(device) ? device : m.bridgeOf(device);
  if (bridge === null) return { kind: 'device', device, port: null, toBridge: true };
  const port = device === bridge ? ((src ? m.portOf(src) : null) ?? bridge) : device;
  return { kind: 'device', device: bridge, port, toBridge: goesToBridge(m, bridge, src, dst) };
}

function onDevice(m: Machine, device: string, spec: PacketSpec): ArrivalResult {
  if (m.links.size > 0 && !m.links.has(device)) {
    return { ok: false, message: `the node has no interface "${device}": it has ${some([...m.links.keys()])}` };
  }
  return { ok: true, arrival: arrivalOn(m, device, spec.src, spec.dst) };
}

export function resolveArrival(m: Machine, spec: PacketSpec): ArrivalResult {
  const where = spec.where;
  if (where.kind === 'local') return { ok: true, arrival: { kind: 'local' } };
  if (where.kind === 'in') return onDevice(m, where.device, spec);
  const pod = m.podByName(where.name);
  if (pod === 'ambiguous')
    return { ok: false, message: `more than one pod is called "${where.name}": write NAMESPACE/NAME` };
  if (!pod)
    return { ok: false, message: `no dump knows a pod "${where.name}": the pods are ${some(m.pods.map((p) => p.id))}` };
  if (pod.hostNetwork) return { ok: true, arrival: { kind: 'local' } };
  const device = m.hostInterfaceOf(pod);
  if (device === null) {
    const ip = pod.ips[0];
    return {
      ok: false,
      message: `the host side of pod ${pod.id}${ip ? ` (${ipText(ip)})` : ''} is in no dump: add the CNI result cache, or ip -j neigh and bridge -j fdb`,
    };
  }
  return onDevice(m, device, spec);
}
