import { targetCases } from '../kernel/target-cases.fixture.ts';
import { target } from './reject.ts';

targetCases(target, {
  does: [
    { options: '', effect: { kind: 'verdict', verdict: 'DROP', rejected: 'icmp-port-unreachable' } },
    { options: '--reject-with tcp-reset', effect: { kind: 'verdict', verdict: 'DROP', rejected: 'tcp-reset' } },
    {
      options: '',
      given: { packet: { family: 6, from: 'fd00::1', to: 'fd00::2' } },
      effect: { kind: 'verdict', verdict: 'DROP', rejected: 'icmp6-port-unreachable' },
    },
  ],
  unreadable: [],
});
