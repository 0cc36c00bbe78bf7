import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { detectDump, formatsOf } from './detect.ts';
import { DumpFile } from './dump-format.ts';
import { dumpFormats } from './registry.gen.ts';

const lab = path.resolve(import.meta.dirname, '../../fixtures/lab');

function filesBelow(dir: string): string[] {
  return fs
    .readdirSync(dir, { withFileTypes: true })
    .flatMap((e) => (e.isDirectory() ? filesBelow(path.join(dir, e.name)) : [path.join(dir, e.name)]));
}

/** What each file of a bundle is, whatever it is called. */
const EXPECTED: Readonly<Record<string, string>> = {
  'bridge-fdb.json': 'bridge-fdb',
  'bridge-link.json': 'bridge-link',
  'conntrack.txt': 'conntrack',
  'ip-addr.json': 'ip-addr',
  'ip-link.json': 'ip-link',
  'ip-neigh.json': 'ip-neigh',
  'ip-route.json': 'ip-route',
  'ip-rule.json': 'ip-rule',
  'ip6-route.json': 'ip-route',
  'ipset-save.txt': 'ipset-save',
  'iptables-save.txt': 'iptables-save',
  'iptables-version.txt': 'iptables-version',
  'kube.json': 'kubernetes',
  'modules.txt': 'modules',
  'nft-ruleset.txt': 'nft-ruleset',
  'pod-netns.txt': 'netns-sections',
  'pods.txt': 'pod-list',
  'ss.txt': 'ss',
  'sysctl.txt': 'sysctl',
  'uname.txt': 'uname',
};

describe('every recorded dump is recognised by its content', () => {
  test('as one format and no other', () => {
    let seen = 0;
    for (const p of filesBelow(lab).filter((f) => f.includes('/bundle/'))) {
      const text = fs.readFileSync(p, 'utf8');
      const wanted = EXPECTED[path.basename(p)];
      if (wanted === undefined || text === '') continue;
      expect(
        formatsOf(new DumpFile('a-name-that-says-nothing', text)).map((f) => f.name),
        p,
      ).toEqual([wanted]);
      seen++;
    }
    expect(seen).toBeGreaterThan(400);
  });

  test('an empty dump by its name, because it has no content', () => {
    expect(detectDump('x/ipset-save.txt', '')).toBe('ipset-save');
    expect(detectDump('x/notes.txt', '')).toBeNull();
  });

  test('text that is no dump is not taken for one', () => {
    for (const text of ['hello world', '{"a":1}', '[]', '[{"x":1}]', '<html></html>', 'src=1 dst=2', '# a comment'])
      expect(detectDump('x', text)).toBeNull();
  });

  test('names are unique', () => {
    const names = dumpFormats.map((f) => f.name);
    expect(new Set(names).size).toBe(names.length);
  });
});
