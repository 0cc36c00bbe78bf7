import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CaptureIndex, CaptureIndexer, dissectPacket } from '../index/capture-index.ts';
import type { FieldNode } from '../wire/field.ts';
import { compileFilter } from './compile-filter.ts';
import { fieldNamed, fieldNames } from './fields.ts';
import { compileRegex } from './linear-regex.ts';

const dir = path.resolve(import.meta.dirname, '../../fixtures/captures');

interface Opened {
  readonly index: CaptureIndex;
  readonly frame: (row: number) => Uint8Array;
}

function open(name: string): Opened {
  const bytes = new Uint8Array(fs.readFileSync(path.join(dir, name)));
  // As tshark, which knows no capture points.
  const indexer = new CaptureIndexer({ splitByInterface: false });
  indexer.append(bytes);
  indexer.end();
  const { index } = indexer;
  const frame = (row: number): Uint8Array =>
    bytes.subarray(index.fileOffset(row), index.fileOffset(row) + index.caplen(row));
  index.readFramesWith(frame);
  return { index, frame };
}

function matching({ index, frame }: Opened, text: string): number[] {
  const filter = compileFilter(text);
  if (!filter.ok) throw new Error(`${text}: ${filter.message} at ${filter.position}`);
  const found: number[] = [];
  for (let row = 0; row < index.packetCount; row++) if (filter.test(index, row, () => frame(row))) found.push(row + 1);
  return found;
}

/** File → filter → numbers of the packets that tshark 4.0.17 shows. */
const recorded: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>> = JSON.parse(
  fs.readFileSync(path.join(dir, 'filters.json'), 'utf8'),
);

describe('filters as tshark runs them', () => {
  for (const [name, filters] of Object.entries(recorded)) {
    const capture = open(name);
    it.each(Object.entries(filters))(`${name}: %s`, (text, packets) => {
      expect(matching(capture, text)).toEqual(packets);
    });
  }
});

describe('columns and bytes', () => {
  it('give the same answer for every field, value and relation that the fixtures hold', () => {
    const names = fs.readdirSync(dir).filter((n) => /\.pcap(ng)?$/.test(n));
    let asked = 0;
    for (const name of names) {
      const { index, frame } = open(name);
      const trees = Array.from(
        { length: Math.min(40, index.packetCount) },
        (_, row) => dissectPacket(index, row, frame(row)).layers,
      );
      const held = trees.map(valuesIn);
      const values = new Map<string, Set<string>>();
      for (const tree of held)
        for (const [field, list] of tree)
          for (const v of list) values.set(field, (values.get(field) ?? new Set()).add(v));
      for (const [fieldName, known] of values) {
        const field = fieldNamed(fieldName);
        if (!field || !['uint', 'bool', 'ipv4', 'ipv6', 'mac'].includes(field.kind)) continue;
        for (const value of [...known].slice(0, 5)) {
          for (const relation of ['==', '!=']) {
            const filter = compileFilter(`${fieldName} ${relation} ${value}`);
            if (!filter.ok) throw new Error(`${fieldName} ${relation} ${value}: ${filter.message}`);
            held.forEach((tree, row) => {
              const own = tree.get(fieldName) ?? [];
              const same = (v: string): boolean =>
                v === value || (field.kind === 'uint' && Number(v) === Number(value));
              const wanted = relation === '==' ? own.some(same) : own.length > 0 && !own.some(same);
              const got = filter.test(index, row, () => frame(row));
              if (got !== wanted) expect(got, `${name} ${row + 1} ${fieldName} ${relation} ${value}`).toBe(wanted);
              asked++;
            });
          }
        }
      }
    }
    expect(asked).toBeGreaterThan(20_000);
  });
});

function valuesIn(layers: readonly FieldNode[]): Map<string, string[]> {
  const values = new Map<string, string[]>();
  const walk = (node: FieldNode): void => {
    if (node.filter !== null && node.value !== null)
      values.set(node.filter, [...(values.get(node.filter) ?? []), node.value]);
    node.children.forEach(walk);
  };
  layers.forEach(walk);
  return values;
}

describe('wrong filters', () => {
  it.each([
    ['tcp.prot == 80', 0, 'Did you mean "tcp.port"?'],
    ['tcp.port == http', 12, 'cannot be compared'],
    ['tcp.port == htpp', 12, 'not a number'],
    ['ip.addr == 10.0.0', 11, 'not an IPv4 address'],
    ['tcp &&', 6, 'ends'],
    ['tcp port', 4, 'not expected'],
    ['(tcp', 4, 'closing parenthesis'],
    ['tcp.port in {', 13, 'missing'],
    ['tcp.port in {}', 12, 'empty'],
    ['http.host == "a', 13, 'closing quote'],
    ['http.host matches "a(b"', 20, 'closing parenthesis'],
    ['http.host matches "(?=a)"', 19, 'not supported'],
    ['ip.src contains 1', 0, 'cannot search'],
    ['tcp.analysis.flags == 1', 0, 'no value'],
    ['eth.src == 12:34', 11, 'not a MAC'],
    ['tcp.port $ 1', 9, 'means nothing'],
    ['eth.src[2:0] == 1', 8, 'positive'],
    ['tcp.port[0] == 1', 0, 'no bytes to slice'],
    ['len(tcp.port)', 0, 'always there'],
    ['frame contains "a\\.b"', 17, 'no escape'],
    ['uper(http.host) == "A"', 0, 'no function'],
  ])('%s', (text, position, message) => {
    const filter = compileFilter(text);
    expect(filter).toMatchObject({ ok: false, position });
    expect(filter.ok ? '' : filter.message).toContain(message);
  });

  it('never throws, whatever the text', () => {
    const piece = fc.constantFrom(
      'tcp',
      'ip.addr',
      '==',
      '!=',
      '(',
      ')',
      '{',
      '}',
      ',',
      '..',
      'in',
      'not',
      '&&',
      'or',
      '10.0.0.1',
      '"a"',
      'matches',
      '[',
      '~',
      '&',
      '0x1',
      '!',
      '[0:2]',
      '-',
      '*',
      'len(',
      'any',
      "'a'",
      '#1',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 12 }).map((p) => p.join(' ')),
        ),
        (text) => {
          const filter = compileFilter(text);
          if (!filter.ok) expect(filter.position).toBeLessThanOrEqual(text.length + 1);
        },
      ),
      { numRuns: 2000 },
    );
    expect(compileFilter('('.repeat(5000)).ok).toBe(false);
    expect(compileFilter('!'.repeat(9000)).ok).toBe(false);
  });
});

describe('regular expressions', () => {
  it('find what JavaScript finds, case aside', () => {
    const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\d', '\\w', '(a|b)', '(?:ab)', '^', '$', '\\b', '1');
    const repeat = fc.constantFrom('', '*', '+', '?', '{2}', '{1,3}', '{0,}');
    const pattern = fc
      .array(fc.tuple(atom, repeat), { maxLength: 6 })
      .map((pieces) => pieces.map(([a, r]) => (/[\^$]|\\b/.test(a) && a.length < 3 ? a : a + r)).join(''));
    const text = fc.array(fc.constantFrom('a', 'b', 'A', '1', ' ', '-'), { maxLength: 8 }).map((c) => c.join(''));
    fc.assert(
      fc.property(pattern, text, (p, t) => {
        const ours = compileRegex(p);
        if ('message' in ours) throw new Error(`${p}: ${ours.message}`);
        expect(ours.test(t), `${p} on ${t}`).toBe(new RegExp(p, 'i').test(t));
      }),
      { numRuns: 3000 },
    );
  });

  it('do not hang where backtracking would', () => {
    const regex = compileRegex('(a*)*(a|aa)+$');
    const started = performance.now();
    expect('message' in regex ? null : regex.test(`${'a'.repeat(5000)}!`)).toBe(false);
    expect('message' in compileRegex('((((a{200}){200}){200}){200})')).toBe(true);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

it('knows the names people type', () => {
  for (const name of [
    'ip.addr',
    'ipv6.src',
    'tcp.port',
    'udp.port',
    'eth.addr',
    'dns.qry.name',
    'http.host',
    'frame.number',
    'icmp.type',
    'arp',
    'tcp.analysis.retransmission',
  ]) {
    expect(fieldNames()).toContain(name);
  }
});
