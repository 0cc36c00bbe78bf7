// A pod asks a service and is itself the endpoint: the frame would go back out of the bridge port it came in by, which needs hairpin mode.
import type { Diagnosis } from '../diagnosis.ts';

export const diagnosis: Diagnosis = {
  id: 'hairpin-off',
  about: 'a pod cannot reach itself by a service, because its bridge port is not in hairpin mode',
  probed: true,
  inTrace(s) {
    const { disposition } = s.trace;
    if (disposition.kind !== 'dropped' || !/hairpin mode is off/.test(disposition.reason)) return [];
    const { service } = s.destination;
    return [
      {
        id: 'hairpin-off',
        title: 'pods do not reach themselves by a service',
        confidence: 'proved',
        severity: 'warning',
        summary: `${disposition.reason} It shows as timeouts of some of the connections of a pod to ${service ? `its own service ${service.name}` : 'a service it is an endpoint of'}.`,
        evidence: disposition.source ? [disposition.source] : [],
        remedy:
          'hairpinMode: true in the CNI bridge configuration (bridge link set dev PORT hairpin on for pods that run), or promiscMode; and masquerade such packets.',
      },
    ];
  },
};
