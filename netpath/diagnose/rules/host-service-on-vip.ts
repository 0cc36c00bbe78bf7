// A process that listens on every address of the node answers on service addresses, too: in IPVS mode they are addresses of the node.
import { endpointText } from '../../../parsers/core/address.ts';
import { protocolNumber } from '../../../parsers/core/protocol-numbers.ts';
import { isNodeAddress } from '../../explain/destination.ts';
import { simulate } from '../../kernel/run.ts';
import { parsePacketSpec } from '../../packet-spec.ts';
import { originsOf } from '../../symbolic/origins.ts';
import type { Diagnosis, Finding } from '../diagnosis.ts';

export const diagnosis: Diagnosis = {
  id: 'host-service-on-vip',
  about: 'a process of the node answers on service addresses',
  inState(m) {
    const vip = m.fib.addresses.find((a) => a.device === 'kube-ipvs0' && !isNodeAddress(m, a.ip));
    const pod = vip ? originsOf(m, vip.ip.family, []).find((o) => o.from === 'pods') : undefined;
    if (!vip || !pod?.src) return [];
    const out: Finding[] = [];
    const tried = new Set<string>();
    for (const l of m.state.host.listeners ?? []) {
      const key = `${l.protocol} ${l.port}`;
      if (l.address !== null || l.process === 'kube-proxy' || tried.has(key) || protocolNumber(l.protocol) === null)
        continue;
      if (m.state.ipvsServices?.some((s) => s.protocol === l.protocol && s.port === l.port)) continue;
      tried.add(key);
      const packet = `${l.protocol} ${endpointText(pod.src, 40000)} > ${endpointText(vip.ip, l.port)} ${pod.where}`;
      const spec = parsePacketSpec(packet);
      const r = spec.ok ? simulate(m, spec.value) : null;
      const traces = r?.ok ? r.simulation.traces : [];
      if (traces.length === 0 || !traces.every((t) => t.disposition.kind === 'delivered' && t.to.process !== null))
        continue;
      out.push({
        id: 'host-service-on-vip',
        title: `${l.process ?? 'a process'} of the node answers on service addresses, port ${l.port}/${l.protocol}`,
        confidence: 'proved',
        severity: 'note',
        summary: `Service addresses are addresses of the node in IPVS mode: pods that connect to ${endpointText(vip.ip, l.port)} reach it, although no service has that port.`,
        evidence: [l.source, vip.source],
        remedy:
          'kube-proxy 1.26 and later reject such ports (KUBE-IPVS-FILTER); or bind the process to the node’s own address.',
        packet,
      });
    }
    return out;
  },
};
