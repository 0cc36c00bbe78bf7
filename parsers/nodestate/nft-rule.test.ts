import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseNftElements, parseNftRule } from './nft-rule.ts';
import type { NftStatement } from './nft-syntax.ts';
import { nftTokens } from './nft-words.ts';
import { readSnapshot } from './snapshot.ts';

const fixture = (name: string) =>
  fs.readFileSync(path.resolve(import.meta.dirname, '../../fixtures/nft', name), 'utf8');
const read = (name: string) => readSnapshot([{ path: name, text: fixture(name) }]);

/** Numbers print differently in the two forms (0x00004000, 16384); names of passive statements too. */
const plain = (statements: readonly NftStatement[]): unknown =>
  JSON.parse(
    JSON.stringify(
      statements.filter((s) => s.kind !== 'passive'),
      (key, v: unknown) => {
        if (key === 'text' && typeof v === 'string') return /^0x[0-9a-f]+$/.test(v) ? String(Number(v)) : v;
        if (key === 'source') return null;
        if (key === 'from' || key === 'to') return typeof v === 'string' && /^0x/.test(v) ? String(Number(v)) : v;
        if (key === 'op' && v === 'in') return '=='; // the text has no sign for either
        return v;
      },
    )
      .replace(/"kind":"(stateful|tcpOption)","text":"(?:[^"\\]|\\.)*"/g, '"kind":"$1"')
      // a time-out has its unit in the text only
      .replace(/"text":"(\d+)s"/g, '"text":"$1"')
      // the text of a table ip prints the message that is the default there as a bare reject
      .replace(/"family":(?:4|null),"how":"icmp-port-unreachable"/g, '"how":"icmp-port-unreachable"')
      .replace(/"how":"icmp-port-unreachable","family":(?:4|null)/g, '"how":"icmp-port-unreachable"')
      // … and that of a table inet, which has a message for both families
      .replace(
        /(?:"family":null,)?"how":"icmpx-port-unreachable"(?:,"family":null)?/g,
        '"how":"icmp-port-unreachable"',
      ),
  );

describe.each(['expressions', 'words'])('%s, printed as text and as JSON', (name) => {
  const text = read(`${name}.txt`);
  const json = read(`${name}.json`);
  test('nothing is left over', () => {
    expect(text.files[0]?.warnings).toEqual([]);
    expect(json.files[0]?.warnings).toEqual([]);
  });

  test('tables, chains and sets are the same', () => {
    const shape = (s: typeof text) =>
      s.nft?.tables.map((t) => [
        t.family,
        t.name,
        [...t.chains.keys()],
        // `typeof tcp dport` names a selector, where JSON has its type
        [...t.sets.values()].map((x) => [
          x.name,
          x.isMap,
          String(x.types).replace('tcp dport', 'inet_service'),
          x.elements.length,
        ]),
      ]);
    expect(shape(text)).toEqual(shape(json));
    expect(text.nft?.baseChains.map((b) => [b.table, b.name, b.hook, b.priority, b.policy, b.ruleCount])).toEqual(
      json.nft?.baseChains.map((b) => [b.table, b.name, b.hook, b.priority, b.policy, b.ruleCount]),
    );
  });

  const rules = (s: typeof text) => s.nft?.tables.flatMap((t) => [...t.chains.values()].flatMap((c) => c.rules)) ?? [];
  test('there is something to compare', () => expect(rules(text).length).toBeGreaterThan(50));
  test.each(rules(text).map((r, i) => [r.text, r, rules(json)[i]] as const))('%s', (_, a, b) => {
    expect(a.statements.some((s) => s.kind === 'other')).toBe(false);
    expect(plain(a.statements)).toEqual(plain(b?.statements ?? []));
    expect(a.comment).toBe(b?.comment ?? null);
  });
});

test('set elements carry the line they stand on', () => {
  const set = read('expressions.txt').nft?.tables[0]?.sets.get('service-ips');
  expect(set?.elements.map((e) => e.verdict?.kind)).toEqual(['drop', 'goto']);
  expect(set?.elements[1]?.source?.text).toContain('10.96.0.80 . tcp . 80 : goto service-A');
});

describe('bad input', () => {
  test('what is not understood is kept as text, and said', () => {
    const r = parseNftRule('ip saddr 10.0.0.1 colour name "Linux" accept');
    expect(r.statements.map((s) => s.kind)).toEqual(['match', 'other']);
    expect(r.problem).toMatch(/colour/);
  });
  test.each([
    'ip saddr',
    'tcp dport { 80',
    'jump',
    'comment "open',
    'vmap',
    '@',
    'dnat to',
    '{ } ! "',
    'meta mark set',
  ])('"%s" does not throw', (t) => {
    expect(() => parseNftRule(t)).not.toThrow();
    expect(() => parseNftElements(t)).not.toThrow();
  });
  test('every prefix of every rule', () => {
    for (const r of ['expressions.txt', 'words.txt']
      .map(read)
      .flatMap((s) => s.nft?.tables ?? [])
      .flatMap((t) => [...t.chains.values()].flatMap((c) => c.rules))) {
      for (let i = 0; i < r.text.length; i++) expect(() => parseNftRule(r.text.slice(0, i))).not.toThrow();
    }
  });
});

test('tokens keep addresses and ports whole', () => {
  expect(nftTokens('dnat to [fd00::1]:80 ip6 saddr fd00::/8 1 : 2')?.map((t) => t.text)).toEqual([
    'dnat',
    'to',
    '[fd00::1]:80',
    'ip6',
    'saddr',
    'fd00::/8',
    '1',
    ':',
    '2',
  ]);
});

describe('tables of frames', () => {
  const base = (table: string, line: string) =>
    readSnapshot([{ path: 'nft', text: `table ${table} t {\n\tchain c {\n\t\t${line}\n\t}\n}\n` }]).nft?.baseChains[0];

  test('the names of priorities mean other numbers in family bridge', () => {
    const names = ['dstnat', 'filter', 'out', 'srcnat', 'filter - 5'];
    const of = (p: string) => base('bridge', `type filter hook prerouting priority ${p}; policy accept;`)?.priority;
    expect(names.map(of)).toEqual([-300, -200, 100, 300, -205]);
    expect(base('netdev', 'type filter hook ingress device "a" priority filter; policy drop;')).toMatchObject({
      ...{ priority: 0, policy: 'drop', devices: ['a'] },
    });
  });

  test('devices, one, several, quoted or not; chains of other hooks have none', () => {
    const of = (d: string) => base('netdev', `type filter hook ingress ${d} priority 0; policy accept;`)?.devices;
    expect(of('devices = { eth0, "eth1" }')).toEqual(['eth0', 'eth1']);
    expect(of('device "veth*"')).toEqual(['veth*']);
    expect(base('ip', 'type filter hook input priority 0; policy accept;')?.devices).toEqual([]);
  });

  test('fwd, dup, fields of ARP, hashes with their seed', () => {
    expect(parseNftRule('ip daddr 10.0.0.1 fwd to "eth1"').statements[1]).toEqual({
      kind: 'fwd',
      device: { kind: 'value', text: 'eth1' },
    });
    expect(parseNftRule('dup to 10.0.0.1 device "eth1"')).toMatchObject({ problem: null });
    expect(parseNftRule('arp saddr ip 10.0.0.1').statements[0]).toMatchObject({
      left: { protocol: 'arp', field: 'saddr ip' },
    });
    expect(parseNftRule('jhash ip saddr . tcp dport mod 4 seed 0x10 offset 2 3').statements[0]).toMatchObject({
      left: { key: { kind: 'concat' }, mod: 4, seed: 16, offset: 2 },
    });
  });
});

describe('several dumps of nftables in one snapshot', () => {
  const table = (name: string, rule: string) =>
    `table ip ${name} {\n\tchain c {\n\t\ttype filter hook input priority 0; policy accept;\n\t\t${rule}\n\t}\n}\n`;

  test('tables one by one add up', () => {
    const s = readSnapshot([
      { path: 'a', text: table('a', 'accept') },
      { path: 'b', text: table('b', 'drop') },
    ]);
    expect(s.nft?.tables.map((t) => t.name)).toEqual(['a', 'b']);
    expect(s.nft?.baseChains).toHaveLength(2);
    expect(s.files.flatMap((f) => f.warnings)).toEqual([]);
  });

  test('the same table twice is a problem that names both files; the first is used', () => {
    const s = readSnapshot([
      { path: 'a.txt', text: table('t', 'accept') },
      { path: 'b.txt', text: table('t', 'drop') },
    ]);
    expect(s.nft?.tables.map((t) => t.source.file)).toEqual(['a.txt']);
    expect(s.files[1]?.warnings).toMatchObject([
      { source: { file: 'b.txt' }, message: expect.stringContaining('a.txt') },
    ]);
  });

  test('text replaces JSON, whichever is read first', () => {
    const json = JSON.stringify({ nftables: [{ table: { family: 'ip', name: 'j' } }] });
    for (const [a, b] of [
      ['a', 'b'],
      ['b', 'a'],
    ] as const) {
      const s = readSnapshot([
        { path: a, text: json },
        { path: b, text: table('t', 'drop') },
      ]);
      expect(s.nft?.tables.map((t) => t.name)).toEqual(['t']);
    }
  });
});
