// -m ipv6header: which headers follow that of IPv6. The packets that are asked about have the transport header only.
import { type Clause, clause, type MatchModule } from '../kernel/clause.ts';
import { signed } from '../kernel/option-values.ts';
import { unknown } from '../tri.ts';

const EXTENSION = /^(?:hop-by-hop|hop|dst|ipv6-opts|route|ipv6-route|frag|ipv6-frag)$/;

export const match: MatchModule = {
  module: 'ipv6header',
  compile(options): Clause[] | string {
    const header = options.find((o) => o.name === '--header');
    const odd = options.find((o) => o.name !== '--header' && o.name !== '--soft');
    if (!header || odd) return `${odd?.name ?? 'no --header'} is not understood`;
    const names = (header.values[0] ?? '').split(',');
    if (names.every((n) => EXTENSION.test(n))) return [clause(() => signed(header, false))];
    return [clause(() => unknown('whether these headers follow that of IPv6', 'a capture of the packet'))];
  },
};
