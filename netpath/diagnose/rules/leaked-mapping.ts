// A port mapping leads to an address that no pod has: the pod is gone, its rules stayed. An older one wins over the pod that has the port now.
import { sameIp } from '../../../parsers/core/address.ts';
import type { IptablesRule } from '../../../parsers/nodestate/state.ts';
import { natChoices } from '../../kernel/nat-address.ts';
import { ownerOfRule } from '../../owner.ts';
import type { Diagnosis, Finding } from '../diagnosis.ts';

/** Portmap's comments hold `name: "NETWORK" id: "CONTAINER"`. */
const containerOf = (rules: readonly IptablesRule[], chain: string): string | null => {
  const jump = rules.find((r) => r.target?.name === chain);
  return /id: \\?"([0-9a-f]{12,})/.exec(jump?.text ?? '')?.[1] ?? null;
};

export const diagnosis: Diagnosis = {
  id: 'leaked-mapping',
  about: 'a port mapping leads to an address that no pod has',
  inState(m) {
    const pods = m.pods.filter((p) => !p.hostNetwork);
    if (pods.length === 0) return [];
    const out: Finding[] = [];
    for (const t of m.tables) {
      if (t.name !== 'nat') continue;
      const rules = [...t.source.chains.values()].flatMap((c) => c.rules);
      for (const rule of rules) {
        const to = rule.target?.name === 'DNAT' ? rule.target.options.find((o) => o.name === '--to-destination') : null;
        if (!to || ownerOfRule(rule.chain, 'DNAT', rule.comment) !== 'cni') continue;
        const address = natChoices(to.values[0] ?? '', false)?.[0]?.ip;
        if (!address || pods.some((p) => p.ips.some((ip) => sameIp(ip, address)))) continue;
        const port = rule.matches.flatMap((x) => x.options).find((o) => o.name === '--dport')?.values[0] ?? '?';
        const container = containerOf(rules, rule.chain);
        const rival = pods.find((p) => p.hostPorts.some((h) => String(h.hostPort) === port));
        const neighbour = m.state.host.neighbours?.find((n) => sameIp(n.ip, address) && n.mac === null);
        out.push({
          id: 'leaked-mapping',
          title: `hostPort ${port} leads to ${to.values[0]}, which no pod has`,
          confidence: neighbour ? 'proved' : 'likely',
          severity: rival ? 'error' : 'warning',
          summary: `The rules of a pod that is gone stayed${container === null ? '' : ` (container ${container.slice(0, 12)})`}${rival ? `; ${rival.id} has the port now, and the older rules may win` : ''}. Clients get “no route to host” after ARP fails.`,
          evidence: [rule.source, ...(neighbour ? [neighbour.source] : [])],
          remedy: `Delete the jump to ${rule.chain} and the chain (iptables -t nat -D …, -F, -X); portmap's DEL was not run or failed for that container.`,
        });
      }
    }
    return out;
  },
};
