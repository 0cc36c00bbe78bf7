// Packets keep kube-proxy's mark after they were masqueraded: the tunnel's outer packet has it, too, is masqueraded once more, and leaves with
// a wrong checksum. Clients see connections that take 1, 3, 7 … seconds.
import type { Diagnosis } from '../diagnosis.ts';

export const diagnosis: Diagnosis = {
  id: 'masquerade-mark-kept',
  about: 'kube-proxy’s masquerade mark stays on packets that enter a tunnel (kube-proxy before 1.19)',
  inState(m) {
    const tunnel = [...m.links.values()].find((l) => l.kind === 'vxlan' || l.kind === 'geneve');
    if (!tunnel) return [];
    return m.tables.flatMap((t) => {
      const rules = t.name === 'nat' ? (t.source.chains.get('KUBE-POSTROUTING')?.rules ?? []) : [];
      const masquerade = rules.find(
        (r) => r.target?.name === 'MASQUERADE' && /--mark 0x[0-9a-f]+\/0x[0-9a-f]+/.test(r.text),
      );
      const cleared = rules.some((r) => r.target?.name === 'MARK');
      if (!masquerade || cleared) return [];
      const random = masquerade.text.includes('--random-fully');
      return [
        {
          id: 'masquerade-mark-kept',
          title: `marked packets are masqueraded twice on their way into ${tunnel.name}`,
          confidence: 'likely' as const,
          severity: random ? ('warning' as const) : ('note' as const),
          summary: `The rule masquerades what is marked and does not take the mark off: the outer packet of ${tunnel.name} has it, too.${random ? ' With --random-fully and checksum offload the outer checksum is wrong then, and the packet is lost until its connection tries again (1, 3, 7, 15 s).' : ''}`,
          evidence: [masquerade.source, tunnel.source],
          remedy: `kube-proxy 1.19 or later (it clears the mark before MASQUERADE); until then ethtool -K ${tunnel.name} tx-checksum-ip-generic off.`,
        },
      ];
    });
  },
};
