import { targetCases } from '../kernel/target-cases.fixture.ts';
import { target } from './notrack.ts';

targetCases(target, {
  does: [
    {
      options: '',
      given: { connection: { attached: false } },
      effect: { kind: 'continue' },
      connection: { state: 'untracked' },
    },
    { options: '', effect: { kind: 'continue' }, connection: { state: 'new' } },
  ],
  unreadable: [],
});
