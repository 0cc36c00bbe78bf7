// -j TPROXY: gives the packet to a transparent socket as it is, addresses unchanged, and marks it, so that a policy rule routes it to the node.
//
// Surprise: where no such socket is there, the packet is dropped (xt_TPROXY.c).
import { endpointText, ipText, parseIp } from '../../parsers/core/address.ts';
import type { TargetModule } from '../kernel/clause.ts';
import { integer, valueAndMask } from '../kernel/option-values.ts';
import { ownAddress, tproxyFinds } from '../kernel/socket-lookup.ts';

export const target: TargetModule = {
  target: 'TPROXY',
  compile(options) {
    const of = (name: string) => options.find((o) => o.name === name)?.values[0];
    const onPort = integer(of('--on-port') ?? '0');
    const onIp = of('--on-ip') === undefined ? null : parseIp(of('--on-ip') ?? '');
    const mark = valueAndMask(of('--tproxy-mark') ?? '0x0/0x0');
    if (onPort === null || mark === null || (of('--on-ip') !== undefined && onIp === null))
      return 'its address, port or mark is not understood';
    return (c) => {
      const p = c.packet;
      const any = onIp === null || /^(?:0\.0\.0\.0|::)$/.test(ipText(onIp));
      const ip = any ? ownAddress(c) : onIp;
      const port = onPort === 0 ? p.dport : onPort;
      if (ip === null || port === null)
        return { kind: 'unknown', why: 'to which address TPROXY gives the packet', settle: 'ip -j addr' };
      const where = endpointText(ip, port);
      const taken = tproxyFinds(c, ip, port, where);
      if (!taken)
        return {
          kind: 'verdict',
          verdict: 'DROP',
          rejected: null,
          summary: `no transparent socket on ${where}: dropped`,
        };
      p.mark = ((p.mark & ~mark.mask) ^ mark.value) >>> 0;
      p.tproxy = { ip, port };
      return { kind: 'verdict', verdict: 'ACCEPT', rejected: null, summary: `given to the socket on ${where}` };
    };
  },
};
