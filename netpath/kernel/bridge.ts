// A bridge: what it forwards itself and what it gives to the node's IP stack, with the hooks of family bridge, and those of IP where
// br_netfilter lends them (br_handle_frame, br_nf_pre_routing, br_forward).
import { endpointText, type Ip, sameIp } from '../../parsers/core/address.ts';
import type { Pod } from '../../parsers/nodestate/pods.ts';
import { routeText } from './fib.ts';
import { addressFrame, bridgeHook, egress, ingress, macOf, whichPort } from './frame.ts';
import { BRIDGE_NETFILTER_PRIORITY } from './hooks.ts';
import { lookup } from './routing.ts';
import { notTaken, separatedBy, takenByVlan } from './vlan.ts';
import { type Ending, ending, type Walker } from './walker.ts';

const isEnding = (x: string | Ending | null): x is Ending => typeof x === 'object' && x !== null;

/** Do bridged packets pass the IP hooks? */
function passesIpHooks(w: Walker): boolean {
  // tagged frames only where a setting of its own says so (IS_VLAN_IP)
  if (w.packet.vlan && w.machine.sysctl('net.bridge.bridge-nf-filter-vlan-tagged') !== '1') return false;
  return (
    w.machine.bridgeNetfilter(w.packet.family) ??
    w.world.decide({
      source: null,
      why: 'Whether bridged packets pass the IP hooks is set by net.bridge.bridge-nf-call-iptables; sysctl -a tells.',
      choices: [
        { assumed: 'net.bridge.bridge-nf-call-iptables is 1', probability: null },
        { assumed: 'net.bridge.bridge-nf-call-iptables is 0', probability: null },
      ],
    }) === 0
  );
}

/** A frame that came in by a port: an ending, or `routed` when the node's IP stack takes it, with PREROUTING behind it. */
export function bridgeIn(w: Walker, bridge: string, port: string, toBridge: boolean): Ending | 'routed' {
  const p = w.packet;
  p.inIf = bridge;
  w.note('enter', port === bridge ? `arrives on ${bridge}` : `arrives on ${port}, a port of ${bridge}`, {
    source: w.machine.links.get(port)?.source ?? null,
  });
  const found = port === bridge ? whichPort(w, bridge, 'came in', null) : port;
  if (isEnding(found)) return found;
  const from = found ?? port;
  p.dmac = toBridge ? (w.machine.links.get(bridge)?.mac?.toLowerCase() ?? null) : macOf(w, p.dst);
  const stopped = ingress(w, from) ?? takenByVlan(w, from) ?? separatedBy(w, bridge);
  if (stopped) return stopped;
  // the port took it for another's, the bridge knows its own address
  if (toBridge) p.frameType = 'host';
  if (passesIpHooks(w)) return throughIpHooks(w, bridge, port, from, toBridge);
  const end = bridgeHook(w, 'PREROUTING', { in: from });
  if (end) return end;
  if (toBridge) return up(w, bridge, from) ?? w.runHook('PREROUTING') ?? 'routed';
  p.inIf = null;
  w.note('bridge', `${bridge} forwards the frame itself; its packets pass no IP hook (bridge-nf-call is 0)`, {
    owner: 'kernel',
  });
  return bridgeForward(w, bridge, port, from, false);
}

function throughIpHooks(w: Walker, bridge: string, port: string, from: string, toBridge: boolean): Ending | 'routed' {
  const p = w.packet;
  const early = bridgeHook(w, 'PREROUTING', { in: from }, Number.NEGATIVE_INFINITY, BRIDGE_NETFILTER_PRIORITY);
  if (early) return early;
  p.physIn = port === bridge ? null : port;
  const before = p.dst;
  const end = w.runHook('PREROUTING');
  if (end) return end;
  let forUs = toBridge;
  if (!sameIp(before, p.dst)) {
    // br_nf_pre_routing_finish: after a DNAT the route decides whether the frame stays on the bridge.
    const route = lookup(w, p.dst, bridge);
    if ('end' in route) return route.end;
    forUs = route.type !== 'unicast' || route.device !== bridge;
    p.dmac = forUs ? (w.machine.links.get(bridge)?.mac?.toLowerCase() ?? null) : macOf(w, p.dst);
    if (!forUs) w.note('route', `${routeText(route.route)}: stays on the bridge`, { source: route.route.ref });
  }
  const late = bridgeHook(w, 'PREROUTING', { in: from }, BRIDGE_NETFILTER_PRIORITY + 1);
  if (late) return late;
  return forUs ? (up(w, bridge, from) ?? 'routed') : bridgeForward(w, bridge, port, from, true);
}

/** Up into the IP stack: the bridge's INPUT, and the ingress of the bridge as a device. */
function up(w: Walker, bridge: string, from: string): Ending | null {
  w.packet.frameType = 'host';
  return bridgeHook(w, 'INPUT', { in: from }) ?? ingress(w, bridge) ?? takenByVlan(w, bridge) ?? notTaken(w, bridge);
}

/** Forwarding inside the bridge. With br_netfilter FORWARD and POSTROUTING of IP run in the bridge; the TTL stays. */
function bridgeForward(w: Walker, bridge: string, port: string, from: string, ipHooks: boolean): Ending {
  const p = w.packet;
  const known = w.machine.portOf(p.dst);
  if (known !== null && known === port) {
    const end = hairpin(w, known);
    if (end) return end;
  }
  const found = known ?? whichPort(w, bridge, 'goes out', from);
  if (isEnding(found)) return found;
  const ports = { in: from, out: found ?? bridge };
  const early = bridgeHook(
    w,
    'FORWARD',
    ports,
    Number.NEGATIVE_INFINITY,
    ipHooks ? BRIDGE_NETFILTER_PRIORITY : Number.POSITIVE_INFINITY,
  );
  if (early) return early;
  if (ipHooks) {
    p.inIf = bridge;
    p.outIf = bridge;
    p.physOut = known;
    p.bridged = true;
    const end = w.runHook('FORWARD') ?? bridgeHook(w, 'FORWARD', ports, BRIDGE_NETFILTER_PRIORITY + 1);
    if (end) return end;
    p.inIf = null;
  }
  const end =
    bridgeHook(w, 'POSTROUTING', { out: ports.out }) ??
    (ipHooks ? w.runHook('POSTROUTING') : null) ??
    egress(w, ports.out);
  return end ?? deliverToPod(w, w.machine.podByIp(p.dst), found ?? bridge);
}

/** A bridge does not send a frame out of the port it came in by unless that port is in hairpin mode. */
function hairpin(w: Walker, port: string): Ending | null {
  const link = w.machine.links.get(port);
  if (link?.hairpin === true) {
    w.note('bridge', `${port} is in hairpin mode: the frame may go back where it came from`, {
      source: link.source,
      mattered: false,
    });
    return null;
  }
  const dropped = ending(
    'dropped',
    `The bridge does not send a frame back out of ${port}, where it came in: hairpin mode is off.`,
    link?.source ?? null,
  );
  if (link?.hairpin === false) return dropped;
  const on = w.world.decide({
    source: link?.source ?? null,
    why: `Whether ${port} is in hairpin mode is not in the dumps; bridge -j -d link tells.`,
    choices: [
      { assumed: `${port} is in hairpin mode`, probability: null },
      { assumed: `${port} is not in hairpin mode`, probability: null },
    ],
  });
  return on === 0 ? null : dropped;
}

/** What the node itself sends by a device that is a bridge, a port or a pod's veth. */
export function sendToPod(w: Walker, device: string, nextHop: Ip, pod: Pod | null): Ending {
  addressFrame(w, device, nextHop);
  const leaving = egress(w, device);
  if (leaving) return leaving;
  if (!w.machine.isBridge(device)) return deliverToPod(w, pod, device);
  const known = w.machine.portOf(nextHop);
  const found = known ?? whichPort(w, device, 'goes out', null);
  if (isEnding(found)) return found;
  const out = { out: found ?? device };
  const end =
    bridgeHook(w, 'OUTPUT', out) ?? bridgeHook(w, 'POSTROUTING', out) ?? (found === null ? null : egress(w, found));
  return end ?? deliverToPod(w, pod, found ?? device);
}

function deliverToPod(w: Walker, pod: Pod | null, device: string): Ending {
  const p = w.packet;
  const where = endpointText(p.dst, p.dport);
  const source = pod?.sources[0] ?? null;
  w.note('exit', pod ? `into pod ${pod.id} by ${device}` : `out of ${device}`, {
    source: w.machine.links.get(device)?.source ?? null,
  });
  if (!pod) {
    return ending('delivered', `It goes out of ${device} to ${where}, which no dump knows as a pod.`, null, {
      interface: device,
    });
  }
  return ending('delivered', `Pod ${pod.id} receives it as ${where}.`, source, { interface: device, pod: pod.id });
}
