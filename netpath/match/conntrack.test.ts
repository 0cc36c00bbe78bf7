import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './conntrack.ts';

matchCases(match, {
  yes: [
    '--ctstate NEW',
    ['--ctstate RELATED,ESTABLISHED', { connection: { state: 'established' } }],
    ['--ctstate DNAT', { connection: { dnat: { ip: { family: 4, a: 0, b: 0, c: 0, d: 1 }, port: 1 } } }],
    ['--ctstate INVALID', { connection: { attached: false } }],
    ['--ctstate UNTRACKED', { connection: { attached: false, state: 'untracked' } }],
    ['--ctstate INVALID --ctorigdst 1.2.3.4', { connection: { attached: false } }],
    '--ctorigdst 10.0.0.2',
    '--ctorigdstport 80',
    '--ctreplsrc 10.0.0.2',
    '--ctrepldstport 40000',
    '--ctdir ORIGINAL',
    '--ctproto tcp',
    '--ctstatus NONE',
    ['--ctstatus ASSURED', { connection: { assured: true } }],
  ],
  no: [
    '--ctstate ESTABLISHED',
    '--ctstate DNAT',
    '--ctorigdst 10.0.0.3',
    '--ctdir REPLY',
    '--ctproto udp',
    ['--ctorigdst 10.0.0.2', { connection: { attached: false } }],
  ],
  negated: [
    ['! --ctstate NEW', {}, false],
    ['! --ctorigdst 10.0.0.3', {}, true],
    ['! --ctstatus SEEN_REPLY', {}, true],
    ['! --ctorigdstport 80', {}, false],
  ],
  unreadable: ['--ctstate NONSENSE', '--ctproto nonsense', '--ctorigdst x', '--nonsense 1'],
  unknown: ['--ctexpire 10', '--ctstatus EXPECTED'],
});
