// -m osf: the operating system that made a SYN, guessed from TCP options that a packet spec does not give.
import { TCP } from '../../parsers/core/protocol-numbers.ts';
import { clause, type MatchModule } from '../kernel/clause.ts';
import { TCP_FLAGS } from '../kernel/packet.ts';
import { unknown } from '../tri.ts';

export const match: MatchModule = {
  module: 'osf',
  compile(options) {
    if (!options.some((o) => o.name === '--genre')) return '--genre is missing';
    return [
      clause(({ packet: p }) =>
        p.protocol !== TCP || (p.tcpFlags & TCP_FLAGS.SYN) === 0
          ? false
          : unknown('which system made the SYN', 'a capture of the packet, and pf.os'),
      ),
    ];
  },
};
