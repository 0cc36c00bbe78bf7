// -j CT: --notrack takes the packet out of connection tracking; --zone looks its connection up in a zone of its own, --zone-orig and --zone-reply
// for one direction. Helpers, time-outs and events change nothing that is simulated.
//
// Surprise: the first rule that does either decides; a later one does nothing (xt_ct_target: "previously seen").
import type { TargetModule } from '../kernel/clause.ts';

const ZONES = new Set(['--zone', '--zone-orig', '--zone-reply']);

export const target: TargetModule = {
  target: 'CT',
  compile(options) {
    const given = options.find((o) => ZONES.has(o.name));
    const zone = given?.values[0];
    if (zone !== undefined && zone !== 'mark' && !/^\d+$/.test(zone)) return `${given?.name} ${zone} is not understood`;
    const notrack = options.some((o) => o.name === '--notrack');
    return (c) => {
      const ct = c.connection;
      // A packet that came back over lo keeps its connection.
      if (ct.attached || ct.template || ct.state === 'untracked') return { kind: 'continue', summary: null };
      if (notrack) {
        ct.state = 'untracked';
        return { kind: 'continue', summary: 'not tracked' };
      }
      ct.template = true;
      if (zone === undefined) return { kind: 'continue', summary: null };
      const id = zone === 'mark' ? c.packet.mark & 0xffff : Number(zone);
      ct.zone = {
        original: given?.name === '--zone-reply' ? 0 : id,
        reply: given?.name === '--zone-orig' ? 0 : id,
      };
      const of =
        { '--zone-orig': ' of the original direction', '--zone-reply': ' of replies' }[given?.name ?? ''] ?? '';
      return { kind: 'continue', summary: `conntrack zone ${id}${of}` };
    };
  },
};
