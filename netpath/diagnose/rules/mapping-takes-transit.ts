// A port mapping without a check for local addresses (portmap's nftables backend before 1.9.0): packets that only pass the node are taken.
import { endpointText, parseIp } from '../../../parsers/core/address.ts';
import { protocolName, protocolNumber } from '../../../parsers/core/protocol-numbers.ts';
import { decisionOf } from '../../explain/decision.ts';
import { byHostPort, receiverName } from '../../explain/sentences.ts';
import { simulate } from '../../kernel/run.ts';
import { parsePacketSpec } from '../../packet-spec.ts';
import { iptablesTakingRules } from '../../symbolic/iptables-regions.ts';
import { nftTakingRules } from '../../symbolic/nft-regions.ts';
import { originsOf } from '../../symbolic/origins.ts';
import type { Diagnosis, Finding } from '../diagnosis.ts';

/** Documentation addresses: no rule is meant for them. */
const ELSEWHERE = { 4: '203.0.113.80', 6: '2001:db8:ffff::80' } as const;

export const diagnosis: Diagnosis = {
  id: 'mapping-takes-transit',
  about: 'a port mapping takes packets that are for other machines',
  inState(m) {
    const rules = [...iptablesTakingRules(m).rules, ...nftTakingRules(m).rules].filter(
      (r) => r.hook === 'PREROUTING' && r.region.local !== true && r.region.dst === null && r.region.ports !== null,
    );
    const found = new Map<string, Finding>();
    for (const rule of rules) {
      const family = rule.region.family ?? 4;
      const dst = parseIp(ELSEWHERE[family]);
      const port = rule.region.ports?.[0]?.from;
      const pod = originsOf(m, family, []).find((o) => o.from === 'pods');
      if (!dst || port === undefined || !pod?.src) continue;
      const protocol = rule.region.protocol ?? protocolNumber('tcp') ?? 6;
      const packet = `${protocolName(protocol)} ${endpointText(pod.src, 40000)} > ${endpointText(dst, port)} ${pod.where}`;
      const spec = parsePacketSpec(packet);
      const r = spec.ok ? simulate(m, spec.value) : null;
      const trace = r?.ok ? r.simulation.traces[0] : undefined;
      const dnat = trace ? decisionOf(trace).dnat : null;
      if (!trace || !dnat?.rule?.source || !byHostPort(dnat)) continue;
      found.set(`${dnat.rule.source.file} ${dnat.rule.source.line}`, {
        id: 'mapping-takes-transit',
        title: `hostPort ${port}/${protocolName(protocol)} of ${trace.to.pod ?? receiverName(trace)} takes packets for any address`,
        confidence: 'proved',
        severity: 'error',
        summary: `Its rule does not ask whether the destination is the node's: a pod that connects to port ${port} anywhere in the world ends at this pod.`,
        evidence: [dnat.rule.source],
        remedy:
          'Use portmap 1.9.0 or later (1.6.1 to 1.8 lack the check in their nftables backend), or its iptables backend.',
        packet,
      });
    }
    return [...found.values()];
  },
};
