import { parseIp } from '../../parsers/core/address.ts';
import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './ipvs.ts';

const address = parseIp('10.96.0.1') ?? { family: 4 as const, a: 0, b: 0, c: 0, d: 0 };
const taken = { ipvs: { address, port: 80, forward: 'masq' as const } };

matchCases(match, {
  yes: [
    ['--ipvs', taken],
    ['', taken],
    ['--vaddr 10.96.0.0/16 --vport 80 --vproto 6 --vmethod MASQ --vdir ORIGINAL', taken],
  ],
  no: [
    '--ipvs',
    '--vport 80',
    ['--vaddr 10.96.0.2', taken],
    ['--vmethod GATE', taken],
    ['--vdir REPLY', taken],
    ['--vdir ORIGINAL', { ...taken, connection: { attached: false } }],
  ],
  negated: [
    ['! --ipvs', {}, true],
    ['! --vport 81', taken, true],
    ['! --vaddr 10.96.0.0/16', taken, false],
    ['! --vport 81', {}, false],
  ],
  unreadable: ['--vaddr name', '--vport http', '--vmethod FAST', '--vportctl 21'],
});
