// Bits of the packet by their place: `@th,16,16`, `@nh,96,32`, `@ll,0,48`. What the packet is too short for ends the rule.
import { ICMP, ICMPV6, TCP, UDP } from '../../parsers/core/protocol-numbers.ts';
import type { ExprModule } from '../kernel/nft-value.ts';
import { bytesOf, transportAt } from '../kernel/packet-bytes.ts';
import { fieldAt } from '../kernel/packet-fields.ts';
import { unknown } from '../tri.ts';

const macBytes = (mac: string | null): (number | null)[] =>
  mac === null ? new Array<null>(6).fill(null) : mac.split(':').map((b) => Number.parseInt(b, 16));

export const expr: ExprModule = {
  kind: 'raw',
  evaluate(e, c) {
    if (e.kind !== 'raw') return null;
    const p = c.packet;
    const name = `@${e.base},${e.offset},${e.length}`;
    const field = [e.offset, e.length, e.length > 48 ? 'hex' : 'number'] as const;
    if (e.base === 'll') {
      const device = p.inIf ?? p.outIf;
      if (device === null || c.node.isEthernet(device) === false) return null;
      const inner = p.family === 4 ? [0x08, 0x00] : [0x86, 0xdd];
      const tag = p.vlan && (p.vlan.pcp << 13) | p.vlan.id;
      const type = tag === null ? inner : [0x81, 0x00, tag >> 8, tag & 0xff, ...inner];
      return fieldAt(p, [...macBytes(p.dmac), ...macBytes(p.mac), ...type, ...bytesOf(p)], 0, field, name);
    }
    const bytes = bytesOf(p);
    if (e.base === 'nh') return fieldAt(p, bytes, 0, field, name);
    const transport = transportAt(p, bytes);
    if (e.base === 'th') return fieldAt(p, bytes, transport, field, name);
    // what the transport header carries (nft_payload_inner_offset)
    if (p.protocol === UDP || p.protocol === ICMP || p.protocol === ICMPV6) {
      return fieldAt(p, bytes, transport + 8, field, name);
    }
    if (p.protocol !== TCP) return unknown(`the packet's ${name}`, 'a capture of the packet');
    const dataOffset = bytes[transport + 12] ?? null;
    return dataOffset === null
      ? unknown(`the packet's ${name}`, 'a capture of the packet')
      : fieldAt(p, bytes, transport + (dataOffset >> 4) * 4, field, name);
  },
};
