import { describe, expect, test } from 'vitest';
import { parseRule } from '../../parsers/nodestate/iptables-save.ts';
import { isRandom } from '../kernel/clause.ts';
import { matchCases } from '../kernel/match-cases.fixture.ts';
import { match } from './statistic.ts';

matchCases(match, {
  yes: [],
  no: [],
  negated: [],
  noNegation: 'a random choice is never known; its probability is tested below',
  unreadable: ['--mode random --probability 2', '--mode random', '--mode nonsense', '--mode nth'],
  unknown: ['--mode random --probability 0.33333333349', '--mode nth --every 3 --packet 0'],
});

describe('probability', () => {
  const of = (text: string) => {
    const parsed = parseRule(`-A X -m statistic ${text}`);
    if (typeof parsed === 'string') throw new Error(parsed);
    const clauses = match.compile(parsed.matches[0]?.options ?? [], 4);
    const c = typeof clauses === 'string' ? undefined : clauses[0];
    return c && isRandom(c) ? c.probability : null;
  };
  test('random, negated, nth', () => {
    expect(of('--mode random --probability 0.50000000000')).toBe(0.5);
    expect(of('--mode random ! --probability 0.25000000000')).toBe(0.75);
    expect(of('--mode nth --every 4 --packet 0')).toBe(0.25);
  });
});
