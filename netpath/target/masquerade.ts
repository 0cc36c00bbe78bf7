// -j MASQUERADE: the source becomes the primary address of the device the packet leaves by, preferring the one whose subnet holds
// the next hop; a route's `src` is ignored (reference 2.3). IPv6 selects a source as for a packet of the node's own. The port stays unless taken; --random-fully always picks another.
import type { TargetModule } from '../kernel/clause.ts';

export const target: TargetModule = {
  target: 'MASQUERADE',
  compile(options) {
    const known = new Set(['--random', '--random-fully', '--to-ports']);
    const other = options.find((o) => !known.has(o.name));
    if (other) return `${other.name} is not understood`;
    const random = options.length > 0;
    return (c) => {
      const device = c.packet.outIf;
      if (device === null)
        return { kind: 'unknown', why: 'by which device the packet leaves', settle: 'ip -j route show table all' };
      const route = c.node.fib.lookup({
        dst: c.packet.dst,
        src: null,
        mark: c.packet.mark,
        iif: null,
        oif: device,
        protocol: c.packet.protocol,
        sport: null,
        dport: null,
      });
      const near = route.kind === 'route' ? (route.result.via ?? c.packet.dst) : c.packet.dst;
      const address = c.node.fib.masqueradeOf(device, c.packet.dst, near);
      if (!address) return { kind: 'unknown', why: `which address ${device} has`, settle: 'ip -j addr' };
      return {
        kind: 'snat',
        address: { ip: address.ip, port: null, randomPort: random },
        summary: `source → address of ${device}`,
      };
    };
  },
};
