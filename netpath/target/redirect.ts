// -j REDIRECT: to this node itself: the first address of the device the packet came in on, 127.0.0.1 for local packets.
import { ipv4, parseIp } from '../../parsers/core/address.ts';
import type { TargetModule } from '../kernel/clause.ts';
import { integer } from '../kernel/option-values.ts';

export const target: TargetModule = {
  target: 'REDIRECT',
  compile(options) {
    const to = options.find((o) => o.name === '--to-ports')?.values[0];
    const port = to === undefined ? null : integer(to);
    if (to !== undefined && port === null) return `--to-ports ${to} is not understood`;
    return (c) => {
      const loopback = c.packet.family === 4 ? ipv4(0x7f000001) : parseIp('::1');
      const ip =
        c.hook === 'OUTPUT'
          ? loopback
          : c.packet.inIf === null
            ? null
            : (c.node.fib.addressOf(c.packet.inIf, null, c.packet.family)?.ip ?? null);
      if (!ip)
        return { kind: 'unknown', why: `which address ${c.packet.inIf ?? 'the device'} has`, settle: 'ip -j addr' };
      return {
        kind: 'dnat',
        choices: [{ address: { ip, port, randomPort: false } }],
        summary: 'destination → this node',
      };
    };
  },
};
