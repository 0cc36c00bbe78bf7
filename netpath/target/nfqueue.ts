// -j NFQUEUE: a program decides. Without one the packet is dropped, unless --queue-bypass lets it pass. Both are followed.
import type { TargetModule } from '../kernel/clause.ts';

export const target: TargetModule = {
  target: 'NFQUEUE',
  compile(options) {
    const verdict = options.some((o) => o.name === '--queue-bypass') ? 'ACCEPT' : 'DROP';
    const settle = 'the program, or /proc/net/netfilter/nfnetlink_queue where there is none';
    return (c) => {
      const none = c.world.decide({
        source: null,
        why: `A queue hands the packet to a program, and no dump tells whether there is one. What would settle it: ${settle}.`,
        choices: [
          { assumed: 'no program takes packets from the queue', probability: null },
          { assumed: 'a program takes packets from the queue', probability: null },
        ],
      });
      return none === 0
        ? {
            kind: 'verdict',
            verdict,
            rejected: null,
            summary: `no program at the queue: ${verdict === 'DROP' ? 'dropped' : 'passes'}`,
          }
        : { kind: 'unknown', why: 'what the program behind the queue decides', settle };
    };
  },
};
