// -j MARK: sets the packet's mark. iptables-save prints every form as --set-xmark value/mask: new = (old & ~mask) ^ value.
import type { TargetModule } from '../kernel/clause.ts';
import { valueAndMask } from '../kernel/option-values.ts';

export const target: TargetModule = {
  target: 'MARK',
  compile(options) {
    const o = options[0];
    const v = valueAndMask(o?.values[0]);
    if (!o || !v) return 'a mark is expected';
    let apply: (old: number) => number;
    if (o.name === '--set-xmark') apply = (old) => ((old & ~v.mask) ^ v.value) >>> 0;
    else if (o.name === '--set-mark') apply = (old) => ((old & ~v.mask) | v.value) >>> 0;
    else if (o.name === '--or-mark') apply = (old) => (old | v.value) >>> 0;
    else if (o.name === '--and-mark') apply = (old) => (old & v.value) >>> 0;
    else if (o.name === '--xor-mark') apply = (old) => (old ^ v.value) >>> 0;
    else return `${o.name} is not understood`;
    return (c) => {
      const before = c.packet.mark;
      c.packet.mark = apply(before);
      return { kind: 'continue', summary: `mark 0x${before.toString(16)} → 0x${c.packet.mark.toString(16)}` };
    };
  },
};
