// Where a packet goes between the hooks: bridge or routed, forwarded or local, through IPVS or not. The control flow of ip_rcv,
// ip_forward, ip_local_deliver, __ip_local_out, br_handle_frame and br_netfilter, as far as one packet needs it.
import { endpointText, type Ip, ipText, isLoopback, sameIp } from '../../parsers/core/address.ts';
import { bridgeIn, sendToPod } from './bridge.ts';
import { type RouteResult, routeText } from './fib.ts';
import { addressFrame, egress, ingress } from './frame.ts';
import { ipvsIn } from './ipvs.ts';
import { lookup, tooLong, validateSource } from './routing.ts';
import { deliverLocally } from './socket.ts';
import { notTaken, takenByVlan } from './vlan.ts';
import { type Ending, ending, type Walker } from './walker.ts';

/** Where the packet begins: at a device of the node (with the bridge port it came in by), or in the node itself. */
export type Arrival =
  | { readonly kind: 'local' }
  | { readonly kind: 'device'; readonly device: string; readonly port: string | null; readonly toBridge: boolean };

/** The last priority at OUTPUT before the NAT dispatcher: what stands up to here is what the packet is routed anew for. */
const BEFORE_NAT = -101;

export function runPath(w: Walker, arrival: Arrival): Ending {
  if (arrival.kind === 'local') return localOut(w);
  if (arrival.port !== null) {
    const end = bridgeIn(w, arrival.device, arrival.port, arrival.toBridge);
    return end === 'routed' ? routeInput(w) : end;
  }
  w.packet.inIf = arrival.device;
  w.packet.dmac = w.machine.links.get(arrival.device)?.mac?.toLowerCase() ?? null;
  w.note('enter', `arrives on ${arrival.device}`, { source: w.machine.links.get(arrival.device)?.source ?? null });
  const tagged = ingress(w, arrival.device) ?? takenByVlan(w, arrival.device) ?? notTaken(w, arrival.device);
  if (tagged) return tagged;
  return w.runHook('PREROUTING') ?? routeInput(w);
}

// ---- receiving ----------------------------------------------------------------------------------------------------

function routeInput(w: Walker): Ending {
  const p = w.packet;
  const device = p.inIf ?? 'lo';
  const m = w.machine;
  if (p.family === 4 && isLoopback(p.dst) && device !== 'lo' && m.maxSysctl('route_localnet', device) === 0) {
    return ending(
      'dropped',
      `A packet for ${ipText(p.dst)} may not come in by ${device}: a martian destination (route_localnet is 0).`,
      null,
    );
  }
  const route = lookup(w, p.dst, device);
  if ('end' in route) return route.end;
  const bad = validateSource(w, device);
  if (bad) return bad;
  if (route.type === 'local' || route.type === 'broadcast' || route.type === 'multicast') {
    w.note('route', `${ipText(p.dst)} is an address of the node: ${routeText(route.route)}`, {
      source: route.route.ref,
      owner: 'kernel',
    });
    return localIn(w);
  }
  const on = m.forwarding(device, p.family);
  if (on === false) {
    const key = p.family === 4 ? 'net.ipv4.ip_forward' : 'net.ipv6.conf.all.forwarding';
    return ending(
      'dropped',
      `The node does not forward: forwarding is off on ${device}.`,
      m.state.sysctl?.get(`net.ipv${p.family}.conf.${device}.forwarding`)?.source ??
        m.state.sysctl?.get(key)?.source ??
        null,
    );
  }
  w.note('route', `forwarded: ${routeText(route.route)}`, { source: route.route.ref, owner: 'kernel' });
  return forward(w, route);
}

function forward(w: Walker, route: RouteResult): Ending {
  const p = w.packet;
  if (p.tproxy)
    return ending(
      'dropped',
      'TPROXY gave it to a socket, but the routes forward it: such a packet is dropped. A policy rule for its mark has to lead to a local route.',
      route.route.ref,
    );
  if (p.ttl <= 1)
    return ending('dropped', 'Its time to live is used up; the node answers with ICMP time exceeded.', null);
  const long = tooLong(w, route);
  if (long) return long;
  p.ttl -= 1;
  p.outIf = route.device;
  const end = w.runHook('FORWARD');
  if (end) return end;
  return postRouting(w, route);
}

function postRouting(w: Walker, route: RouteResult): Ending {
  w.packet.outIf = route.device;
  const end = w.runHook('POSTROUTING');
  return end ?? exit(w, route);
}

function localIn(w: Walker): Ending {
  const p = w.packet;
  p.outIf = null;
  const filtered = w.runHook('INPUT', Number.NEGATIVE_INFINITY, 98);
  if (filtered) return filtered;
  const r = ipvsIn(w, 'INPUT');
  if (r.kind === 'end') return r.end;
  if (r.kind === 'sent' && w.machine.fib.localType(r.server.address)?.type !== 'local')
    return ipvsSend(w, r.server.address);
  const end = w.runHook('INPUT', 100);
  return end ?? deliverLocally(w);
}

/** IPVS sends the packet from LOCAL_IN (or LOCAL_OUT) through LOCAL_OUT and POSTROUTING; FORWARD never sees it. */
function ipvsSend(w: Walker, server: Ip): Ending {
  const p = w.packet;
  const cameIn = p.inIf;
  p.inIf = null;
  let route = lookup(w, server, null);
  if ('end' in route) return route.end;
  const long = tooLong(w, route);
  if (long) return long;
  p.outIf = route.device;
  w.note('route', `IPVS sends it: ${routeText(route.route)}`, { source: route.route.ref, owner: 'ipvs' });
  w.takeReroute();
  const early = w.runHook('OUTPUT', Number.NEGATIVE_INFINITY, BEFORE_NAT);
  if (early) return early;
  if (w.takeReroute()) {
    // Table mangle routes what it changed again, by the packet's own destination: without NAT that is the virtual address, and local.
    route = lookup(w, p.dst, null);
    if ('end' in route) return route.end;
    w.note('route', `routed again for its new mark: ${routeText(route.route)}`, {
      source: route.route.ref,
      owner: 'kernel',
    });
  }
  const end = w.runHook('OUTPUT', BEFORE_NAT + 1);
  if (end) return end;
  p.inIf = cameIn;
  if (route.type !== 'local') return postRouting(w, route);
  p.outIf = 'lo';
  return w.runHook('POSTROUTING') ?? throughLo(w);
}

// ---- sending ------------------------------------------------------------------------------------------------------

function localOut(w: Walker): Ending {
  const p = w.packet;
  const first = lookup(w, p.dst, null);
  if ('end' in first) return first.end;
  let route = first;
  const leave = (r: RouteResult): string => (r.type === 'local' ? 'lo' : (r.device ?? 'lo'));
  p.outIf = leave(route);
  w.note('enter', 'made by a process of the node', { owner: 'kernel' });
  w.note('route', `${routeText(route.route)}`, { source: route.route.ref, owner: 'kernel', mattered: false });
  w.takeReroute();
  const early = w.runHook('OUTPUT', Number.NEGATIVE_INFINITY, BEFORE_NAT);
  if (early) return early;
  if (w.takeReroute()) {
    const again = lookup(w, p.dst, null);
    if ('end' in again) return again.end;
    route = again;
  }
  const dstBefore = p.dst;
  const nat = w.runHook('OUTPUT', -100, -99);
  if (nat) return nat;
  if (!sameIp(dstBefore, p.dst)) {
    // The packet is routed again for its new destination; the source address stays the one chosen for the old one.
    const again = lookup(w, p.dst, null);
    if ('end' in again) return again.end;
    route = again;
    if (
      p.family === 4 &&
      isLoopback(p.src) &&
      leave(route) !== 'lo' &&
      w.machine.maxSysctl('route_localnet', leave(route)) === 0
    ) {
      return ending(
        'dropped',
        `A packet from ${ipText(p.src)} may not leave by ${leave(route)}: route_localnet is 0 there.`,
        null,
      );
    }
    w.note('route', `routed again for ${ipText(p.dst)}: ${routeText(route.route)}`, {
      source: route.route.ref,
      owner: 'kernel',
    });
  }
  const r = ipvsIn(w, 'OUTPUT');
  if (r.kind === 'end') return r.end;
  if (r.kind === 'sent' && w.machine.fib.localType(r.server.address)?.type !== 'local')
    return ipvsSend(w, r.server.address);
  const late = w.runHook('OUTPUT', -97);
  if (late) return late;
  p.outIf = leave(route);
  const post = w.runHook('POSTROUTING');
  if (post) return post;
  return route.type === 'local' ? throughLo(w) : exit(w, route);
}

function throughLo(w: Walker): Ending {
  const p = w.packet;
  p.inIf = 'lo';
  p.outIf = null;
  p.mac = '00:00:00:00:00:00';
  p.dmac = p.mac;
  p.frameType = 'host';
  w.note('exit', 'through lo, back into the node', { owner: 'kernel', mattered: false });
  // It keeps the route it was sent by: whatever rules have made of its addresses since, it is for the node (ip_rcv_finish_core).
  return egress(w, 'lo') ?? ingress(w, 'lo') ?? w.runHook('PREROUTING') ?? localIn(w);
}

/** The packet leaves by a device: onto a bridge port, into a pod's veth, or off the node. */
function exit(w: Walker, route: RouteResult): Ending {
  const p = w.packet;
  const device = route.device ?? '?';
  const nextHop = route.via ?? p.dst;
  const pod = w.machine.podByIp(p.dst);
  const onNode =
    w.machine.isBridge(device) ||
    w.machine.links.get(device)?.kind === 'veth' ||
    (pod !== null && pod.hostInterface === device);
  if (onNode && (pod || w.machine.isBridge(device))) return sendToPod(w, device, nextHop, pod);
  addressFrame(w, device, nextHop);
  const stopped = egress(w, device);
  if (stopped) return stopped;
  const via = route.via ? ` via ${ipText(route.via)}` : '';
  w.note('exit', `leaves the node by ${device}${via}`, { source: route.route.ref });
  const neighbour = w.machine.state.host.neighbours?.find((n) => sameIp(n.ip, nextHop) && n.device === device);
  const silent = neighbour !== undefined && neighbour.mac === null;
  const note = silent ? ` Nobody answers for ${ipText(nextHop)} on ${device} (${neighbour.states.join(', ')}).` : '';
  return ending(
    'leavesNode',
    `It leaves the node by ${device}${via} for ${endpointText(p.dst, p.dport)}.${note}`,
    silent ? neighbour.source : route.route.ref,
    {
      interface: device,
      pod: pod?.id ?? null,
      nextHop,
      encap: route.route.encap,
    },
  );
}
