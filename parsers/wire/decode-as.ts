// What the user says about ports ("decode as"), in the words of tshark's -d: `tcp.port==8888,http`, `udp.port==5300-5310,dns`.
// Surprise: what is said changes which protocol is asked first; whether the bytes are that protocol is still its own decision.
import { PROTOCOLS } from './registry.gen.ts';
import { DEFAULT_PORTS, isOverPorts, numbersOf, type PortTables, protocolNumbered } from './tables.ts';

export interface DecodeAsRule {
  readonly transport: 'tcp' | 'udp';
  readonly from: number;
  readonly to: number;
  /** Display-filter name of the protocol. */
  readonly protocol: string;
}

export type DecodeAsParsed =
  | { readonly ok: true; readonly rule: DecodeAsRule }
  | { readonly ok: false; readonly message: string };

const SHAPE = /^(tcp|udp)\.port\s*==\s*(\d+)(?:([-:])(\d+))?\s*,\s*([\w.-]+)$/i;
const MAX_PORT = 65_535;
/** Names that tshark knows them by. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['ssl', 'tls'],
  ['redis', 'resp'],
  ['postgresql', 'pgsql'],
]);

/** Names that may stand behind the comma, sorted. */
export function decodeAsProtocols(transport: 'tcp' | 'udp'): readonly string[] {
  const fits = PROTOCOLS.filter(({ filter, stream, datagrams, attach }) => {
    if (!isOverPorts(filter)) return false;
    const overTcp = stream !== undefined || attach.tcpPorts !== undefined;
    return transport === 'tcp'
      ? overTcp
      : datagrams !== undefined || attach.udpPorts !== undefined || attach.udpAnyPort;
  });
  return [...new Set(fits.map(({ filter }) => filter))].sort();
}

/** Reads one rule; the message of a refusal says what would have been right. */
export function parseDecodeAs(text: string): DecodeAsParsed {
  const found = SHAPE.exec(text.trim());
  if (found === null)
    return { ok: false, message: `"${text}" is not of the form tcp.port==8888,http or udp.port==5300-5310,dns` };
  const transport = found[1]?.toLowerCase() === 'udp' ? 'udp' : 'tcp';
  const from = Number(found[2]);
  const second = found[4] === undefined ? from : Number(found[4]);
  // As tshark: 8000-8010 ends at 8010, 8000:10 is ten ports.
  const to = found[3] === ':' ? from + second - 1 : second;
  if (from < 1 || to < from || to > MAX_PORT)
    return { ok: false, message: `"${text}" names no range of ports between 1 and 65535` };
  const name = (found[5] ?? '').toLowerCase();
  const protocol = ALIASES.get(name) ?? name;
  const known = decodeAsProtocols(transport);
  if (!known.includes(protocol))
    return {
      ok: false,
      message: `"${name}" is not decoded over ${transport.toUpperCase()}; one of: ${known.join(', ')}`,
    };
  return { ok: true, rule: { transport, from, to, protocol } };
}

/** The rule as `parseDecodeAs` reads it. */
export function decodeAsText({ transport, from, to, protocol }: DecodeAsRule): string {
  return `${transport}.port==${from}${to === from ? '' : `-${to}`},${protocol}`;
}

/** Which ports are read as what when nobody says anything: display-filter names, by port. */
export function defaultDecoding(transport: 'tcp' | 'udp'): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [port, number] of DEFAULT_PORTS[transport].entries()) {
    const protocol = protocolNumbered(number);
    if (protocol !== null) found[port] = protocol.filter;
  }
  return found;
}

/** The port tables with these rules in force, null without any; a later rule wins over an earlier one. */
export function portsWith(rules: readonly DecodeAsRule[]): PortTables | null {
  if (rules.length === 0) return null;
  const tables: PortTables = { tcp: DEFAULT_PORTS.tcp.slice(), udp: DEFAULT_PORTS.udp.slice() };
  for (const { transport, from, to, protocol } of rules)
    (transport === 'tcp' ? tables.tcp : tables.udp).fill(numbersOf(protocol)[0] ?? 0, from, to + 1);
  return tables;
}
