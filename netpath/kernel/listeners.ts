// Listening sockets of `ss`.
import { type Ip, sameIp } from '../../parsers/core/address.ts';
import { protocolName } from '../../parsers/core/protocol-numbers.ts';
import type { Listener } from '../../parsers/nodestate/state.ts';

function score(l: Listener, ip: Ip): number {
  if (l.address) return sameIp(l.address, ip) ? 3 : -1;
  if (l.family === null) return 1; // a dual-stack socket
  return l.family === ip.family ? 2 : -1;
}

/**
 * The listener that a packet for ip:port, coming in by a device, meets: one on that device before one on all, then the most specific address
 * (compute_score).
 */
export function findListener(
  listeners: readonly Listener[],
  protocol: number,
  ip: Ip,
  port: number,
  device: string | null,
): Listener | null {
  const name = protocolName(protocol);
  let best: Listener | null = null;
  let bestScore = 0;
  for (const l of listeners) {
    if (l.protocol !== name || l.port !== port) continue;
    if (l.device !== null && device !== null && l.device !== device) continue;
    const address = score(l, ip);
    const s = address < 0 || l.device === null ? address : address + 4;
    if (s > bestScore) {
      best = l;
      bestScore = s;
    }
  }
  return best;
}
