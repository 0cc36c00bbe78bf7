// The packet arrives, its answer does not: simulated back through the node, it is dropped, goes elsewhere or comes from another address.
import { onwardPath } from '../../kernel/cluster.ts';
import { replyTo } from '../../kernel/reply.ts';
import type { Diagnosis } from '../diagnosis.ts';

export const diagnosis: Diagnosis = {
  id: 'reply-breaks',
  about: 'the packet reaches its receiver, but the answer cannot come back to the client',
  probed: true,
  inTrace(s) {
    const { crossing } = s.trace;
    const alone = crossing ? replyTo(s.machine, s.trace, crossing) : null;
    const answer = onwardPath(s.machine, s.trace)?.ways[0].answer;
    const reply = alone && answer ? { ...alone, ...answer } : alone;
    if (reply?.verdict !== 'breaks') return [];
    const last = reply.steps.findLast((x) => x.source !== null)?.source ?? null;
    const rewritten =
      reply.steps.length === 0 ? (s.decision.dnat?.rule?.source ?? s.decision.dnat?.rewrite.source) : null;
    const evidence = [reply.disposition.source, last, rewritten].filter((x) => x !== null && x !== undefined);
    const offNode = s.trace.disposition.kind === 'leavesNode' && reply.steps.length === 0;
    return [
      {
        id: 'reply-breaks',
        title: 'the answer does not come back',
        confidence: offNode && !answer ? 'likely' : 'proved',
        severity: 'error',
        summary: reply.reason,
        evidence: evidence.filter((x, i) => evidence.findIndex((y) => y.file === x.file && y.line === x.line) === i),
        remedy:
          reply.disposition.kind === 'delivered' || reply.steps.length === 0
            ? 'The answer has to pass this node’s conntrack: masquerade the packet on its way in (KUBE-MARK-MASQ), or, on a bridge, set net.bridge.bridge-nf-call-iptables=1.'
            : 'Allow the established connection where the answer stops (a rule with ctstate ESTABLISHED, a route, or rp_filter).',
      },
    ];
  },
};
