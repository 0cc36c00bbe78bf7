import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './cgroup.ts';

const local = { packet: { inIf: null }, hook: 'OUTPUT' } as const;

matchCases(match, {
  yes: [],
  no: ['--path /system.slice', ['--cgroup 1', { hook: 'FORWARD' }]],
  negated: [['! --path /system.slice', {}, false]],
  unreadable: ['--colour 1'],
  unknown: [
    ['--path /system.slice', local],
    ['--cgroup 1', { hook: 'INPUT' }],
  ],
});
