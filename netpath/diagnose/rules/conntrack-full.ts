// The connection table is full, or nearly: new connections of all protocols are dropped at random.
import type { Diagnosis } from '../diagnosis.ts';

/** Share of nf_conntrack_max from which it is said. */
const NEARLY = 0.9;

export const diagnosis: Diagnosis = {
  id: 'conntrack-full',
  about: 'the conntrack table is full or nearly full',
  inState(m) {
    const max = m.state.sysctl?.get('net.netfilter.nf_conntrack_max');
    const count = m.state.sysctl?.get('net.netfilter.nf_conntrack_count');
    if (!max || !count || !(Number(max.value) > 0)) return [];
    const share = Number(count.value) / Number(max.value);
    if (!(share >= NEARLY)) return [];
    const dropped = ['drop', 'early_drop'].flatMap((name) => {
      const s = m.state.conntrackStats?.get(name);
      return s && s.value > 0 ? [{ name, ...s }] : [];
    });
    return [
      {
        id: 'conntrack-full',
        title: `conntrack has ${count.value} of ${max.value} connections`,
        confidence: 'proved',
        severity: share >= 1 || dropped.length > 0 ? 'error' : 'warning',
        summary: `${share >= 1 ? 'The table is full' : `The table is ${Math.floor(share * 100)} % full`}: where there is no room, first packets are dropped, whatever their protocol (kernel log: “nf_conntrack: table full, dropping packet”).${dropped.map((d) => ` ${d.name} is ${d.value}.`).join('')}`,
        evidence: [count.source, max.source, ...dropped.map((d) => d.source)],
        remedy:
          'Raise net.netfilter.nf_conntrack_max (kube-proxy: --conntrack-max-per-core), shorten timeouts, or find who opens so many (conntrack -L).',
      },
    ];
  },
};
