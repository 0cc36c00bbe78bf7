// kube-proxy writes through one iptables backend, the port mapping or the CNI through the other: an ACCEPT of the one does not protect from
// a DNAT of the other, and neither sees the other's rules.
import type { SourceRef } from '../../../parsers/core/issue.ts';
import { ownerOfChain } from '../../owner.ts';
import type { Diagnosis } from '../diagnosis.ts';

export const diagnosis: Diagnosis = {
  id: 'mixed-backends',
  about: 'components write iptables rules through different backends',
  inState(m) {
    const seen = new Map<string, Map<string, SourceRef>>();
    for (const dump of m.state.iptables) {
      if (dump.backend === null) continue;
      for (const table of dump.tables.values())
        for (const chain of table.chains.values()) {
          const owner = ownerOfChain(chain.name);
          if (owner === null || owner === 'kubelet' || chain.rules.length === 0) continue;
          const backends = seen.get(owner) ?? new Map<string, SourceRef>();
          if (!backends.has(dump.backend)) backends.set(dump.backend, chain.source);
          seen.set(owner, backends);
        }
    }
    const kube = seen.get('kube-proxy');
    if (!kube || kube.size === 0) return [];
    const other = [...seen].find(([owner, b]) => owner !== 'kube-proxy' && [...b.keys()].some((x) => !kube.has(x)));
    const both = kube.size > 1;
    if (!other && !both) return [];
    const [name, where] = other ?? ['kube-proxy', kube];
    const theirs = [...where].find(([b]) => both || !kube.has(b));
    const ours = [...kube][0];
    if (!theirs || !ours) return [];
    return [
      {
        id: 'mixed-backends',
        title: both
          ? 'kube-proxy’s rules stand in both iptables backends'
          : `kube-proxy’s rules are in ${ours[0]}, those of ${name} in ${theirs[0]}`,
        confidence: 'proved',
        severity: 'warning',
        summary: both
          ? 'One set is from before a change of the backend and is still asked: packets meet the old rules, too.'
          : 'Both are asked at every hook, in the order in which they were registered, not of their rules: an ACCEPT in nat of one does not stop a DNAT in the other.',
        evidence: both ? [...kube.values()] : [ours[1], theirs[1]],
        remedy: both
          ? 'Remove the old set (kube-proxy --cleanup with the old backend, or restart the node).'
          : 'Let all components use one backend (iptables-wrapper in their images, update-alternatives on the node), and restart the node.',
      },
    ];
  },
};
