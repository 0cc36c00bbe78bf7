// Printing a parsed rule gives its text back, for every rule of every iptables dump among the fixtures.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parseRule, printRule } from '../../parsers/nodestate/iptables-save.ts';

const FIXTURES = path.resolve(import.meta.dirname, '../../fixtures');

const dumps = readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' }).filter((f) =>
  /ip6?tables[^/]*save[^/]*\.txt$/.test(f),
);

test.each(dumps)('%s', (file) => {
  const rules = readFileSync(path.join(FIXTURES, file), 'utf8')
    .split('\n')
    .map((l) => l.trim().replace(/^\[\d+:\d+\] /, ''))
    .filter((l) => l.startsWith('-A '));
  const printed = rules.map((r) => {
    const parsed = parseRule(r);
    return typeof parsed === 'string' ? parsed : printRule(parsed);
  });
  expect(printed).toEqual(rules);
});

test('the dumps hold rules of every kind of node', () => expect(dumps.length).toBeGreaterThan(30));
