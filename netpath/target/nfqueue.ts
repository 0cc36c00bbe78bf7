// -j NFQUEUE: a program decides. Without one the packet is dropped, unless --queue-bypass lets it pass.
import type { TargetModule } from '../kernel/clause.ts';

export const target: TargetModule = {
  target: 'NFQUEUE',
  compile(options) {
    const bypass = options.some((o) => o.name === '--queue-bypass');
    const without = bypass ? 'passes it' : 'drops it';
    return () => ({
      kind: 'unknown',
      why: `what the program behind the queue decides (without one the kernel ${without})`,
      settle: 'the program, or /proc/net/netfilter/nfnetlink_queue where there is none',
    });
  },
};
