// -j HL: sets, raises or lowers the IPv6 hop limit.
import type { TargetModule } from '../kernel/clause.ts';
import { integer } from '../kernel/option-values.ts';

export const target: TargetModule = {
  target: 'HL',
  compile(options) {
    const o = options[0];
    const n = integer(o?.values[0]);
    if (!o || n === null || !/^--hl-(set|dec|inc)$/.test(o.name)) return `${o?.name ?? 'no option'} is not understood`;
    return (c) => {
      const before = c.packet.ttl;
      c.packet.ttl = o.name === '--hl-set' ? n : Math.min(255, Math.max(0, before + (o.name === '--hl-inc' ? n : -n)));
      return { kind: 'continue', summary: `hl ${before} → ${c.packet.ttl}` };
    };
  },
};
