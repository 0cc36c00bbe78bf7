// The failure patterns as test/kernel/patterns recorded them on a kernel: the same answers and findings, without one.
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import { diagnose } from './diagnose.ts';
import { type AskedQuestion, findingsOfPattern, heardBySimulation, specOfQuestion } from './patterns.fixture.ts';

interface Recorded {
  readonly name: string;
  readonly question: AskedQuestion;
  readonly heard: string;
  readonly orElse?: string;
  readonly finding: string;
  readonly dumps: readonly { path: string; text: string }[];
}

const folder = path.resolve(import.meta.dirname, '../../fixtures/patterns');
const recorded = fs
  .readdirSync(folder)
  .filter((f) => f.endsWith('.json'))
  .map((f) => JSON.parse(fs.readFileSync(path.join(folder, f), 'utf8')) as Recorded);

describe.each(recorded.map((r) => [r.name, r] as const))('%s', (_, r) => {
  const spec = specOfQuestion(r.question);

  test('the simulator says what the client heard', () => {
    const said = [r.heard, ...(r.orElse === undefined ? [] : [r.orElse])].sort();
    expect(heardBySimulation(readSnapshot(r.dumps), spec).sort()).toEqual(said);
  });

  test('the finding names the pattern, with lines of the dumps and a remedy', () => {
    const found = findingsOfPattern(readSnapshot(r.dumps), spec);
    if (r.finding === '') expect(found).toEqual([]);
    else {
      const f = found.find((x) => x.id === r.finding);
      expect(f, found.map((x) => x.title).join('; ')).toBeDefined();
      expect(f?.evidence.length).toBeGreaterThan(0);
      expect(f?.remedy).not.toBe('');
    }
  });

  test('without any one of the dumps there is no crash, and nothing is proved that was not', () => {
    const whole = new Set(diagnose(readSnapshot(r.dumps)).map((f) => f.id));
    for (const missing of r.dumps) {
      const state = readSnapshot(r.dumps.filter((d) => d !== missing));
      const proved = diagnose(state).filter((f) => f.confidence === 'proved' && f.severity !== 'note');
      for (const f of proved) expect(whole.has(f.id), `${f.title}, without ${missing.path}`).toBe(true);
    }
  });
});

test('every diagnosis of the list is among them', () => {
  expect(recorded.length).toBeGreaterThan(15);
});
