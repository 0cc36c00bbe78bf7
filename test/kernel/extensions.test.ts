// Every extension of the installed iptables: its rules are loaded for real, dumped by both backends, and printed back from the parsed form as
// the same line. A rule that this kernel or iptables refuses is read as it was written.

import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseRule, printRule } from '../../parsers/nodestate/iptables-save.ts';
import { EXTENSION_RULES, type ExtensionRule } from './extension-rules.ts';
import { missingFor } from './tools.ts';

const lacking = missingFor('the walk of extensions', [
  ...['iptables-legacy-restore', 'iptables-nft-restore', 'iptables-legacy-save', 'iptables-nft-save', 'ipset', 'ip'],
]);
const netns = `vx${randomBytes(3).toString('hex')}`;
const run = (program: string, args: readonly string[], input = '') =>
  execFileSync(program, args, { encoding: 'utf8', input, stdio: ['pipe', 'pipe', 'pipe'] });
const inside = (program: string, args: readonly string[], input = '') =>
  run('ip', ['netns', 'exec', netns, program, ...args], input);

beforeAll(() => {
  if (lacking !== null) return;
  run('ip', ['netns', 'add', netns]);
});
afterAll(() => {
  if (lacking === null) run('ip', ['netns', 'del', netns]);
});

const printed = (text: string): string => {
  const parsed = parseRule(text);
  return typeof parsed === 'string' ? `not read: ${parsed}` : printRule(parsed);
};

/** The rule as the backend prints it; null where kernel or iptables refuse it. */
function dumped(r: ExtensionRule, family: 4 | 6, backend: 'legacy' | 'nft'): string | null {
  const program = `ip${family === 4 ? '' : '6'}tables-${backend}`;
  inside(`ipset`, ['destroy']);
  inside('ipset', ['create', 'w_ip', 'hash:ip', 'family', family === 4 ? 'inet' : 'inet6', 'timeout', '0']);
  const text = `*${r.table}\n:${r.chain} ACCEPT [0:0]\n-A ${r.chain} ${r.rule}\nCOMMIT\n`;
  const empty = `*${r.table}\nCOMMIT\n`;
  try {
    inside(`${program}-restore`, [], text);
  } catch {
    return null;
  }
  try {
    const lines = inside(`${program}-save`, ['-t', r.table]).split('\n');
    return lines.find((l) => l.startsWith('-A ')) ?? 'no rule was printed';
  } finally {
    inside(`${program}-restore`, [], empty);
  }
}

const NOT_RULES = /^lib(?:ebt|arpt)_|^libxt_(?:standard|NAT)$/;

describe.skipIf(lacking !== null)('extensions of iptables', () => {
  test('each that is installed has a rule here', () => {
    const folder = ['/usr/lib/x86_64-linux-gnu/xtables', '/usr/lib/aarch64-linux-gnu/xtables', '/usr/lib/xtables'].find(
      (d) => {
        try {
          return readdirSync(d).length > 0;
        } catch {
          return false;
        }
      },
    );
    const names = readdirSync(folder ?? '.').map((f) => f.replace(/\.so$/, ''));
    const known = new Set(EXTENSION_RULES.map((r) => r.extension));
    const without = names.filter((n) => !NOT_RULES.test(n) && !known.has(n.replace(/^lib(?:xt|ipt|ip6t)_/, '')));
    expect(without).toEqual([]);
    expect(names.length).toBeGreaterThan(80);
  });

  test('each rule is printed back as it was dumped, by both backends, in both families', () => {
    let loaded = 0;
    const refused: string[] = [];
    for (const r of EXTENSION_RULES) {
      for (const family of r.family === 0 ? ([4, 6] as const) : [r.family]) {
        for (const backend of ['legacy', 'nft'] as const) {
          const line = dumped(r, family, backend);
          if (line === null) refused.push(`${backend} ${family} ${r.extension}`);
          else loaded++;
          const text = line ?? `-A ${r.chain} ${r.rule}`;
          if (line !== null) expect(printed(text), `${backend}, IPv${family}`).toBe(text);
          else expect(printed(text), `${backend}, IPv${family}`).not.toMatch(/^not read/);
        }
      }
    }
    console.log(
      `extensions: ${loaded} rules dumped, ${refused.length} refused here: ${[...new Set(refused)].join(', ')}`,
    );
    expect(loaded).toBeGreaterThan(250);
  });
});
