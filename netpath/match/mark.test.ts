import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './mark.ts';

matchCases(match, {
  yes: [
    ['--mark 0x4000/0x4000', { packet: { mark: 0x4001 } }],
    ['--mark 1', { packet: { mark: 1 } }],
    ['--mark 0x80000000/0x80000000', { packet: { mark: 0x80000001 } }],
    '--mark 0x0/0x4000',
  ],
  no: [['--mark 0x4000', { packet: { mark: 0x4001 } }], '--mark 0x1'],
  negated: [
    ['! --mark 0x4000/0x4000', {}, true],
    ['! --mark 0x4000/0x4000', { packet: { mark: 0x4000 } }, false],
  ],
  unreadable: ['--mark x', '--nonsense 1'],
});
