import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './connmark.ts';

matchCases(match, {
  yes: [['--mark 0x1/0x1', { connection: { mark: 3 } }], '--mark 0x0'],
  no: ['--mark 0x1', ['--mark 0x0', { connection: { attached: false } }]],
  negated: [
    ['! --mark 0x1', {}, true],
    ['! --mark 0x1', { connection: { attached: false } }, false],
  ],
  unreadable: ['--mark x'],
});
