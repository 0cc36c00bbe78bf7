// -m rt: the IPv6 routing header, of which ufw drops type 0. The packets that are asked about have none.
import { clause, type MatchModule } from '../kernel/clause.ts';

const OPTIONS = /^--rt-(?:type|segsleft|len|0-res|0-addrs|0-not-strict)$/;

export const match: MatchModule = {
  module: 'rt',
  compile(options) {
    const odd = options.find((o) => !OPTIONS.test(o.name));
    // the header has to be there before any of its fields is asked, so that a negated option is no, too
    return odd ? `${odd.name} is not understood` : [clause(() => false)];
  },
};
