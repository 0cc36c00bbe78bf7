// -j CT: --notrack takes the packet out of connection tracking; helpers and zones change nothing that is simulated.
import type { TargetModule } from '../kernel/clause.ts';

export const target: TargetModule = {
  target: 'CT',
  compile(options) {
    if (options.some((o) => o.name === '--zone' || o.name === '--zone-orig' || o.name === '--zone-reply'))
      return 'conntrack zones are not simulated';
    const notrack = options.some((o) => o.name === '--notrack');
    return (c) => {
      // A packet that came back over lo keeps its connection (xt_CT.c: "previously seen").
      if (c.connection.attached) return { kind: 'continue', summary: null };
      if (notrack) c.connection.state = 'untracked';
      return { kind: 'continue', summary: notrack ? 'not tracked' : null };
    };
  },
};
