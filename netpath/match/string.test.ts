import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './string.ts';

matchCases(match, {
  // 10.0.0.1 and port 80, as they stand in the headers
  yes: ['--hex-string "|0a000001|" --algo bm', '--hex-string "|00 50|" --algo kmp --from 20 --to 30'],
  no: [
    '--string "much longer than the sixty bytes of this packet, which has to be said in many words" --algo bm',
    '--hex-string "|0a000001|" --algo bm --from 13 --to 16',
  ],
  negated: [
    ['! --hex-string "|0a000001|" --algo bm', {}, false],
    ['! --hex-string "|0a0000ff|" --algo bm --to 16', {}, true],
  ],
  unreadable: ['--hex-string "|0g|" --algo bm', '--algo bm'],
  unknown: ['--string GET --algo bm', ['--string GET --algo bm', { packet: { length: null } }]],
});
