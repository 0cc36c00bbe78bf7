// IPVS waits behind the filter of INPUT: what is dropped there never reaches it, although nothing on the node is meant to have the packet.
import type { Diagnosis } from '../diagnosis.ts';

export const diagnosis: Diagnosis = {
  id: 'ipvs-input',
  about: 'the INPUT chain drops packets of an IPVS service before IPVS sees them',
  probed: true,
  inTrace(s) {
    const { last } = s.decision;
    const service = s.destination.service?.ipvs;
    const { kind } = s.trace.disposition;
    if (!service || !last || last.kind === 'ipvs' || last.hook !== 'INPUT' || s.trace.ipvs) return [];
    if (kind !== 'dropped' && kind !== 'rejected') return [];
    // kube-proxy's own firewall (source ranges, ports that no service has) is meant
    if (last.owner === 'kube-proxy') return [];
    return [
      {
        id: 'ipvs-input',
        title: `${last.table} ${last.chain} ${kind === 'dropped' ? 'drops' : 'rejects'} packets of IPVS services`,
        confidence: 'proved',
        severity: 'error',
        summary:
          'IPVS takes packets at LOCAL_IN, priority 99, after the filter: they have to be accepted in INPUT first.',
        evidence: [...(last.source ? [last.source] : []), service.source],
        remedy: 'Accept the service addresses and node ports in INPUT (kube-proxy does not in IPVS mode).',
      },
    ];
  },
};
