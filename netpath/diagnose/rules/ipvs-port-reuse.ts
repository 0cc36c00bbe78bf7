// A client that uses a source port again within IPVS's TIME_WAIT loses a second, or is sent to a server that is being removed.
import type { Diagnosis } from '../diagnosis.ts';

export const diagnosis: Diagnosis = {
  id: 'ipvs-port-reuse',
  about: 'settings of IPVS that cost a second, or lead to a removed server, when a source port is used again',
  inState(m) {
    const reuse = m.state.sysctl?.get('net.ipv4.vs.conn_reuse_mode');
    const conntrack = m.state.sysctl?.get('net.ipv4.vs.conntrack');
    if (!reuse || (m.state.ipvsServices ?? []).length === 0) return [];
    const k = m.state.kernel;
    const old = k === null ? null : k.major < 5 || (k.major === 5 && k.minor < 9);
    const delay = reuse.value !== '0' && conntrack?.value === '1' && old !== false;
    const drained =
      reuse.value === '0' ? m.state.ipvsServices?.flatMap((s) => s.servers).find((r) => r.weight === 0) : undefined;
    if (!delay && !drained) return [];
    return [
      {
        id: 'ipvs-port-reuse',
        title: delay
          ? 'a source port that is used again costs the client a second'
          : 'a source port that is used again reaches a server of weight 0',
        confidence: delay ? (old === true ? 'proved' : 'possible') : 'likely',
        severity: 'note',
        summary: delay
          ? `conn_reuse_mode=${reuse.value} with vs.conntrack=1 drops the SYN of a port that is still in TIME_WAIT; the client sends it again after 1 s. Kernels from 5.9 on do not${old === null ? '; no dump says which this is (uname -a)' : ''}.`
          : 'conn_reuse_mode=0 keeps a new connection from a known port on the server of the old one, even while it is being removed.',
        evidence: [
          reuse.source,
          ...(conntrack && delay ? [conntrack.source] : []),
          ...(drained ? [drained.source] : []),
        ],
        remedy: delay
          ? 'Kernel 5.9 or later; before it kube-proxy sets conn_reuse_mode=0, which has a fault of its own.'
          : 'Kernel 5.9 or later with conn_reuse_mode=1.',
      },
    ];
  },
};
