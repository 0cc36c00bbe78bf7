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
      options: '--zone-orig 5',
      given: { connection: { attached: false } },
      effect: { kind: 'continue' },
      connection: { zone: { original: 5, reply: 0 } },
    },
    {
      options: '--zone-reply mark',
      given: { connection: { attached: false }, packet: { mark: 0x10007 } },
      effect: { kind: 'continue' },
      connection: { zone: { original: 0, reply: 7 } },
    },
    // the first rule decides
    {
      options: '--zone 6',
      given: { connection: { attached: false, template: true, zone: { original: 5, reply: 5 } } },
      effect: { kind: 'continue' },
      connection: { zone: { original: 5, reply: 5 } },
    },
    {
      options: '--helper ftp',
      given: { connection: { attached: false } },
      effect: { kind: 'continue' },
      connection: { state: 'new' },
    },
  ],
  unreadable: ['--zone-reply all', '--zone five'],
});
