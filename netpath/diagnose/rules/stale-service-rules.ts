// kube-proxy's rules or IPVS servers lead to an endpoint that the API does not know: kube-proxy is dead, or its rules are old.
import { endpointText, ipText } from '../../../parsers/core/address.ts';
import type { Diagnosis } from '../diagnosis.ts';

export const diagnosis: Diagnosis = {
  id: 'stale-service-rules',
  about: 'the node sends packets of a service to an endpoint that the API does not have',
  probed: true,
  inTrace(s) {
    const { service } = s.destination;
    const { dnat } = s.decision;
    const by = dnat?.rewrite.owner;
    if (!service || !dnat || s.machine.state.endpoints === null || (by !== 'kube-proxy' && by !== 'ipvs')) return [];
    const known = s.machine.state.endpoints.filter(
      (e) => e.service === service.name && e.namespace === service.namespace,
    );
    const to = s.trace.finalDestination;
    // endpoints that are not ready count: kube-proxy falls back to those that are ending
    if (known.some((e) => e.addresses.some((a) => e.ports.some((p) => endpointText(a.ip, p.port) === to)))) return [];
    const hasAny = known.some((e) => e.addresses.length > 0);
    const who = by === 'ipvs' ? 'an IPVS real server' : 'kube-proxy’s rules';
    const evidence = [dnat.rule?.source, dnat.rewrite.source, known[0]?.source, service.source];
    return [
      {
        id: 'stale-service-rules',
        title: `${who} of ${service.namespace ?? '?'}/${service.name} ${by === 'ipvs' ? 'is' : 'lead to'} ${to}, which the API does not have`,
        confidence: 'proved',
        severity: 'error',
        summary: `${hasAny ? 'Its endpoints are others by now' : 'The API has no endpoint for it'}: packets for it go to an address that nobody may answer (${ipText(s.spec.dst)} is the service).`,
        evidence: evidence.filter((x) => x !== null && x !== undefined),
        remedy:
          'Look whether kube-proxy runs and syncs on this node (its /healthz, its log); the dumps of the API and of the rules have to be of the same time.',
      },
    ];
  },
};
