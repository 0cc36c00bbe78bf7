// What the kernel knows of the packet beside its bytes: devices, marks, the transport protocol.

import { isFrameHook } from '../kernel/hooks.ts';
import type { ExprModule, Value, ValueType } from '../kernel/nft-value.ts';
import { capturedAnswers } from '../kernel/packet.ts';
import { unknown } from '../tri.ts';

const ETHERNET_HEADER = 14;

const v = (type: ValueType, value: Value['value']): Value => ({ type, value });

export const expr: ExprModule = {
  kind: 'meta',
  evaluate(e, c) {
    if (e.kind !== 'meta') return null;
    const p = c.packet;
    switch (e.key) {
      case 'iif':
      case 'iifname':
        // without an input device the name is empty and the index ends the rule
        return p.inIf === null ? (e.key === 'iif' ? null : v('interface', '')) : v('interface', p.inIf);
      case 'oif':
      case 'oifname':
        return p.outIf === null ? (e.key === 'oif' ? null : v('interface', '')) : v('interface', p.outIf);
      case 'ibrname':
      case 'obrname': {
        // the bridge of a port: in the IP hooks the device is the bridge itself, which is a port of none
        const port = e.key === 'ibrname' ? p.inIf : p.outIf;
        const bridge = port === null ? null : c.node.bridgeOf(port);
        return bridge === null ? null : v('interface', bridge);
      }
      case 'mark':
        return v('number', p.mark);
      case 'l4proto':
        return v('protocol', p.protocol);
      case 'nfproto':
        return v('symbol', p.family === 4 ? 'ipv4' : 'ipv6');
      case 'protocol':
        return v('etherType', p.family === 4 ? 0x0800 : 0x86dd);
      case 'length':
        return p.length === null
          ? unknown('how long the packet is', 'the option "length N" of the packet')
          : // at egress the frame has its Ethernet header
            v('number', c.hook === 'EGRESS' && p.mac !== null ? p.length + ETHERNET_HEADER : p.length);
      case 'pkttype': {
        if (isFrameHook(c.hook))
          return p.frameType === null
            ? unknown('to which MAC the frame is addressed', 'ip -j neigh, ip -j link')
            : v('symbol', p.frameType);
        const found = c.node.fib.localType(p.dst);
        if (!found) return unknown('how the frame was addressed', 'ip -j route show table all');
        return v('symbol', found.type === 'broadcast' || found.type === 'multicast' ? found.type : 'host');
      }
      case 'skuid':
      case 'skgid':
      case 'cgroup':
        return p.inIf !== null
          ? null
          : unknown(`the ${e.key} of the sending process`, 'the process that sends the packet');
      case 'iiftype':
      case 'oiftype': {
        const device = e.key === 'iiftype' ? p.inIf : p.outIf;
        if (device === null) return null;
        const ethernet = c.node.isEthernet(device);
        const loopback = c.node.link(device)?.kind === 'loopback' || device === 'lo';
        if (loopback) return v('symbol', 'loopback');
        return ethernet ? v('symbol', 'ether') : unknown(`of which type ${device} is`, 'ip -j -d link');
      }
      case 'iifkind':
      case 'oifkind': {
        const device = e.key === 'iifkind' ? p.inIf : p.outIf;
        if (device === null) return null;
        const link = c.node.link(device);
        if (!link) return unknown(`of which kind ${device} is`, 'ip -j -d link');
        return link.kind === null || link.kind === 'loopback' ? null : v('symbol', link.kind);
      }
      case 'secpath':
      case 'ipsec':
        // a packet that is asked about did not come out of IPsec
        return v('exists', 0);
      case 'random':
        return unknown('which random number the kernel takes', 'a conntrack entry of the flow');
      case 'day':
        // in UTC, as the kernel counts it, unless its own time zone was set (nft_meta_weekday)
        if (p.at === null) return unknown('when the packet is seen', 'the option "at TIME" of the packet');
        capturedAnswers(p, 'meta day');
        return v('weekday', new Date(p.at * 1000).getUTCDay());
      case 'hour':
      case 'time':
        // compared as a whole in nft-expression.ts: nft prints both in the time zone of its shell, which no dump names
        return p.at === null
          ? unknown('when the packet is seen', 'the option "at TIME" of the packet')
          : unknown(
              `in which time zone nft printed meta ${e.key} (the packet is of ${new Date(p.at * 1000).toISOString()})`,
              'TZ=UTC nft list ruleset',
            );
      default:
        return unknown(`meta ${e.key}`, 'a running node');
    }
  },
};
