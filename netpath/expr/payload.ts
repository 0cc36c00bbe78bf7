// Header fields. A field of a protocol that the packet does not have ends the rule (nft adds that check itself when it prints without).
import { hasPorts, ICMP, ICMPV6, SCTP, TCP, UDP } from '../../parsers/core/protocol-numbers.ts';
import type { Context } from '../kernel/clause.ts';
import { isFrameHook } from '../kernel/hooks.ts';
import { FIELDS } from '../kernel/nft-fields.ts';
import type { Evaluated, ExprModule, Value, ValueType } from '../kernel/nft-value.ts';
import { tosOf, ttlOf } from '../kernel/packet.ts';
import { bytesOf, transportAt } from '../kernel/packet-bytes.ts';
import { headerField } from '../kernel/packet-fields.ts';
import { unknown } from '../tri.ts';

const TRANSPORT: Readonly<Record<string, number>> = {
  tcp: TCP,
  udp: UDP,
  sctp: SCTP,
  icmp: ICMP,
  icmpv6: ICMPV6,
  udplite: 136,
  dccp: 33,
  igmp: 2,
  esp: 50,
  ah: 51,
  comp: 108,
};
const v = (type: ValueType, value: Value['value']): Value => ({ type, value });

/**
 * A packet is given with its VLAN tag or without one, and stays so but where a device adds or takes one. No kernel here has 802.1Q, so that what rules
 * see there is said to be unknown: at a VLAN device, and behind the entry of a bridge that keeps VLANs apart.
 */
function tagOf({ packet: p, hook, node }: Context, field: string): Evaluated {
  if (p.vlan) {
    if (field === 'type') return v('etherType', p.family === 4 ? 0x0800 : 0x86dd);
    if (field === 'dei' || field === 'cfi') return v('number', 0);
    return field === 'pcp' ? v('number', p.vlan.pcp) : v('number', p.vlan.id);
  }
  const ports = [p.physIn, p.physOut, p.inIf, p.outIf].filter((d) => d !== null);
  const tagged = ports.find((d) => node.link(d)?.kind === 'vlan');
  if (tagged !== undefined) return unknown(`which VLAN tag rules see at ${tagged}`, 'a capture of the frame');
  // the tag of a port's own VLAN is given to a frame after the bridge's PREROUTING
  if (hook === 'INGRESS' || hook === 'BRIDGE PREROUTING' || hook === 'PREROUTING') return null;
  if (!hook.startsWith('BRIDGE ') && p.physIn === null && p.physOut === null) return null;
  const bridge = ports.map((d) => node.bridgeOf(d)).find((b) => b !== null) ?? ports[0] ?? '';
  const filtering = node.link(bridge)?.vlanFiltering ?? null;
  if (filtering === false) return null;
  return filtering === true
    ? unknown(`which VLAN tag ${bridge} gives the frame`, 'bridge -j vlan, or a capture of the frame')
    : unknown(`whether ${bridge} keeps VLANs apart`, 'ip -j -d link');
}

/** A field by its place in the header. */
function placed({ packet: p }: Context, protocol: string, field: string): Evaluated {
  const place = FIELDS[protocol]?.[field];
  const name = `${protocol} ${field}`;
  if (!place) return unknown(`the packet's ${name}`, 'a capture of the packet');
  return headerField(p, protocol === 'ip' || protocol === 'ip6' ? 'nh' : 'th', place, name);
}

export const expr: ExprModule = {
  kind: 'payload',
  evaluate(e, c) {
    if (e.kind !== 'payload') return null;
    const p = c.packet;
    const { protocol, field } = e;
    if (protocol === 'ip' || protocol === 'ip6') {
      if (p.family !== (protocol === 'ip' ? 4 : 6)) return null;
      switch (field) {
        case 'saddr':
          return v('address', p.src);
        case 'daddr':
          return v('address', p.dst);
        case 'protocol':
        case 'nexthdr':
          return v('protocol', p.protocol);
        case 'ttl':
        case 'hoplimit':
          return v('number', ttlOf(p, `${protocol} ${field}`));
        case 'length':
          return p.length === null
            ? unknown('how long the packet is', 'the option "length N" of the packet')
            : // IPv6 counts what follows its header
              v('number', p.family === 4 ? p.length : p.length - 40);
        case 'dscp':
          return v('dscp', tosOf(p, `${protocol} ${field}`) >> 2);
        case 'version':
          return v('number', p.family);
        default:
          return placed(c, protocol, field);
      }
    }
    if (protocol === 'ether') {
      // A bridged frame has no input device at POSTROUTING, but still the header it came with.
      const device = isFrameHook(c.hook) || p.bridged ? (p.inIf ?? p.outIf) : p.inIf;
      // nft asks for the type of the device first, but in family bridge, where there is no other
      if (device === null || (!c.hook.startsWith('BRIDGE') && c.node.isEthernet(device) === false)) return null;
      switch (field) {
        case 'saddr':
          return p.mac === null
            ? unknown('the source MAC of the frame', 'the option "mac aa:bb:…" of the packet')
            : v('mac', p.mac);
        case 'daddr':
          return p.dmac === null
            ? unknown('the destination MAC of the frame', 'ip -j neigh, ip -j link')
            : v('mac', p.dmac);
        case 'type':
          // of a tagged frame the type is that of the tag, while meta protocol tells what is inside
          return v('etherType', p.vlan ? 0x8100 : p.family === 4 ? 0x0800 : 0x86dd);
        default:
          return unknown(`the frame's ${field}`, 'a capture of the frame');
      }
    }
    if (protocol === 'arp') return null;
    if (protocol === 'vlan') return tagOf(c, field);
    // th is whatever stands where the ports would be, whatever the protocol is: of ICMP type and code, and the checksum.
    if (protocol === 'th' && (p.protocol === ICMP || p.protocol === ICMPV6) && p.icmpType !== null) {
      if (field === 'sport') return v('port', (p.icmpType << 8) | (p.icmpCode ?? 0));
      return unknown(
        'the checksum of an ICMP packet, which stands where the rule looks for a port',
        'a capture of the packet',
      );
    }
    const wanted = TRANSPORT[protocol];
    if (protocol === 'th' ? !hasPorts(p.protocol) : p.protocol !== wanted)
      return wanted === undefined && protocol !== 'th'
        ? unknown(`the packet's ${protocol} ${field}`, 'a capture of the packet')
        : null;
    switch (field) {
      case 'sport':
        return p.sport === null ? null : v('port', p.sport);
      case 'dport':
        return p.dport === null ? null : v('port', p.dport);
      case 'flags':
        return v('tcpFlags', p.tcpFlags);
      case 'type':
        return p.icmpType === null ? null : v(protocol === 'icmp' ? 'icmpType' : 'icmpv6Type', p.icmpType);
      case 'code':
        return p.icmpCode === null ? null : v('number', p.icmpCode);
      case 'length':
        if (protocol === 'udp' && p.length !== null) return v('number', p.length - transportAt(p, bytesOf(p)));
        return placed(c, protocol, field);
      default:
        return placed(c, protocol, field);
    }
  },
};
