// Connection tracking as rules see it. Without a connection (table raw, untracked) only the state can be asked.
import type { ExprModule, Value, ValueType } from '../kernel/nft-value.ts';
import { CT_STATE, CT_STATUS } from '../kernel/nft-value.ts';
import { unknown } from '../tri.ts';

const v = (type: ValueType, value: Value['value']): Value => ({ type, value });

export const expr: ExprModule = {
  kind: 'ct',
  evaluate(e, c) {
    if (e.kind !== 'ct') return null;
    const ct = c.connection;
    if (e.key === 'zone' && (ct.attached || ct.template)) {
      const { original, reply } = ct.zone;
      return v('number', e.direction === null ? original || reply : ct.zone[e.direction]);
    }
    if (e.key === 'state') {
      if (ct.template && !ct.attached) return v('ctState', CT_STATE.new);
      if (ct.attached) return v('ctState', ct.state === 'untracked' ? CT_STATE.untracked : CT_STATE[ct.state]);
      return v('ctState', ct.state === 'untracked' ? CT_STATE.untracked : CT_STATE.invalid);
    }
    if (!ct.attached || (e.key.startsWith('ip') && e.key.startsWith('ip6') !== (c.packet.family === 6))) return null;
    const reply = e.direction === 'reply';
    const src = reply
      ? (ct.dnat ?? { ip: ct.original.dst, port: ct.original.dport })
      : { ip: ct.original.src, port: ct.original.sport };
    const dst = reply
      ? (ct.snat ?? { ip: ct.original.src, port: ct.original.sport })
      : { ip: ct.original.dst, port: ct.original.dport };
    switch (e.key) {
      case 'mark':
        return v('number', ct.mark);
      case 'l3proto':
        return v('symbol', c.packet.family === 4 ? 'ipv4' : 'ipv6');
      case 'direction':
        return v('symbol', ct.direction);
      case 'status':
        return v(
          'ctStatus',
          (ct.dnat ? CT_STATUS.dnat : 0) |
            (ct.snat ? CT_STATUS.snat : 0) |
            (ct.seenReply ? CT_STATUS['seen-reply'] : 0) |
            (ct.assured ? CT_STATUS.assured : 0) |
            (ct.confirmed ? CT_STATUS.confirmed : 0) |
            (ct.dnatDone ? CT_STATUS.dnatDone : 0) |
            (ct.snatDone ? CT_STATUS.snatDone : 0),
        );
      case 'protocol':
      case 'l4proto':
        return v('protocol', c.packet.protocol);
      case 'ip saddr':
      case 'ip6 saddr':
      case 'saddr':
        return v('address', src.ip);
      case 'ip daddr':
      case 'ip6 daddr':
      case 'daddr':
        return v('address', dst.ip);
      case 'proto-src':
        return src.port === null ? null : v('port', src.port);
      case 'proto-dst':
        return dst.port === null ? null : v('port', dst.port);
      default:
        return unknown(`ct ${e.key}`, 'conntrack -L');
    }
  },
};
