// -m eui64: is the interface part of the IPv6 source made of the frame's source MAC?
import { ipBytes } from '../../parsers/core/address.ts';
import { clause, type MatchModule } from '../kernel/clause.ts';
import { unknown } from '../tri.ts';

/** The modified EUI-64 of a MAC (RFC 4291, appendix A). */
function interfaceId(mac: string): number[] {
  const [a = 0, b = 0, c = 0, ...rest] = mac.split(':').map((x) => Number.parseInt(x, 16));
  return [a ^ 2, b, c, 0xff, 0xfe, ...rest];
}

export const match: MatchModule = {
  module: 'eui64',
  compile(options) {
    if (options[0]) return `${options[0].name} is not understood`;
    return [
      clause(({ packet: { family, src, mac } }) => {
        if (family !== 6) return false;
        if (mac === null) return unknown('the source MAC of the frame', 'the option "mac aa:bb:…" of the packet');
        return interfaceId(mac).join() === ipBytes(src).slice(8).join();
      }),
    ];
  },
};
