// Rules that go by the clock, on this kernel: by which clock it decides, and in which time zone nft prints what it compares with.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Machine } from '../../netpath/kernel/machine.ts';
import { simulate } from '../../netpath/kernel/run.ts';
import { parsePacketSpec } from '../../netpath/packet-spec.ts';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import { missingFor } from './tools.ts';

const lacking = missingFor('rules by the clock', ['ip', 'nft', 'iptables-nft', 'bash']);
const netns = `vc${randomBytes(3).toString('hex')}`;
const run = (program: string, args: readonly string[], input = '', tz = 'UTC') =>
  execFileSync('ip', ['netns', 'exec', netns, program, ...args], {
    encoding: 'utf8',
    input,
    env: { ...process.env, TZ: tz },
  });

beforeAll(() => {
  if (lacking !== null) return;
  execFileSync('ip', ['netns', 'add', netns]);
  run('ip', ['link', 'set', 'lo', 'up']);
});
afterAll(() => {
  if (lacking === null) execFileSync('ip', ['netns', 'del', netns]);
});

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const now = new Date();
const after = (minutes: number) => new Date(now.getTime() + minutes * 60_000).toISOString();
const hour = (minutes: number) => after(minutes).slice(11, 16);
const date = (minutes: number) => after(minutes).slice(0, 19).replace('T', ' ');
const day = (days: number) => DAYS[(now.getUTCDay() + days) % 7] ?? '';

const CLAUSES = [
  `meta hour "${hour(-30)}"-"${hour(30)}"`,
  `meta hour != "${hour(-30)}"-"${hour(30)}"`,
  `meta hour "${hour(20)}"-"${hour(60)}"`,
  `meta hour "${hour(-90)}"-"${hour(-20)}"`,
  `meta hour { "${hour(-180)}"-"${hour(-170)}", "${hour(-20)}"-"${hour(20)}" }`,
  `meta time < "${date(30)}"`,
  `meta time >= "${date(30)}"`,
  `meta time "${date(-30)}"-"${date(30)}"`,
  `meta time "${date(-90)}"-"${date(-30)}"`,
  `meta day "${day(0)}"`,
  `meta day "${day(1)}"`,
  `meta day { "${day(0)}", "${day(3)}" }`,
];
const NFT = `table ip t {\n chain out {\n  type filter hook output priority 0; policy accept;\n${CLAUSES.map((c) => `  ${c} counter\n`).join('')} }\n}\n`;

/** Which rules of the dump, by their place, our worlds say match; the first world first. */
function ours(dump: { path: string; text: string }): string[] {
  const state = readSnapshot([
    dump,
    { path: 'ip-addr.json', text: run('ip', ['-j', 'addr']) },
    { path: 'ip-route.json', text: run('ip', ['-j', 'route', 'show', 'table', 'all']) },
  ]);
  const spec = parsePacketSpec(`udp 127.0.0.1:40000 > 127.0.0.1:99 local at ${new Date().toISOString()}`);
  const result = spec.ok ? simulate(new Machine(state), spec.value) : spec;
  if (!result.ok) throw new Error(result.message);
  const lines = dump.text.split('\n').filter((l) => /counter|^\[/.test(l));
  return result.simulation.traces.map((t) => {
    const matched = new Set(t.steps.filter((s) => s.kind === 'rule').map((s) => s.source?.line));
    const all = dump.text.split('\n');
    return lines.map((l) => (matched.has(all.indexOf(l) + 1) ? '1' : '0')).join('');
  });
}

const send = () => run('bash', ['-c', 'echo x > /dev/udp/127.0.0.1/99']);

test.skipIf(lacking !== null)('nft: hours and dates by UTC, printed in the zone of the shell; days as they are', () => {
  // around midnight nft turns some of these ranges round, and a quarter of an hour is lost to a slow machine at most
  run('nft', ['flush', 'ruleset']);
  run('nft', ['-f', '-'], NFT);
  send();
  const list = (tz: string) => run('nft', ['list', 'ruleset'], '', tz);
  const kernel = [...list('UTC').matchAll(/counter packets (\d+)/g)].map((m) => (m[1] === '0' ? '0' : '1')).join('');
  expect(kernel).toMatch(/0/);
  expect(kernel).toMatch(/1/);
  expect(ours({ path: 'nft.txt', text: list('UTC') })[0]).toBe(kernel);
  // in another zone one of our worlds is right, and every one says what it takes to be so
  const kolkata = list('Asia/Kolkata');
  // Every clause may be open in two ways: a few at a time, so that the worlds are not more than are followed.
  for (let first = 0; first < CLAUSES.length; first += 4) {
    const part = kolkata.split('\n').filter((line) => {
      const clause = kolkata
        .split('\n')
        .filter((l) => l.includes('counter'))
        .indexOf(line);
      return clause < 0 || (clause >= first && clause < first + 4);
    });
    expect(ours({ path: 'nft.txt', text: part.join('\n') })).toContain(kernel.slice(first, first + 4));
  }
  const lineOf = (text: string, i: number) =>
    text
      .split('\n')
      .filter((l) => l.includes('counter'))
      [i]?.replace(/ counter.*/, '');
  expect(lineOf(kolkata, 5)).not.toBe(lineOf(list('UTC'), 5));
  expect(lineOf(kolkata, 9)).toBe(lineOf(list('UTC'), 9));
  const json = (tz: string) => run('nft', ['-j', 'list', 'ruleset'], '', tz);
  expect(json('Asia/Kolkata')).not.toBe(json('UTC'));
});

test.skipIf(lacking !== null)(
  'iptables: by UTC, and so with --kerneltz where the clock of the kernel is in UTC',
  () => {
    run('nft', ['flush', 'ruleset']);
    const options = [
      `--timestart ${hour(-30)} --timestop ${hour(30)}`,
      `--timestart ${hour(30)} --timestop ${hour(60)}`,
      `--weekdays ${day(0).slice(0, 2)}`,
      `--weekdays ${day(1).slice(0, 2)}`,
      `--datestart ${after(-30).slice(0, 16)} --datestop ${after(30).slice(0, 16)}`,
      `--datestart ${after(30).slice(0, 16)} --datestop ${after(60).slice(0, 16)}`,
    ];
    for (const tz of ['', ' --kerneltz'])
      for (const o of options)
        run('iptables-nft', `-A OUTPUT -m time ${o}${tz} -m comment --comment ${tz === '' ? 'utc' : 'tz'}`.split(' '));
    send();
    const text = run('iptables-nft-save', ['-c']);
    const kernel = [...text.matchAll(/^\[(\d+):\d+\] -A/gm)].map((m) => (m[1] === '0' ? '0' : '1')).join('');
    expect(kernel).toHaveLength(12);
    expect(kernel.slice(0, 6)).toBe(kernel.slice(6)); // this kernel's own zone is UTC
    const worlds = ours({ path: 'iptables-save.txt', text });
    expect(worlds).toContain(kernel);
    for (const w of worlds) expect(w.slice(0, 6)).toBe(kernel.slice(0, 6));
  },
);
