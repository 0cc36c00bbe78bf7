// Hostile and broken dumps: prefixes and seeded mutations of a recorded bundle. Nothing throws or hangs, what was good stays readable, and
// a state made of the rest can still be asked.
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { explainPacket } from '../../netpath/explain/explain.ts';
import { formatsOf } from '../../parsers/nodestate/detect.ts';
import { DumpFile } from '../../parsers/nodestate/dump-format.ts';
import { dumpFormats } from '../../parsers/nodestate/registry.gen.ts';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import { emptyState } from '../../parsers/nodestate/state.ts';

const bundle = path.resolve(import.meta.dirname, '../../fixtures/lab/ipvs-nft.seed-clash/bundle');

function filesBelow(dir: string): string[] {
  return fs
    .readdirSync(dir, { withFileTypes: true })
    .flatMap((e) => (e.isDirectory() ? filesBelow(path.join(dir, e.name)) : [path.join(dir, e.name)]));
}

const files = filesBelow(bundle).map((p) => ({ path: path.relative(bundle, p), text: fs.readFileSync(p, 'utf8') }));
const SPEC = 'tcp 10.244.1.2:40580 > 10.96.0.80:80 in vethe0645f1d';

/** A seeded sequence of numbers below n. */
function numbers(seed: number): (n: number) => number {
  let x = seed >>> 0;
  return (n) => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return Math.floor((x / 4294967296) * n);
  };
}

const JUNK = [
  '\0',
  '"',
  '\\',
  '{',
  '[',
  ']',
  '}',
  '-A',
  ' ! ',
  '\n',
  '\u2028',
  '9'.repeat(400),
  '::::',
  '/-1',
  '😀',
  '*nat\n',
  'COMMIT\n',
  ',,,',
  '%s',
  '-j X',
  'null',
];

function mutate(text: string, seed: number): string {
  const below = numbers(seed);
  let out = text;
  for (let i = 0; i < 1 + (seed % 4); i++) {
    const at = below(out.length + 1);
    const kind = below(4);
    if (kind === 0) out = out.slice(0, at) + (JUNK[below(JUNK.length)] ?? '') + out.slice(at);
    else if (kind === 1) out = out.slice(0, at) + out.slice(at + below(60));
    else if (kind === 2) out = out.slice(0, at) + out.slice(below(out.length + 1), at + below(200)) + out.slice(at);
    else out = out.slice(0, at) + String.fromCharCode(below(256)) + out.slice(at + 1);
  }
  return out;
}

const read = (p: string, text: string) => {
  const start = performance.now();
  const state = readSnapshot([{ path: p, text }]);
  expect(performance.now() - start, `${p} took too long`).toBeLessThan(2000);
  for (const w of state.files[0]?.warnings ?? []) {
    expect(w.source.line, w.message).toBeGreaterThan(0);
    expect(w.message.length).toBeGreaterThan(5);
  }
  return state;
};

describe.each(files.filter((f) => f.text.length > 0).map((f) => [f.path, f.text] as const))('%s', (p, text) => {
  test('cut anywhere: read without complaint of ours', () => {
    const cuts = Math.min(text.length, 60);
    for (let i = 0; i <= cuts; i++) read(p, text.slice(0, Math.floor((text.length * i) / cuts)));
  });

  test('damaged anywhere', () => {
    for (let seed = 1; seed <= 60; seed++) read(p, mutate(text, seed));
  });

  test('given to every format, also those that do not want it', () => {
    for (const f of dumpFormats) expect(() => f.read(new DumpFile(p, text), emptyState(), () => {})).not.toThrow();
    expect(formatsOf(new DumpFile(p, text)).length).toBeLessThanOrEqual(1);
  });
});

test('a state of damaged dumps can still be asked, and never crashes', () => {
  for (let seed = 1; seed <= 150; seed++) {
    const below = numbers(seed * 7919);
    const damaged = files.flatMap((f) => {
      if (below(12) === 0) return [];
      return [below(3) === 0 ? { ...f, text: mutate(f.text, seed) } : f];
    });
    const r = explainPacket(readSnapshot(damaged), SPEC);
    if (r.ok) expect(r.explanation.outcomes.length).toBeGreaterThan(0);
    else expect(r.message.length).toBeGreaterThan(10);
  }
});

test('a thousand rules that jump in circles end', () => {
  const rules = Array.from({ length: 1000 }, (_, i) => `-A C${i} -j C${(i + 1) % 1000}`);
  const text = `*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n${rules.map((_, i) => `:C${i} - [0:0]`).join('\n')}\n-A FORWARD -j C0\n${rules.join('\n')}\nCOMMIT\n`;
  const others = files.filter((f) => /ip-|sysctl|bridge/.test(f.path));
  const r = explainPacket(
    readSnapshot([...others, { path: 'rules', text }]),
    'tcp 192.168.50.1:1000 > 10.244.1.3:80 in eth0',
  );
  expect(r.ok && r.explanation.outcomes[0]?.disposition.kind).toBe('loop');
});

test('rules that leave too much open end in a bounded number of outcomes', () => {
  const rules = Array.from({ length: 40 }, (_, i) => `-A FORWARD -m limit --limit ${i + 1}/sec -j ACCEPT`);
  const text = `*filter\n:FORWARD DROP [0:0]\n${rules.join('\n')}\nCOMMIT\n`;
  const others = files.filter((f) => /ip-|sysctl|bridge/.test(f.path));
  const start = performance.now();
  const r = explainPacket(
    readSnapshot([...others, { path: 'rules', text }]),
    'tcp 192.168.50.1:1000 > 10.244.1.3:80 in eth0',
  );
  expect(performance.now() - start).toBeLessThan(2000);
  expect(r.ok && r.explanation.outcomes.length).toBeLessThanOrEqual(64);
});
