// -m connbytes: packets and bytes of the connection so far. Of a new one that is the packet itself; of an older one nobody knows.
import { clause, type MatchModule } from '../kernel/clause.ts';
import { range } from '../kernel/option-values.ts';
import { unknown } from '../tri.ts';

const MAX = Number.MAX_SAFE_INTEGER;

export const match: MatchModule = {
  module: 'connbytes',
  compile(options) {
    const of = (name: string) => options.find((o) => o.name === name);
    const bytes = of('--connbytes');
    const wanted = range(bytes?.values[0], MAX);
    // iptables 1.8.9 prints "10:" as "10", and so does a lone number mean "from here on"
    const open = bytes?.values[0] !== undefined && !bytes.values[0].includes(':');
    const mode = of('--connbytes-mode')?.values[0];
    const direction = of('--connbytes-dir')?.values[0];
    if (!bytes || !wanted) return '--connbytes is not understood';
    if (mode !== 'packets' && mode !== 'bytes' && mode !== 'avgpkt') return '--connbytes-mode is not understood';
    if (direction !== 'original' && direction !== 'reply' && direction !== 'both')
      return '--connbytes-dir is not understood';
    return [
      clause(({ connection: ct, packet }) => {
        if (!ct.attached || ct.state === 'untracked' || ct.state === 'invalid') return false;
        if (ct.entry !== null || ct.direction === 'reply' || ct.state !== 'new')
          return unknown('how much the connection has carried', 'conntrack -L with counters (nf_conntrack_acct)');
        const first = direction === 'reply' ? 0 : mode === 'packets' ? 1 : packet.length;
        if (first === null) return unknown('how long the packet is', 'the option "length N" of the packet');
        return (first >= wanted[0] && first <= (open ? MAX : wanted[1])) !== bytes.negated;
      }),
    ];
  },
};
