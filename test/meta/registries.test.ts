// What a newcomer may forget: every match, target, dump format and diagnosis is registered and has its test with the required cases.
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { diagnoses } from '../../netpath/diagnose/rules/registry.gen.ts';
import { exprModules } from '../../netpath/expr/registry.gen.ts';
import { matchModules } from '../../netpath/match/registry.gen.ts';
import { targetModules } from '../../netpath/target/registry.gen.ts';
import { dumpFormats } from '../../parsers/nodestate/registry.gen.ts';

const root = path.resolve(import.meta.dirname, '../..');
const read = (p: string) => fs.readFileSync(path.join(root, p), 'utf8');
const sources = (folder: string) =>
  fs.readdirSync(path.join(root, folder)).filter((f) => f.endsWith('.ts') && !/\.(?:test|gen|fixture)\.ts$/.test(f));

/** Modules that the live differential cannot probe, each with the reason. */
const NOT_PROBED: Readonly<Record<string, string>> = {
  icmp6: 'the differential sends IPv4',
  hl: 'IPv6 only',
  sctp: 'no SCTP sender',
  state: 'the kernel turns it into conntrack',
  recent: 'its list is in no dump, so that the answer is unknown',
  limit: 'never known',
  hashlimit: 'never known',
  connlimit: 'never known',
  quota: 'never known',
  owner: 'the sender of a local packet is not given',
  mac: 'a packet spec need not say the MAC',
  ah: 'no AH sender',
  ipcomp: 'no IPComp sender',
  rt: 'the sender makes no extension headers',
  dst: 'the sender makes no extension headers',
  hbh: 'the sender makes no extension headers',
  frag: 'the sender makes no extension headers',
  srh: 'the sender makes no extension headers',
  mh: 'the sender makes no extension headers',
  ipv6header: 'the sender makes no extension headers',
  eui64: 'a packet spec need not say the MAC',
  osf: 'this kernel refuses it',
  cgroup: 'the sender of a local packet is not given',
  ...Object.fromEntries(
    ['bpf', 'cluster', 'connlabel', 'cpu', 'devgroup', 'helper', 'nfacct', 'rateest', 'realm'].map((m) => [
      m,
      'never known',
    ]),
  ),
  ipvs: 'this kernel may lack ip_vs; the recorded traces show it',
  rpfilter: 'the recorded states show it',
};

describe('matches', () => {
  test.each(sources('netpath/match'))('%s is registered and has yes, no, negated and unreadable cases', (file) => {
    const name = file.replace(/\.ts$/, '');
    expect(matchModules.some((m) => (m.module === '' ? 'base' : m.module) === name)).toBe(true);
    const text = read(`netpath/match/${name}.test.ts`);
    for (const kind of ['yes', 'no', 'negated', 'unreadable']) expect(text).toMatch(new RegExp(`\\b${kind}: \\[`));
    const empty = /negated: \[\]/.test(text);
    expect(empty).toBe(text.includes('noNegation'));
  });

  test('each is probed on a live kernel, or says why not', () => {
    const generator = read('test/kernel/generate.ts') + read('test/kernel/generate-rare.ts');
    for (const m of matchModules) {
      const probed = m.module === '' || generator.includes(`-m ${m.module} `);
      expect(probed || m.module in NOT_PROBED, m.module).toBe(true);
      expect(probed && m.module in NOT_PROBED, `${m.module} is probed after all`).toBe(false);
    }
  });
});

/** What a rule of the live nftables differential says when it holds the expression. */
const PROBES: Readonly<Record<string, RegExp>> = {
  ct: /\bct (?:state|mark) /,
  fib: /\bfib daddr type /,
  meta: /\bmeta mark /,
  numgen: /\bnumgen /,
  hash: /\bjhash ip saddr /,
  payload: /\btcp dport /,
  socket: /`socket \$/,
  raw: /'@nh,/,
  exthdr: /'exthdr hbh missing'/,
  rt: /`rt ip nexthop /,
  osf: /'osf name /,
};

test.each(sources('netpath/expr'))('nftables expression %s is registered and probed on a live kernel', (file) => {
  const kind = file.replace(/\.ts$/, '');
  expect(exprModules.some((e) => e.kind === kind)).toBe(true);
  if (kind === 'ipsec') return; // no IPsec in the namespaces: what goes into it is never known
  const generators = ['nft', 'nft-rare', 'frames'].map((g) => read(`test/kernel/generate-${g}.ts`)).join('');
  expect(generators).toMatch(PROBES[kind] ?? /nothing probes it/);
});

test.each(sources('netpath/target'))('target %s is registered and has its cases', (file) => {
  const name = file.replace(/\.ts$/, '');
  expect(targetModules.some((t) => t.target.toLowerCase() === name)).toBe(true);
  expect(read(`netpath/target/${name}.test.ts`)).toMatch(/does: \[[\s\S]*options:/);
});

test('each dump format is read in a test and named in no other file but its own', () => {
  for (const f of dumpFormats) expect(read(`parsers/nodestate/${f.name}.ts`)).toContain(`name: '${f.name}'`);
});

test.each(sources('netpath/diagnose/rules'))('diagnosis %s is registered and documented', (file) => {
  const id = file.replace(/\.ts$/, '');
  const d = diagnoses.find((x) => x.id === id);
  expect(d).toBeDefined();
  expect(d?.inState !== undefined || d?.inTrace !== undefined).toBe(true);
  expect(read('docs/findings.md')).toContain(`\`${id}\``);
});
