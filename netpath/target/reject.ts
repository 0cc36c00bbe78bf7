// -j REJECT: drops the packet and tells the sender. The kernel's trace shows DROP.
import type { TargetModule } from '../kernel/clause.ts';

export const target: TargetModule = {
  target: 'REJECT',
  compile(options, family) {
    const how =
      options.find((o) => o.name === '--reject-with')?.values[0] ??
      (family === 4 ? 'icmp-port-unreachable' : 'icmp6-port-unreachable');
    return () => ({ kind: 'verdict', verdict: 'DROP', rejected: how, summary: `rejected with ${how}` });
  },
};
