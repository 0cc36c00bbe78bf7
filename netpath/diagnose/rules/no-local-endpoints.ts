// externalTrafficPolicy Local, and no endpoint on this node: kube-proxy drops the packet, so that a load balancer's health check may tell.
import type { Diagnosis } from '../diagnosis.ts';

/** `… has no local endpoints` is kube-proxy's comment; before 1.25 the packet was marked for KUBE-FIREWALL to drop. */
const BY_COMMENT = /has no local endpoints/;

export const diagnosis: Diagnosis = {
  id: 'no-local-endpoints',
  about: 'the service takes traffic from outside only for endpoints of this node, which has none',
  probed: true,
  inTrace(s) {
    if (s.trace.disposition.kind !== 'dropped') return [];
    const step = s.trace.steps.find((x) => BY_COMMENT.test(x.rule ?? ''));
    if (!step?.source) return [];
    const { service } = s.destination;
    return [
      {
        id: 'no-local-endpoints',
        title: `the service ${service ? service.name : 'of this address'} has no endpoint on this node`,
        confidence: 'proved',
        severity: 'warning',
        summary:
          'Its externalTrafficPolicy is Local: packets from outside are dropped here without an answer, and clients retransmit their SYN.',
        evidence: [step.source, ...(service?.source ? [service.source] : [])],
        remedy:
          'Send the traffic to nodes that have an endpoint (the load balancer’s health check on healthCheckNodePort), or set externalTrafficPolicy: Cluster.',
      },
    ];
  },
};
