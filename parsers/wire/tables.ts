// Which protocol follows: the attachments of all protocol files, turned into flat tables of registry numbers.
// Surprise: number 0 means "nobody"; protocol n of the registry is number n + 1, so that a table of zeros is an empty one.
import { NEXT_ETHERTYPE, NEXT_IP_PROTOCOL, NEXT_LLC, NEXT_PPP, NEXT_TCP_PORTS } from './facts.ts';
import type { Protocol } from './protocol.ts';
import { PROTOCOLS } from './registry.gen.ts';

const links = new Map<number, number>();
const etherTypes = new Uint8Array(65_536);
const ipProtocols = new Uint8Array(256);
const llcSaps = new Uint8Array(269);
const pppProtocols = new Uint8Array(65_536);
const tcpPorts = new Uint8Array(65_536);
const udpPorts = new Uint8Array(65_536);
const anyTcp: number[] = [];
const anyUdp: number[] = [];
const lastUdp: number[] = [];

for (const [place, { attach }] of PROTOCOLS.entries()) {
  const number = place + 1;
  for (const key of attach.linkTypes ?? []) links.set(key, number);
  for (const key of attach.etherTypes ?? []) etherTypes[key] = number;
  for (const key of attach.ipProtocols ?? []) ipProtocols[key] = number;
  for (const key of attach.llcSaps ?? []) llcSaps[key] = number;
  for (const key of attach.pppProtocols ?? []) pppProtocols[key] = number;
  for (const key of attach.tcpPorts ?? []) tcpPorts[key] = number;
  for (const key of attach.udpPorts ?? []) udpPorts[key] = number;
  if (attach.tcpAnyPort) anyTcp.push(number);
  if (attach.udpAnyPort) (attach.udpAnyPort === 'last' ? lastUdp : anyUdp).push(number);
}
anyUdp.push(...lastUdp);

/** Protocol numbers by port. */
export interface PortTables {
  readonly tcp: Uint8Array;
  readonly udp: Uint8Array;
}

/** What the protocol files say; `decode-as.ts` makes others of it. */
export const DEFAULT_PORTS: PortTables = { tcp: tcpPorts, udp: udpPorts };

/** Number of the protocol at a link type; 0 when nothing decodes it. */
export function protocolOfLink(linkType: number): number {
  return links.get(linkType) ?? 0;
}

/** Number of the protocol that a table gives for a key. */
export function protocolAfter(table: number, key: number): number {
  switch (table) {
    case NEXT_ETHERTYPE:
      return etherTypes[key] ?? 0;
    case NEXT_IP_PROTOCOL:
      return ipProtocols[key] ?? 0;
    case NEXT_LLC:
      return llcSaps[key] ?? 0;
    case NEXT_PPP:
      return pppProtocols[key] ?? 0;
    default:
      return 0;
  }
}

/**
 * The protocols to ask about a payload between two ports, the lower port's first, as Wireshark does; then those that know their own
 * bytes. The n-th is `portCandidate(tables, table, one, other, n)`; 0 where the list ends, and where a port has none.
 */
export function portCandidate(tables: PortTables | null, table: number, one: number, other: number, n: number): number {
  const { tcp, udp } = tables ?? DEFAULT_PORTS;
  const ports = table === NEXT_TCP_PORTS ? tcp : udp;
  if (n === 0) return ports[one < other ? one : other] ?? 0;
  if (n === 1) return ports[one < other ? other : one] ?? 0;
  return (table === NEXT_TCP_PORTS ? anyTcp : anyUdp)[n - FIRST_OF_ANY_PORT] ?? 0;
}

/** Candidates before this one are there because of a port. */
export const FIRST_OF_ANY_PORT = 2;

export function portCandidates(table: number): number {
  return FIRST_OF_ANY_PORT + (table === NEXT_TCP_PORTS ? anyTcp : anyUdp).length;
}

export function tcpCandidates(tables: PortTables | null, one: number, other: number): number[] {
  const found: number[] = [];
  for (let n = 0; n < portCandidates(NEXT_TCP_PORTS); n++) {
    const number = portCandidate(tables, NEXT_TCP_PORTS, one, other, n);
    if (number !== 0 && !found.includes(number)) found.push(number);
  }
  return found;
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

/** True for protocols that hang on ports or are recognised behind them: a row has one of them at most as its last. */
export function isOverPorts(filter: string): boolean {
  return PROTOCOLS.some(
    ({ filter: name, attach }) =>
      name === filter &&
      attach.linkTypes === undefined &&
      attach.etherTypes === undefined &&
      attach.ipProtocols === undefined,
  );
}

/** Numbers of the protocols inside whose connections this one turns up. */
export function carriersOf(filter: string): readonly number[] {
  return PROTOCOLS.filter((protocol) => protocol.filter === filter)
    .flatMap(({ attach }) => attach.within ?? [])
    .flatMap(numbersOf);
}
