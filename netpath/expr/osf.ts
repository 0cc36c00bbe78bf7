// `osf name`: the system that made a SYN, guessed from its TCP options. Of all other packets it is not asked: the rule ends.
import { TCP } from '../../parsers/core/protocol-numbers.ts';
import type { ExprModule } from '../kernel/nft-value.ts';
import { TCP_FLAGS } from '../kernel/packet.ts';
import { unknown } from '../tri.ts';

export const expr: ExprModule = {
  kind: 'osf',
  evaluate(e, { packet: p }) {
    if (e.kind !== 'osf' || p.protocol !== TCP || (p.tcpFlags & TCP_FLAGS.SYN) === 0) return null;
    return unknown('which system made the SYN', 'a capture of the packet, and pf.os');
  },
};
