// The address of a load balancer sits on a network card of the node as well: kube-proxy does not serve node ports on it (IPVS), and the
// node takes its packets for itself.
import { ipText, sameIp } from '../../../parsers/core/address.ts';
import type { Diagnosis } from '../diagnosis.ts';

export const diagnosis: Diagnosis = {
  id: 'balancer-on-nic',
  about: 'an address of a load balancer is configured on a network card',
  inState(m) {
    return (m.state.services ?? []).flatMap((s) =>
      s.loadBalancerIps.flatMap((ip) => {
        const at = m.fib.addresses.find((a) => sameIp(a.ip, ip) && a.device !== 'kube-ipvs0' && a.device !== 'lo');
        if (!at) return [];
        return [
          {
            id: 'balancer-on-nic',
            title: `the load balancer address ${ipText(ip)} of ${s.namespace}/${s.name} is on ${at.device}`,
            confidence: 'proved' as const,
            severity: 'note' as const,
            summary:
              'It is an address of the node and of a service at once: in IPVS mode node ports are not served on it, and every port mapping of the node takes its packets, too.',
            evidence: [at.source, s.source],
            remedy: `Take it off ${at.device}, unless the load balancer needs it there (direct server return).`,
          },
        ];
      }),
    );
  },
};
