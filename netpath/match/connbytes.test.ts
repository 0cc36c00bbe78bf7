import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './connbytes.ts';

const packets = '--connbytes-mode packets --connbytes-dir original';
const bytes = '--connbytes-mode bytes --connbytes-dir both';

matchCases(match, {
  yes: [`--connbytes 1:5 ${packets}`, `--connbytes 60:60 ${bytes}`, `--connbytes 1 ${bytes}`],
  no: [
    `--connbytes 2:5 ${packets}`,
    `--connbytes 1:5 --connbytes-mode packets --connbytes-dir reply`,
    [`--connbytes 1:5 ${packets}`, { connection: { attached: false } }],
  ],
  negated: [
    [`! --connbytes 2:5 ${packets}`, {}, true],
    [`! --connbytes 1 ${bytes}`, {}, false],
  ],
  unreadable: ['--connbytes 1:5', `--connbytes few ${packets}`],
  unknown: [
    [`--connbytes 1:5 ${packets}`, { connection: { state: 'established' } }],
    [`--connbytes 1:5 ${bytes}`, { packet: { length: null } }],
  ],
});
