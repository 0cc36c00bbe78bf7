// -j CONNMARK: the connection's mark, set or copied to and from the packet's under masks (xt_connmark.c).
import type { Effect, TargetModule } from '../kernel/clause.ts';
import { integer, valueAndMask } from '../kernel/option-values.ts';

const NOTHING: Effect = { kind: 'continue', summary: null };

export const target: TargetModule = {
  target: 'CONNMARK',
  compile(options) {
    const o = options.find((x) => !/mask$/.test(x.name));
    const mask = (name: string): number => integer(options.find((x) => x.name === name)?.values[0]) ?? 0xffffffff;
    if (!o) return 'an action is expected';
    if (o.name === '--set-xmark' || o.name === '--set-mark') {
      const v = valueAndMask(o.values[0]);
      if (!v) return `${o.name} ${o.values.join(' ')} is not understood`;
      const xor = o.name === '--set-xmark';
      return (c) => {
        if (!c.connection.attached) return NOTHING; // no connection to mark
        const kept = c.connection.mark & ~v.mask;
        c.connection.mark = (xor ? kept ^ v.value : kept | v.value) >>> 0;
        return { kind: 'continue', summary: `connection mark 0x${c.connection.mark.toString(16)}` };
      };
    }
    if (o.name === '--save-mark') {
      const ct = mask('--ctmask');
      const nf = mask('--nfmask');
      return (c) => {
        if (!c.connection.attached) return NOTHING; // no connection to mark
        c.connection.mark = ((c.connection.mark & ~ct) ^ (c.packet.mark & nf)) >>> 0;
        return { kind: 'continue', summary: `connection mark 0x${c.connection.mark.toString(16)}` };
      };
    }
    if (o.name === '--restore-mark') {
      const ct = mask('--ctmask');
      const nf = mask('--nfmask');
      return (c) => {
        if (!c.connection.attached) return NOTHING; // no connection to mark
        c.packet.mark = ((c.packet.mark & ~nf) ^ (c.connection.mark & ct)) >>> 0;
        return { kind: 'continue', summary: `mark 0x${c.packet.mark.toString(16)}` };
      };
    }
    return `${o.name} is not understood`;
  },
};
