// The MTU of a tunnel leaves no room for its headers: large packets vanish between nodes while small ones pass.
import type { Link } from '../../../parsers/nodestate/state.ts';
import type { Machine } from '../../kernel/machine.ts';
import type { Diagnosis } from '../diagnosis.ts';

/** Bytes that the outer headers take over IPv4: IP, UDP, VXLAN or Geneve, inner Ethernet. IPv6 takes 20 more. */
const OVERHEAD: Readonly<Record<string, number>> = { vxlan: 50, geneve: 50, ipip: 20, gre: 24, wireguard: 60 };

/** The device that carries the tunnel's packets: as dumped, else the one of the default route. */
function carrier(m: Machine, tunnel: Link): Link | null {
  const lower = tunnel.tunnel?.lower ?? null;
  if (lower !== null) return m.links.get(lower) ?? null;
  const route = m.state.host.routes?.find((r) => r.dst.length === 0 && r.dst.ip.family === 4 && r.type === 'unicast');
  return route?.device ? (m.links.get(route.device) ?? null) : null;
}

export const diagnosis: Diagnosis = {
  id: 'tunnel-mtu',
  about: 'the MTU of a tunnel, or of the pods behind it, is too large for what carries it',
  inState(m) {
    return [...m.links.values()].flatMap((tunnel) => {
      const overhead = OVERHEAD[tunnel.kind ?? ''];
      const below = overhead === undefined ? null : carrier(m, tunnel);
      if (overhead === undefined || tunnel.mtu === null || !below?.mtu) return [];
      const room = below.mtu - overhead;
      const pods = [...m.links.values()].find((l) => l.kind === 'veth' && l.mtu !== null && l.mtu > (tunnel.mtu ?? 0));
      const tight = tunnel.mtu > room;
      if (!tight && !pods) return [];
      return [
        {
          id: 'tunnel-mtu',
          title: tight
            ? `the MTU of ${tunnel.name} is ${tunnel.mtu}, but ${below.name} leaves room for ${room}`
            : `pods send up to ${pods?.mtu} bytes, ${tunnel.name} takes ${tunnel.mtu}`,
          confidence: tight ? ('proved' as const) : ('possible' as const),
          severity: tight ? ('error' as const) : ('note' as const),
          summary: tight
            ? 'Large packets to pods of other nodes are lost or fragmented outside the tunnel; connections are made and then hang.'
            : 'Larger packets need the ICMP “fragmentation needed” of this node to reach the pod; where it is filtered, connections are made and then hang.',
          evidence: [tunnel.source, ...(tight ? [below.source] : pods ? [pods.source] : [])],
          remedy: `Set the MTU of the CNI network to ${Math.min(tunnel.mtu, room)} or less and make the pods again.`,
        },
      ];
    });
  },
};
