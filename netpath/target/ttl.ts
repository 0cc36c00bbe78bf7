// -j TTL: sets, raises or lowers the IPv4 time to live.
import type { TargetModule } from '../kernel/clause.ts';
import { integer } from '../kernel/option-values.ts';

export const target: TargetModule = {
  target: 'TTL',
  compile(options) {
    const o = options[0];
    const n = integer(o?.values[0]);
    if (!o || n === null || !/^--ttl-(set|dec|inc)$/.test(o.name)) return `${o?.name ?? 'no option'} is not understood`;
    return (c) => {
      const before = c.packet.ttl;
      c.packet.ttl =
        o.name === '--ttl-set' ? n : Math.min(255, Math.max(0, before + (o.name === '--ttl-inc' ? n : -n)));
      return { kind: 'continue', summary: `ttl ${before} → ${c.packet.ttl}` };
    };
  },
};
