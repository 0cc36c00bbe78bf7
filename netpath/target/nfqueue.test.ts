import { targetCases } from '../kernel/target-cases.fixture.ts';
import { target } from './nfqueue.ts';

const unknown = (without: string) => ({
  kind: 'unknown' as const,
  why: `what the program behind the queue decides (without one the kernel ${without})`,
  settle: 'the program, or /proc/net/netfilter/nfnetlink_queue where there is none',
});

targetCases(target, {
  does: [
    { options: '--queue-num 0', effect: unknown('drops it'), packet: { mark: 0, ttl: 64 } },
    { options: '--queue-num 0 --queue-bypass', effect: unknown('passes it'), packet: { mark: 0, ttl: 64 } },
  ],
  unreadable: [],
});
