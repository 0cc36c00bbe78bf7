// Wireshark's default colour rules, first match wins. The names are the rules' own, in kebab case.
// Surprise: "checksum errors" never matches, as in Wireshark: checking is off by default because network cards do the sums.

import type { Dissection } from '../wire/dissection.ts';
import { HAS_TCP } from '../wire/facts.ts';
import type { FieldNode } from '../wire/field.ts';
import type { PacketIndex } from './packet-index.ts';

const MDNS_GROUP = '224.0.0.251';

/** The layers of one packet by filter name, and their fields; a packet quoted in an ICMP error counts too. */
class Layers {
  private readonly layers: readonly FieldNode[];

  constructor(layers: readonly FieldNode[]) {
    this.layers = layers;
  }

  has(filter: string): boolean {
    return this.layers.some((layer) => layer.filter === filter);
  }

  values(layer: string, field: string): string[] {
    const found: string[] = [];
    for (const candidate of this.layers) {
      if (candidate.filter !== layer) continue;
      for (const node of candidate.children) if (node.filter === field && node.value !== null) found.push(node.value);
    }
    return found;
  }
}

export function colorOf(index: PacketIndex, row: number, frame: Uint8Array, d: Dissection): string | null {
  const layers = new Layers(d.layers);
  if (index.isBadTcp(row)) return 'bad-tcp';
  if (isIcmpError(layers)) return 'icmp-error';
  if (layers.has('arp')) return 'arp';
  if (layers.has('icmp') || layers.has('icmpv6')) return 'icmp';
  const flags = layers.values('tcp', 'tcp.flags').map(Number);
  if (flags.some((bits) => (bits & 4) !== 0)) return 'tcp-rst';
  if (isTtlLow(layers)) return 'ttl-low';
  const ports = [...layers.values('tcp', 'tcp.srcport'), ...layers.values('tcp', 'tcp.dstport')];
  if (layers.has('http') || layers.has('http2') || ports.includes('80')) return 'http';
  if (flags.some((bits) => (bits & 3) !== 0)) return 'tcp-syn-fin';
  if (layers.has('tcp') || (index.layersOf(row) & HAS_TCP) !== 0) return 'tcp';
  if (layers.has('udp')) return 'udp';
  return layers.has('eth') && ((frame[0] ?? 0) & 1) === 1 ? 'broadcast' : null;
}

function isIcmpError(layers: Layers): boolean {
  return (
    layers.values('icmp', 'icmp.type').some((type) => ['3', '4', '5', '11'].includes(type)) ||
    layers.values('icmpv6', 'icmpv6.type').some((type) => Number(type) >= 1 && Number(type) <= 4)
  );
}

function isTtlLow(layers: Layers): boolean {
  const destinations = layers.values('ip', 'ip.dst');
  const ttls = layers.values('ip', 'ip.ttl').map(Number);
  if (destinations.length === 0) return false;
  const allUnicast = destinations.every((dst) => Number(dst.split('.')[0]) >> 4 !== 14);
  if (allUnicast && ttls.some((ttl) => ttl < 5)) return true;
  return (
    destinations.some((dst) => dst.startsWith('224.0.0.')) &&
    !destinations.includes(MDNS_GROUP) &&
    ttls.some((ttl) => ttl !== 1)
  );
}
