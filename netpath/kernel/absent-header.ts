// Matches of IPv6 extension headers. The packets that are asked about have none: the header has to be there before any of its fields is
// asked, so that a negated option is no, too.
import { clause, type MatchModule } from './clause.ts';

export function absentHeader(module: string, options: RegExp): MatchModule {
  return {
    module,
    compile(given) {
      const odd = given.find((o) => !options.test(o.name));
      return odd ? `${odd.name} is not understood` : [clause(() => false)];
    },
  };
}
