// Who takes a packet that is for the node itself: the listening process, or the hostNetwork pod behind it.
import { endpointText, type Ip, sameIp } from '../../parsers/core/address.ts';
import { hasPorts, protocolName } from '../../parsers/core/protocol-numbers.ts';
import { findListener } from './listeners.ts';
import type { Machine } from './machine.ts';
import { type Ending, ending, type Walker } from './walker.ts';

/** The hostNetwork pod that an endpoint of the API names for this address and port. */
function hostNetworkPod(m: Machine, ip: Ip, port: number): string | null {
  for (const e of m.state.endpoints ?? []) {
    if (!e.ports.some((p) => p.port === port)) continue;
    const address = e.addresses.find((a) => sameIp(a.ip, ip) && a.pod !== null);
    if (address) return `${e.namespace}/${address.pod}`;
  }
  return null;
}

/** The end of a packet that was delivered to the node. */
export function deliverLocally(w: Walker): Ending {
  const p = w.packet;
  const where = endpointText(p.dst, p.dport);
  if (p.tproxy) return deliverTransparently(w, p.tproxy);
  if (p.dport === null || !hasPorts(p.protocol)) {
    w.note('socket', `the node takes ${protocolName(p.protocol)} for ${where}`, { owner: 'kernel' });
    return ending('delivered', `The node itself answers ${protocolName(p.protocol)} for ${where}.`, null, {
      interface: p.inIf,
    });
  }
  const pod = hostNetworkPod(w.machine, p.dst, p.dport);
  if (w.machine.state.host.listeners === null) {
    w.note('socket', `delivered to the node, ${where}; no dump says who listens`, { owner: 'kernel' });
    return ending(
      'delivered',
      `It is delivered to the node; which process listens on ${where} is not known without ss -lntup.`,
      null,
      { interface: p.inIf, pod },
    );
  }
  const l = findListener(w.machine.state.host.listeners, p.protocol, p.dst, p.dport, p.inIf);
  if (!l) {
    w.note('socket', `nothing listens on ${where}`, { owner: 'kernel' });
    const answer = p.protocol === 6 ? 'a RST' : 'ICMP port unreachable';
    return ending('rejected', `Nothing listens on ${where}; the node answers with ${answer}.`, null, {
      interface: p.inIf,
    });
  }
  const process = l.process === null ? null : l.pid === null ? l.process : `${l.process} (pid ${l.pid})`;
  w.note('socket', `${process ?? 'a process'} listens on ${where}`, { owner: 'kernel', source: l.source });
  return ending(
    'delivered',
    `${pod ? `Pod ${pod}` : (process ?? 'A process')} listens on the node and takes it.`,
    l.source,
    { interface: p.inIf, pod, process },
  );
}

/** What TPROXY gave to a socket, which sees the packet's own addresses. */
function deliverTransparently(w: Walker, { ip, port }: { readonly ip: Ip; readonly port: number }): Ending {
  const p = w.packet;
  const found = w.machine.listenerAt(p.protocol, ip, port, p.inIf);
  const l = found === 'unknown' ? null : found;
  const process = l?.process ?? null;
  const where = endpointText(ip, port);
  w.note('socket', `${process ?? 'a process'} on ${where} takes it (TPROXY)`, {
    owner: 'kernel',
    source: l?.source ?? null,
  });
  return ending(
    'delivered',
    `${process ?? 'The process'} behind the transparent socket on ${where} takes it, for ${endpointText(p.dst, p.dport)}.`,
    l?.source ?? null,
    { interface: p.inIf, process },
  );
}
