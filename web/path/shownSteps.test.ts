import { describe, expect, it } from 'vitest';
import type { Step } from '../../api/explanation.ts';
import { shownSteps } from './shownSteps.ts';

function step(patch: Partial<Step>): Step {
  return {
    kind: 'rule',
    hook: 'PREROUTING',
    family: 'ip',
    table: 'nat',
    chain: 'PREROUTING',
    rule: '-A PREROUTING -j X',
    verdict: null,
    source: { file: 'ipt', line: 1, text: '' },
    packet: { in: null, out: null, src: '', dst: '', sport: null, dport: null, mark: 0, ttl: 64 },
    priority: null,
    owner: null,
    summary: 'rule',
    why: [],
    mattered: true,
    ...patch,
  };
}

describe('steps that mattered', () => {
  const steps = [
    step({ mattered: false }),
    step({}),
    step({ kind: 'rewrite', rule: null, summary: 'dst a → b' }),
    step({ kind: 'rewrite', rule: null, summary: 'src c → d', source: { file: 'ipt', line: 9, text: '' } }),
  ];

  it('says a rule and its rewrite as one, and leaves other rewrites alone', () => {
    expect(shownSteps(steps, false).map(({ summary }) => summary)).toEqual(['dst a → b', 'src c → d']);
  });

  it('shows the trace as it is when all is asked for', () => {
    expect(shownSteps(steps, true)).toEqual(steps);
  });
});
