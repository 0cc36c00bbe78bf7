// -j TOS: sets the TOS byte: new = (old & ~mask) ^ value.
import type { TargetModule } from '../kernel/clause.ts';
import { valueAndMask } from '../kernel/option-values.ts';

export const target: TargetModule = {
  target: 'TOS',
  compile(options) {
    const o = options[0];
    const v = valueAndMask(o?.values[0]);
    if (o?.name !== '--set-tos' || !v) return `${o?.name ?? 'no option'} is not understood`;
    const mask = o.values[0]?.includes('/') ? v.mask : 0xff;
    return (c) => {
      c.packet.tos = ((c.packet.tos & ~mask) ^ v.value) & 0xff;
      return { kind: 'continue', summary: `tos 0x${c.packet.tos.toString(16)}` };
    };
  },
};
