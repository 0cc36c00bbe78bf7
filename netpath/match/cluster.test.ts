import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './cluster.ts';

matchCases(match, {
  yes: [],
  no: [],
  negated: [],
  noNegation: 'never known',
  unreadable: [],
  unknown: ['--cluster-total-nodes 2 --cluster-local-node 1'],
});
