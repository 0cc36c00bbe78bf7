// -j CT: --notrack takes the packet out of connection tracking; --zone looks its connection up in a zone of its own.
// Helpers change nothing that is simulated.
import type { TargetModule } from '../kernel/clause.ts';

export const target: TargetModule = {
  target: 'CT',
  compile(options) {
    if (options.some((o) => o.name === '--zone-orig' || o.name === '--zone-reply'))
      return 'conntrack zones of one direction are not simulated';
    const zone = options.find((o) => o.name === '--zone')?.values[0];
    if (zone !== undefined && zone !== 'mark' && !/^\d+$/.test(zone)) return `--zone ${zone} is not understood`;
    const notrack = options.some((o) => o.name === '--notrack');
    return (c) => {
      // A packet that came back over lo keeps its connection (xt_CT.c: "previously seen").
      if (c.connection.attached) return { kind: 'continue', summary: null };
      if (notrack) c.connection.state = 'untracked';
      if (zone !== undefined) {
        c.connection.zone = zone === 'mark' ? c.packet.mark & 0xffff : Number(zone);
        return { kind: 'continue', summary: `conntrack zone ${c.connection.zone}` };
      }
      return { kind: 'continue', summary: notrack ? 'not tracked' : null };
    };
  },
};
