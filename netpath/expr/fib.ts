// Route lookups inside a rule: `fib daddr type` is addrtype, `fib saddr . iif oif` a reverse path check.
import { ipText } from '../../parsers/core/address.ts';
import type { ExprModule } from '../kernel/nft-value.ts';
import { unknown } from '../tri.ts';

export const expr: ExprModule = {
  kind: 'fib',
  evaluate(e, c) {
    if (e.kind !== 'fib') return null;
    const p = c.packet;
    const source = e.flags.includes('saddr');
    const ip = source ? p.src : p.dst;
    const device = e.flags.includes('iif') ? p.inIf : e.flags.includes('oif') ? p.outIf : null;
    if (e.result === 'type') {
      const found = c.node.fib.localType(ip, device);
      if (!found)
        return unknown(`whether ${ipText(ip)} is a local address`, 'ip -j route show table all, or ip -j addr');
      const because = found.source
        ? ([
            { kind: 'code', text: ipText(ip) },
            {
              kind: 'text',
              text: ` is ${found.type.toUpperCase()}: it is in table local, dev ${found.device ?? '?'} `,
            },
            { kind: 'code', text: `${found.source.file}:${found.source.line}`, source: found.source },
          ] as const)
        : ([{ kind: 'text', text: `${ipText(ip)} is ${found.type.toUpperCase()}` }] as const);
      return { type: 'symbol', value: found.type, because };
    }
    // What came in over lo is its own way back (nft_fib_ipv4.c).
    if (p.inIf === 'lo' && (c.hook === 'PREROUTING' || c.hook === 'INPUT')) return { type: 'interface', value: 'lo' };
    const answer = c.node.fib.lookup({
      dst: ip,
      src: source ? p.dst : p.src,
      mark: e.flags.includes('mark') ? p.mark : 0,
      iif: null,
      oif: device,
      protocol: p.protocol,
      sport: null,
      dport: null,
    });
    if (answer.kind === 'unknown') return unknown(answer.why, answer.settle);
    const name = answer.kind === 'route' && answer.result.type === 'unicast' ? (answer.result.device ?? '') : '';
    return { type: 'interface', value: name };
  },
};
