import { targetCases } from '../kernel/target-cases.fixture.ts';
import { target } from './ct.ts';

targetCases(target, {
  does: [
    {
      options: '--notrack',
      given: { connection: { attached: false } },
      effect: { kind: 'continue' },
      connection: { state: 'untracked' },
    },
    { options: '--notrack', effect: { kind: 'continue' }, connection: { state: 'new' } },
    {
      options: '--helper ftp',
      given: { connection: { attached: false } },
      effect: { kind: 'continue' },
      connection: { state: 'new' },
    },
  ],
  unreadable: ['--zone-orig 5', '--zone five'],
});
