import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './dccp.ts';

const packet = { protocol: 33 };

matchCases(match, {
  yes: [
    ['--dport 80', { packet }],
    ['--sport 1024: --dport 1:100', { packet }],
  ],
  no: ['--dport 80', ['--dport 81', { packet }]],
  negated: [
    ['! --dport 81', { packet }, true],
    ['! --dport 80', { packet }, false],
  ],
  unreadable: ['--dport http', '--colour 1'],
  unknown: [
    ['--dccp-types REQUEST', { packet }],
    ['--dccp-option 38', { packet }],
  ],
});
