// esp, ah, ipcomp: a range of a number in the header that a packet spec does not give.
import { unknown } from '../tri.ts';
import { clause, type MatchModule } from './clause.ts';
import { range, signed } from './option-values.ts';

const ALL = 0xffffffff;

/** `option` takes the range; `rest` are options of the header's other fields. */
export function spiMatch(module: string, protocol: number, option: string, rest: RegExp | null = null): MatchModule {
  return {
    module,
    compile(options) {
      const odd = options.find((o) => o.name !== option && !rest?.test(o.name));
      if (odd) return `${odd.name} is not understood`;
      const spi = options.find((o) => o.name === option);
      const numbers = spi ? range(spi.values[0], ALL) : ([0, ALL] as const);
      if (!numbers) return `${option} ${spi?.values[0] ?? ''} is not understood`;
      const open = options.some((o) => o.name !== option);
      return [
        clause((c) => {
          if (c.packet.protocol !== protocol) return false;
          const all = numbers[0] === 0 && numbers[1] === ALL;
          if (all && !open) return spi ? signed(spi, true) : true;
          return unknown(`the SPI of the ${module} header`, 'a capture of the packet');
        }),
      ];
    },
  };
}
