// -m ttl: the IPv4 time to live.
import { clause, type MatchModule } from '../kernel/clause.ts';
import { integer, signed } from '../kernel/option-values.ts';
import { ttlOf } from '../kernel/packet.ts';

export const match: MatchModule = {
  module: 'ttl',
  compile(options) {
    const o = options[0];
    const n = integer(o?.values[0]);
    if (!o || n === null) return 'a number is expected';
    if (o.name === '--ttl-eq') return [clause((c) => signed(o, ttlOf(c.packet, '-m ttl') === n))];
    if (o.name === '--ttl-lt') return [clause((c) => signed(o, ttlOf(c.packet, '-m ttl') < n))];
    if (o.name === '--ttl-gt') return [clause((c) => signed(o, ttlOf(c.packet, '-m ttl') > n))];
    return `${o.name} is not understood`;
  },
};
