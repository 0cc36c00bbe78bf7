// A hostPort was asked for on one address of the node (hostIP) and is taken on others, too: its DNAT rule does not ask for the address.
import { endpointText, parseIp, sameIp } from '../../../parsers/core/address.ts';
import { protocolName, protocolNumber } from '../../../parsers/core/protocol-numbers.ts';
import { decisionOf } from '../../explain/decision.ts';
import { isNodeAddress } from '../../explain/destination.ts';
import type { Machine } from '../../kernel/machine.ts';
import { simulate } from '../../kernel/run.ts';
import { parsePacketSpec } from '../../packet-spec.ts';
import type { Diagnosis, Finding } from '../diagnosis.ts';

function tryOn(m: Machine, spec: string, podIps: readonly string[]) {
  const parsed = parsePacketSpec(spec);
  const r = parsed.ok ? simulate(m, parsed.value) : null;
  if (!r?.ok) return null;
  const { traces } = r.simulation;
  const taken = traces.filter((t) => podIps.includes(t.to.address) && decisionOf(t).dnat?.rule?.source);
  return taken.length === traces.length
    ? (decisionOf(taken[0] ?? traces[0] ?? never()).dnat?.rule?.source ?? null)
    : null;
}

function never(): never {
  throw new Error('a simulation without a trace');
}

export const diagnosis: Diagnosis = {
  id: 'host-ip-ignored',
  about: 'a hostPort with a hostIP is taken on other addresses of the node, too',
  inState(m) {
    const out: Finding[] = [];
    const own = m.fib.addresses.filter((a) => a.scope === 'global' && isNodeAddress(m, a.ip));
    for (const pod of m.pods) {
      for (const p of pod.hostPorts) {
        const wanted = p.hostIp === null || /^(?:0\.0\.0\.0|::)$/.test(p.hostIp) ? null : parseIp(p.hostIp);
        const protocol = protocolNumber(p.protocol);
        if (!wanted || protocol === null || pod.hostNetwork) continue;
        const podIps = pod.ips.map((ip) => endpointText(ip, null));
        for (const a of own) {
          if (a.ip.family !== wanted.family || sameIp(a.ip, wanted)) continue;
          const packet = `${protocolName(protocol)} *:40000 > ${endpointText(a.ip, p.hostPort)} local`;
          const rule = tryOn(m, packet, podIps);
          if (!rule) continue;
          out.push({
            id: 'host-ip-ignored',
            title: `hostPort ${p.hostPort}/${p.protocol} of ${pod.id} is taken on ${endpointText(a.ip, null)}, not only on ${p.hostIp}`,
            confidence: 'proved',
            severity: 'warning',
            summary: `The pod asked for the hostIP ${p.hostIp}; its DNAT rule does not ask for the address.`,
            evidence: [rule, ...pod.sources.slice(0, 1)],
            remedy:
              'portmap from 0.7 on and cri-o with hostIP support write -d HOSTIP; until then the port is taken on every address.',
            packet,
          });
          break;
        }
      }
    }
    return out;
  },
};
