// -j SYNPROXY: answers a SYN in the server's place, with a cookie; the server hears of the client only when it has answered that.
import { TCP } from '../../parsers/core/protocol-numbers.ts';
import type { TargetModule } from '../kernel/clause.ts';
import { TCP_FLAGS } from '../kernel/packet.ts';

export const target: TargetModule = {
  target: 'SYNPROXY',
  compile: () => (c) => {
    const { protocol, tcpFlags } = c.packet;
    const asked = tcpFlags & (TCP_FLAGS.SYN | TCP_FLAGS.ACK);
    // a SYN is answered, an ACK looked at for the cookie; all else goes on (xt_SYNPROXY.c)
    if (protocol !== TCP || asked === 0) return { kind: 'continue', summary: null };
    return {
      kind: 'unknown',
      why: 'what the client makes of the SYN-ACK that SYNPROXY sends in place of the server',
      settle: "a capture of the client's next packet",
    };
  },
};
