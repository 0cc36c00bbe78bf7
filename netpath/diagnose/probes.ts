// The lint's own packets: to every service and node port, from each kind of sender that is meant to reach it. What the diagnoses of
// single packets find in them is told once a cause, with the services it concerns.
import { endpointText, isLoopback, sameIp } from '../../parsers/core/address.ts';
import { protocolName } from '../../parsers/core/protocol-numbers.ts';
import { destinationOf } from '../explain/destination.ts';
import { subjectOf } from '../explain/sentences.ts';
import { list } from '../explain/text.ts';
import { Machine } from '../kernel/machine.ts';
import { simulate } from '../kernel/run.ts';
import { parsePacketSpec } from '../packet-spec.ts';
import { type MeantFor, meantFor } from '../symbolic/meant-for.ts';
import { type Origin, originsOf } from '../symbolic/origins.ts';
import type { Diagnosis, Finding } from './diagnosis.ts';

/** Services beyond this many are not probed; the last finding says so. */
const MAX_TARGETS = 300;
/** Outcomes of one packet that are looked at. */
const MAX_TRACES = 16;

/** Is a sender there meant to reach it? A cluster address is for pods and the node, everything else for outside, too. */
function isMeant(m: Machine, t: MeantFor, o: Origin): boolean {
  if (o.src !== null && isLoopback(t.ip)) return false;
  if (o.from === 'pods' || o.from === 'the node') return true;
  const cluster = (m.state.services ?? []).some((s) => s.clusterIps.some((ip) => sameIp(ip, t.ip)));
  return o.from === 'outside' && !cluster && (t.kind === 'nodePort' || m.state.services !== null);
}

/** A pod of this node that is an endpoint of the service: it may meet itself. */
function ownPod(m: Machine, t: MeantFor): Origin[] {
  const { service } = destinationOf(m, t.protocol, t.ip, t.port);
  for (const e of t.kind === 'service' ? (service?.endpoints ?? []) : []) {
    const pod = m.pods.find(
      (p) => !p.hostNetwork && p.ips.some((ip) => e.address === endpointText(ip, portOf(e.address))),
    );
    const where = pod ? m.hostInterfaceOf(pod) : null;
    const src = pod?.ips.find((ip) => ip.family === t.ip.family);
    if (where !== null && src) return [{ from: 'its own pods', src, device: where, where: `in ${where}` }];
  }
  return [];
}

const portOf = (endpoint: string): number => Number(endpoint.slice(endpoint.lastIndexOf(':') + 1));

interface Found {
  readonly finding: Finding;
  readonly what: Set<string>;
  readonly from: Set<string>;
}

function lookAt(m: Machine, text: string, diagnoses: readonly Diagnosis[]): Finding[] {
  const spec = parsePacketSpec(text);
  const r = spec.ok ? simulate(m, spec.value) : null;
  if (!spec.ok || !r?.ok) return [];
  const { value } = spec;
  const destination = destinationOf(m, value.protocol, value.dst, value.dport);
  return r.simulation.traces.slice(0, MAX_TRACES).flatMap((trace) => {
    const subject = subjectOf(m, value, r.simulation, trace, destination);
    return diagnoses.flatMap((d) => d.inTrace?.(subject) ?? []);
  });
}

export function probe(given: Machine, all: readonly Diagnosis[]): Finding[] {
  const diagnoses = all.filter((d) => d.probed === true);
  const targets = given.state.services === null && given.state.ipvsServices === null ? [] : meantFor(given);
  const services = targets.filter((t) => t.kind !== 'listener');
  const m = new Machine({ ...given.state, conntrack: null, ipvsConnections: null });
  const origins = { 4: originsOf(m, 4, []), 6: originsOf(m, 6, []) };
  const found = new Map<string, Found>();
  for (const t of services.slice(0, MAX_TARGETS)) {
    const senders = [...origins[t.ip.family].filter((o) => isMeant(m, t, o)), ...ownPod(m, t)];
    for (const o of senders) {
      const from = o.src ? endpointText(o.src, 40000) : '*:40000';
      const packet = `${protocolName(t.protocol)} ${from} > ${endpointText(t.ip, t.port)} ${o.where}`;
      for (const finding of lookAt(m, packet, diagnoses)) {
        if (finding.confidence !== 'proved') continue; // what depends on things off this node is for real packets to show
        const at = finding.evidence[0];
        const key = `${finding.id} ${finding.title} ${at?.file}:${at?.line}`;
        const known = found.get(key) ?? { finding: { ...finding, packet }, what: new Set(), from: new Set() };
        found.set(key, known);
        known.what.add(`${t.what.replace(/^the service /, '')} (${endpointText(t.ip, t.port)})`);
        known.from.add(o.from);
      }
    }
  }
  return [...found.values()].map((f) => told(f, services.length - MAX_TARGETS));
}

function told({ finding, what, from }: Found, unprobed: number): Finding {
  const names = [...what];
  const shown = names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} more`] : names;
  const rest = unprobed > 0 ? ` ${unprobed} further addresses were not tried.` : '';
  return {
    ...finding,
    summary: `${finding.summary} It is so for packets from ${list([...from])} to ${list(shown)}.${rest}`,
  };
}
