// A token bucket (tbf) paces a pod: the CNI bandwidth plugin puts one on the host side of the pod's veth for what goes to the pod, and one on
// an IFB device for what comes from it. What does not fit its burst waits at most its latency, then it is dropped.
import type { Qdisc } from '../../../parsers/nodestate/state.ts';
import type { Machine } from '../../kernel/machine.ts';
import type { Diagnosis, Finding } from '../diagnosis.ts';

/** The plugin's IFB devices: `bwp` and a hash of network and container. */
const ifbName = /^bwp[0-9a-f]+$/;

/** `1 Mbit/s`, `850 kbit/s` from bytes a second. */
function rateText(bytes: number): string {
  const bits = bytes * 8;
  for (const [unit, size] of [
    ['Gbit/s', 1e9],
    ['Mbit/s', 1e6],
    ['kbit/s', 1e3],
  ] as const)
    if (bits >= size) return `${Number((bits / size).toFixed(2))} ${unit}`;
  return `${bits} bit/s`;
}

/** What the bucket limits, and how sure that is. */
function limited(m: Machine, device: string): { what: string; confidence: Finding['confidence'] } {
  const of = (name: string) => m.pods.find((pod) => !pod.hostNetwork && m.hostInterfaceOf(pod) === name);
  const pod = of(device);
  if (pod !== undefined) return { what: `traffic to pod ${pod.id}`, confidence: 'proved' };
  if (!ifbName.test(device)) return { what: `what leaves by ${device}`, confidence: 'proved' };
  // Which veth is redirected to it stands in the filters, which no dump has; with one candidate there is no question.
  const redirected = (m.state.host.qdiscs ?? []).filter((q) => q.kind === 'ingress' || q.kind === 'clsact');
  const buckets = (m.state.host.qdiscs ?? []).filter((q) => q.kind === 'tbf' && ifbName.test(q.device));
  const only = redirected.length === 1 && buckets.length === 1 ? redirected[0] : undefined;
  const from = only === undefined ? undefined : of(only.device);
  if (from !== undefined) return { what: `traffic from pod ${from.id}`, confidence: 'proved' };
  return { what: `traffic from a pod (its veth is redirected to ${device})`, confidence: 'likely' };
}

function findingOf(m: Machine, q: Qdisc & { readonly rate: number }): Finding {
  const { what, confidence } = limited(m, q.device);
  const settings = [
    q.burst === null ? null : `burst ${q.burst} bytes`,
    q.latencyUs === null ? null : `latency ${q.latencyUs / 1000} ms`,
  ].filter((text) => text !== null);
  const drops = q.drops ?? 0;
  const counted =
    q.drops === null
      ? 'The dump has no counters (tc -s prints them).'
      : `${drops} of ${q.packets === null ? 'its' : q.packets + drops} packets were dropped, ${q.overlimits ?? 0} times it had to wait.`;
  return {
    id: 'bandwidth-limit',
    title: `${what} is limited to ${rateText(q.rate)}`,
    confidence,
    severity: drops > 0 ? 'warning' : 'note',
    summary: `A token bucket (tbf) on ${q.device}: ${[`rate ${rateText(q.rate)}`, ...settings].join(', ')}. ${counted}`,
    evidence: [q.source],
    remedy:
      'The annotations kubernetes.io/ingress-bandwidth and kubernetes.io/egress-bandwidth of the pod set it, through the CNI bandwidth plugin. Raise them and make the pod anew; a burst smaller than what is sent at once is dropped whatever the mean rate.',
  };
}

export const diagnosis: Diagnosis = {
  id: 'bandwidth-limit',
  about: 'a token bucket of the CNI bandwidth plugin paces a pod',
  inState(m) {
    const buckets = (m.state.host.qdiscs ?? []).filter(
      (q): q is Qdisc & { rate: number } => q.kind === 'tbf' && q.rate !== null,
    );
    return buckets.map((q) => findingOf(m, q));
  },
};
