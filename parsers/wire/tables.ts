// Which protocol follows: the attachments of all protocol files, turned into flat tables of registry numbers.
// Surprise: number 0 means "nobody"; protocol n of the registry is number n + 1, so that a table of zeros is an empty one.
import { NEXT_ETHERTYPE, NEXT_IP_PROTOCOL, NEXT_TCP_PORTS, NEXT_UDP_PORTS } from './facts.ts';
import type { Protocol } from './protocol.ts';
import { PROTOCOLS } from './registry.gen.ts';

const links = new Map<number, number>();
const etherTypes = new Uint8Array(65_536);
const ipProtocols = new Uint8Array(256);
const tcpPorts = new Uint8Array(65_536);
const udpPorts = new Uint8Array(65_536);
let anyTcpPort = 0;

for (const [place, { attach }] of PROTOCOLS.entries()) {
  const number = place + 1;
  for (const key of attach.linkTypes ?? []) links.set(key, number);
  for (const key of attach.etherTypes ?? []) etherTypes[key] = number;
  for (const key of attach.ipProtocols ?? []) ipProtocols[key] = number;
  for (const key of attach.tcpPorts ?? []) tcpPorts[key] = number;
  for (const key of attach.udpPorts ?? []) udpPorts[key] = number;
  if (attach.tcpAnyPort) anyTcpPort = number;
}

/** Number of the protocol at a link type; 0 when nothing decodes it. */
export function protocolOfLink(linkType: number): number {
  return links.get(linkType) ?? 0;
}

/** Number of the protocol that a table gives for a key; port tables take both ports and try the lower one first. */
export function protocolAfter(table: number, key: number, key2: number): number {
  switch (table) {
    case NEXT_ETHERTYPE:
      return etherTypes[key] ?? 0;
    case NEXT_IP_PROTOCOL:
      return ipProtocols[key] ?? 0;
    case NEXT_TCP_PORTS:
      return byPort(tcpPorts, key, key2) || anyTcpPort;
    case NEXT_UDP_PORTS:
      return byPort(udpPorts, key, key2);
    default:
      return 0;
  }
}

function byPort(ports: Uint8Array, one: number, other: number): number {
  const low = ports[Math.min(one, other)] ?? 0;
  return low !== 0 ? low : (ports[Math.max(one, other)] ?? 0);
}

export function protocolNumbered(number: number): Protocol | null {
  return PROTOCOLS[number - 1] ?? null;
}

/** Numbers of the protocols with this display-filter name (both cooked headers are `sll`). */
export function numbersOf(filter: string): readonly number[] {
  const found: number[] = [];
  for (const [place, protocol] of PROTOCOLS.entries()) if (protocol.filter === filter) found.push(place + 1);
  return found;
}
