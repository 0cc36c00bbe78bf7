// 127.0.0.1:nodePort: IPVS has no virtual server there in recent versions, nftables mode leaves it out, iptables mode needs route_localnet.
import { endpointText, isLoopback } from '../../../parsers/core/address.ts';
import { protocolName } from '../../../parsers/core/protocol-numbers.ts';
import { isExpected } from '../../explain/sentences.ts';
import type { Diagnosis } from '../diagnosis.ts';

export const diagnosis: Diagnosis = {
  id: 'nodeport-on-localhost',
  about: 'a node port is asked on 127.0.0.1, where kube-proxy does not serve it',
  inTrace(s) {
    const { dst, dport, protocol } = s.spec;
    if (!isLoopback(dst) || dport === null) return [];
    const name = protocolName(protocol);
    const service = s.machine.state.services?.find((x) =>
      x.ports.some((p) => p.nodePort === dport && p.protocol === name),
    );
    if (!service || (s.destination.service && isExpected(s.trace, s.destination.service))) return [];
    if (s.trace.disposition.kind === 'delivered' && s.trace.to.process !== null) return [];
    return [
      {
        id: 'nodeport-on-localhost',
        title: `the node port ${dport} of ${service.namespace}/${service.name} is not served on ${endpointText(dst, dport)}`,
        confidence: 'proved',
        severity: 'warning',
        summary:
          'kube-proxy in IPVS and nftables mode does not serve node ports on loopback addresses; in iptables mode it does where route_localnet is 1.',
        evidence: [service.source, ...(s.trace.disposition.source ? [s.trace.disposition.source] : [])],
        remedy: 'Use an address of the node, or the service’s cluster address.',
      },
    ];
  },
};
