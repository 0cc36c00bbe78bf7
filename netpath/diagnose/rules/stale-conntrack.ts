// A UDP entry for a service leads to an address that is no endpoint of it by now: it lives as long as packets come, and rules are not asked.
import { endpointText, ipText, sameIp } from '../../../parsers/core/address.ts';
import { protocolName, UDP } from '../../../parsers/core/protocol-numbers.ts';
import { destinationOf } from '../../explain/destination.ts';
import type { Diagnosis, Finding } from '../diagnosis.ts';

export const diagnosis: Diagnosis = {
  id: 'stale-conntrack',
  about: 'a conntrack entry sends UDP of a service to what is no endpoint of it',
  inState(m) {
    const found = new Map<string, { finding: Finding; count: number }>();
    for (const e of m.state.conntrack ?? []) {
      const { dport } = e.original;
      if (e.protocol !== UDP || dport === null) continue;
      const { service } = destinationOf(m, e.protocol, e.original.dst, dport);
      if (!service || service.endpoints.length === 0) continue;
      const to = endpointText(e.reply.src, e.reply.sport);
      if (service.endpoints.some((x) => x.address === to)) continue;
      const untouched = sameIp(e.reply.src, e.original.dst);
      const key = `${service.namespace}/${service.name} ${to}`;
      const known = found.get(key);
      if (known) {
        known.count++;
        continue;
      }
      const pod = m.podByIp(e.reply.src);
      found.set(key, {
        count: 1,
        finding: {
          id: 'stale-conntrack',
          title: `conntrack sends UDP of the service ${service.name} ${untouched ? 'nowhere' : `to ${pod ? pod.id : to}`}`,
          confidence: 'proved',
          severity: 'error',
          summary: `${untouched ? 'The entry is from before the rules: its destination was not changed' : `${to} is none of its endpoints (${service.endpoints.map((x) => x.address).join(', ')})`}. While packets come within its timeout, the rules are not asked.`,
          evidence: [e.source, ...(service.source ? [service.source] : [])],
          remedy: `conntrack -D -p ${protocolName(e.protocol)} --orig-dst ${ipText(e.original.dst)} --orig-port-dst ${dport}`,
        },
      });
    }
    return [...found.values()].map(({ finding, count }) =>
      count === 1 ? finding : { ...finding, summary: `${finding.summary} ${count} entries are so.` },
    );
  },
};
