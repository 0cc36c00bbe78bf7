import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './time.ts';

// a Tuesday
const packet = { at: Date.UTC(2026, 10, 24, 1, 30) / 1000 };

matchCases(match, {
  yes: [
    ['--timestart 01:00:00 --timestop 02:00:00 --weekdays Tue --monthdays 1,24', { packet }],
    ['--timestart 23:00:00 --timestop 02:00:00 --weekdays Tue', { packet }],
    ['--timestart 23:00:00 --timestop 02:00:00 --weekdays Mon --contiguous', { packet }],
    ['--datestart 2026-11-24T01:00:00 --datestop 2026-11-24T02:00:00', { packet }],
    ['', { packet }],
    // so in every time zone
    ['--datestart 2026-11-01 --kerneltz', { packet }],
  ],
  no: [
    ['--timestart 02:00:00 --timestop 03:00:00', { packet }],
    ['--timestart 23:00:00 --timestop 01:00:00', { packet }],
    ['--timestart 23:00:00 --timestop 02:00:00 --weekdays Mon', { packet }],
    ['--datestop 2026-01-01', { packet }],
    ['--datestop 2026-01-01 --kerneltz', { packet }],
    ['--monthdays 23', { packet }],
  ],
  negated: [
    ['! --weekdays Mon,Wed', { packet }, true],
    ['! --monthdays 24', { packet }, false],
  ],
  unreadable: ['--timestart noon', '--weekdays Foo', '--datestart soon'],
  unknown: [
    '--timestart 02:00:00 --timestop 03:00:00',
    ['--timestart 01:00:00 --timestop 02:00:00 --kerneltz', { packet }],
  ],
});
