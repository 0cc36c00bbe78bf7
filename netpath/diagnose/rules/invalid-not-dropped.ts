// Packets out of the window are INVALID to conntrack: they are not un-NATed, the client gets them from an address it does not know and
// answers with RST, which ends the connection.
import type { Diagnosis } from '../diagnosis.ts';

export const diagnosis: Diagnosis = {
  id: 'invalid-not-dropped',
  about: 'INVALID packets of services are forwarded without NAT (kube-proxy before 1.15)',
  inState(m) {
    const liberal = m.state.sysctl?.get('net.netfilter.nf_conntrack_tcp_be_liberal');
    if (liberal?.value !== '0') return [];
    return m.tables.flatMap((t) => {
      const chain = t.name === 'filter' && t.family === 4 ? t.source.chains.get('KUBE-FORWARD') : undefined;
      const all = [...t.source.chains.values()].flatMap((c) => c.rules);
      if (!chain || all.some((r) => /--ctstate \S*INVALID\S* .*-j DROP|--state \S*INVALID\S* .*-j DROP/.test(r.text)))
        return [];
      return [
        {
          id: 'invalid-not-dropped',
          title: 'packets that conntrack finds INVALID are forwarded without NAT',
          confidence: 'possible' as const,
          severity: 'note' as const,
          summary:
            'A late or repeated segment out of the window keeps the endpoint’s address; its receiver answers with RST and the connection ends. It is seen with large transfers.',
          evidence: [chain.source, liberal.source],
          remedy:
            'kube-proxy 1.15 or later (KUBE-FORWARD begins with a rule that drops INVALID), or net.netfilter.nf_conntrack_tcp_be_liberal=1.',
        },
      ];
    });
  },
};
