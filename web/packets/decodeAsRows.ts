// "Decode as" as rows one edits, and back to the server's words (`tcp.port==8888,http`). Pure.
import type { DecodeAsChoices, FieldNode } from '../../api/schemas.ts';

export type Transport = 'tcp' | 'udp';

export interface DecodeAsRow {
  transport: Transport;
  /** A port, or a range `5300-5310`. */
  ports: string;
  /** Empty until one is chosen. */
  protocol: string;
}

export function rowOf(rule: string): DecodeAsRow {
  const [, transport, ports = '', protocol = ''] = /^(tcp|udp)\.port==([\d-]+),(.+)$/.exec(rule) ?? [];
  return { transport: transport === 'udp' ? 'udp' : 'tcp', ports, protocol };
}

export const ruleOf = ({ transport, ports, protocol }: DecodeAsRow): string =>
  `${transport}.port==${ports.trim()},${protocol}`;

export interface PacketPorts {
  transport: Transport;
  source: string;
  destination: string;
}

/** The ports of the packet's innermost TCP or UDP header. */
export function portsOf(layers: readonly FieldNode[]): PacketPorts | null {
  const layer = [...layers].reverse().find(({ filter }) => filter === 'tcp' || filter === 'udp');
  if (layer === undefined) return null;
  const transport = layer.filter === 'udp' ? 'udp' : 'tcp';
  const value = (name: string) => layer.children.find(({ filter }) => filter === `${transport}.${name}`)?.value;
  const source = value('srcport');
  const destination = value('dstport');
  return source == null || destination == null ? null : { transport, source, destination };
}

/** The port a rule would be about: the one something is read as by itself, else the lower, where servers listen. */
export function likelyPort(ports: PacketPorts, choices: DecodeAsChoices): string {
  const known = choices[ports.transport].ports;
  const [low, high] = [ports.source, ports.destination].sort((a, b) => Number(a) - Number(b)) as [string, string];
  return known[low] === undefined && known[high] !== undefined ? high : low;
}

/** What the row's ports are read as when no rule speaks of them; a dash where nothing is. */
export function readAsDefault({ transport, ports }: DecodeAsRow, choices: DecodeAsChoices): string {
  return choices[transport].ports[ports.trim()] ?? '–';
}
