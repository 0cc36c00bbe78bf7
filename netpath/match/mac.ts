// -m mac: the source MAC of the frame; only known where the packet came in over Ethernet.
import { clause, type MatchModule } from '../kernel/clause.ts';
import { signed } from '../kernel/option-values.ts';
import { unknown } from '../tri.ts';

export const match: MatchModule = {
  module: 'mac',
  compile(options) {
    const o = options[0];
    const wanted = o?.values[0]?.toLowerCase();
    if (o?.name !== '--mac-source' || wanted === undefined) return '--mac-source expected';
    return [
      clause((c) => {
        if (c.packet.inIf === null) return false; // locally made: no Ethernet header, never matches
        return c.packet.mac === null
          ? unknown('the source MAC of the frame', 'the option "mac aa:bb:…" of the packet')
          : signed(o, c.packet.mac === wanted);
      }),
    ];
  },
};
