// The packet's service has no endpoint that could take it: kube-proxy rejects, or IPVS has no real server with weight.
import type { Diagnosis } from '../diagnosis.ts';

export const diagnosis: Diagnosis = {
  id: 'no-endpoints',
  about: 'the service of the packet has no ready endpoint',
  probed: true,
  inTrace(s) {
    const { service } = s.destination;
    if (!service || service.endpoints.length > 0 || s.trace.disposition.kind !== 'rejected') return [];
    const last = s.decision.last?.source;
    return [
      {
        id: 'no-endpoints',
        title: `the service ${service.name} has no ready endpoint`,
        confidence: s.machine.state.endpoints === null ? 'likely' : 'proved',
        severity: 'error',
        summary: 'The node answers for it with ICMP port unreachable; clients see “connection refused”.',
        evidence: [...(last ? [last] : []), ...(service.source ? [service.source] : [])],
        remedy: 'Look at the selector of the service and the readiness of its pods.',
      },
    ];
  },
};
