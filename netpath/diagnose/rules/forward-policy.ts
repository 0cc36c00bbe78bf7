// The packet dies of the policy of filter FORWARD: Docker from 1.13 on sets it to DROP, and nobody accepts the pods' traffic.
import type { Diagnosis } from '../diagnosis.ts';

export const diagnosis: Diagnosis = {
  id: 'forward-policy',
  about: 'the policy of FORWARD drops what no rule accepts',
  probed: true,
  inTrace(s) {
    const { last } = s.decision;
    if (s.trace.disposition.kind !== 'dropped' || last?.kind !== 'policy' || last.hook !== 'FORWARD') return [];
    return [
      {
        id: 'forward-policy',
        title: `the policy of ${last.table} ${last.chain} is DROP and no rule accepts the packet`,
        confidence: 'proved',
        severity: 'error',
        summary:
          'New connections through the node are lost without an answer; established ones may go on. Docker from 1.13 on sets this policy.',
        evidence: last.source ? [last.source] : [],
        remedy:
          'Accept the pods’ addresses in FORWARD (iptables -A FORWARD -s POD-CIDR -j ACCEPT, and -d), as the CNI plugin or kube-proxy’s --cluster-cidr does, or set the policy: iptables -P FORWARD ACCEPT.',
      },
    ];
  },
};
