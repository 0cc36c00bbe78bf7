// Why not the other one: the rule or service that would have won, and why it did not come to it.
import { endpointText } from '../../parsers/core/address.ts';
import type { Step } from '../trace.ts';
import { jumpsTo } from './decision.ts';
import { isExpected, type Subject } from './sentences.ts';
import { code, list, ref, type Sentence, sentence } from './text.ts';

export interface WhyNot {
  readonly candidate: string;
  readonly sentences: readonly Sentence[];
}

/** kube-proxy rules of the base chain that stand after the deciding step and were not asked. */
function unasked(s: Subject, decided: Step): Sentence | null {
  const index = s.trace.steps.indexOf(decided);
  const outer = jumpsTo(s.trace.steps, index)[0] ?? decided;
  for (const t of s.machine.tables) {
    if (t.name !== 'nat') continue;
    const rules = t.chain(outer.chain ?? '')?.rules ?? [];
    const own = rules.findIndex((r) => r.rule.source === outer.source);
    const later = own < 0 ? undefined : rules.slice(own + 1).find((r) => r.owner === 'kube-proxy');
    if (!later) continue;
    const accept = t
      .chain('KUBE-SERVICES')
      ?.rules.find((r) => r.action.kind === 'accept' && /KUBE-CLUSTER-IP|KUBE-LOAD-BALANCER/.test(r.rule.text));
    return sentence(
      'kube-proxy’s jump ',
      ref(later.rule.source),
      ` stands after it in nat ${outer.chain ?? ''} and was not evaluated: the chain ends with the first NAT that is set up.`,
      accept
        ? sentence(
            ' Had it been, ',
            ref(accept.rule.source),
            ' would have accepted the packet with its destination unchanged.',
          ).fragments
        : null,
    );
  }
  return null;
}

export function whyNot(s: Subject): WhyNot | null {
  const { service } = s.destination;
  if (!service || isExpected(s.trace, service) || s.trace.ipvs) return null;
  const names = service.endpoints.map((e) => e.pod?.split('/').at(-1) ?? e.address);
  const out: Sentence[] = [];
  const decided = s.decision.dnat;
  if (service.endpoints.length === 0) {
    out.push(
      sentence(
        `The service ${service.name} has no ready endpoint`,
        service.ipvs ? sentence(', and IPVS no real server for it (', ref(service.ipvs.source), ')').fragments : null,
        '.',
      ),
    );
    return { candidate: service.name, sentences: out };
  }
  if (decided?.rule) {
    const u = unasked(s, decided.rule);
    if (u) out.push(u);
  }
  if (service.ipvs) {
    const servers = service.ipvs.servers.flatMap((r) => [ref(r.source)]);
    out.push(
      sentence(
        'IPVS knows ',
        code(endpointText(service.ipvs.address ?? s.spec.dst, service.ipvs.port)),
        ' (',
        ref(service.ipvs.source),
        `) and would send it to ${list(names, 'or')} (`,
        servers.flatMap((f, i) => (i === 0 ? [f] : [{ kind: 'text' as const, text: ', ' }, f])),
        '), but it only looks at packets for the node itself, at LOCAL_IN and LOCAL_OUT',
        decided ? `; this one was for ${s.trace.finalDestination} by then.` : '.',
      ),
    );
  } else if (out.length === 0 && s.trace.disposition.kind !== 'delivered') {
    out.push(
      sentence(
        s.trace.disposition.reason,
        s.trace.disposition.source ? sentence(' (', ref(s.trace.disposition.source), ')').fragments : null,
      ),
    );
  }
  return out.length > 0 ? { candidate: list(names, 'or'), sentences: out } : null;
}
