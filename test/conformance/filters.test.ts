// Every form of the filter grammar, and conditions on the fields of every capture: the same packets as tshark, or the same refusal.
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { askOurselves, askTshark, filtersFor, GRAMMAR, GRAMMAR_CAPTURES, open } from './filter-oracle.ts';
import { tsharkVersion } from './oracle.ts';

const dir = path.resolve(import.meta.dirname, '../../fixtures/captures');
const usable = tsharkVersion()?.startsWith('TShark (Wireshark) 4.0.') ?? false;

interface Recording {
  readonly tshark: string;
  /** Null: refused. */
  readonly captures: Readonly<Record<string, Readonly<Record<string, readonly number[] | null>>>>;
}

const recording: Recording = JSON.parse(fs.readFileSync(path.join(dir, 'filter-answers.json'), 'utf8'));

/** Where the trees differ, so that the same filter finds other packets; the grammar is not at fault. Any capture, a filter, how. */
const OTHER_TREES: readonly (readonly [RegExp, RegExp, string])[] = [
  [/./, /^data$/, 'we keep a layer of unread bytes for repeated segments and cut payloads'],
  [/./, /^ip\.version/, 'tshark counts the version of IPv6 headers among them'],
  [/cut/, /^(tcp\.time_relative|count\(ip\.dsfield)/, 'headers that are not whole'],
  [
    /iptables-nft\.empty/,
    /^tcp\.(nxtseq|seq_raw|stream)/,
    'tshark looks up the stream of a segment quoted in an ICMP error',
  ],
  [/crafted-dns-records/, /^max\(dns\.count\.queries\)/, 'two malformed messages'],
  [/crafted-services/, /^nbns\.name ==/, 'tshark names the suffix of the name'],
  [/crafted-quic/, /^tls\./, 'one packet whose hello tshark has read before'],
  [/crafted-http2/, /^http2\.flags\.ack\.settings/, 'one frame of an aborted connection'],
  [/crafted-databases/, /^amqp/, 'tshark shows no fields of the header of 0-9-1'],
  [/services|databases/, /^resp/, 'tshark shows what is there of an array that is not complete'],
  [/seed-clash\.node-veth/, /^tcp > 9e:84$/, 'order of whole protocols'],
];

describe('filters as tshark answers them', () => {
  it('are there for the whole grammar', () => {
    for (const name of GRAMMAR_CAPTURES)
      for (const filter of GRAMMAR) expect(recording.captures[name]).toHaveProperty([filter]);
  });

  it.each(Object.entries(recording.captures))('%s', (name, answers) => {
    const opened = open(new Uint8Array(fs.readFileSync(path.join(dir, name))));
    const wrong: string[] = [];
    for (const [filter, theirs] of Object.entries(answers)) {
      if (OTHER_TREES.some(([where, what]) => where.test(name) && what.test(filter))) continue;
      const ours = askOurselves(opened, filter);
      if (JSON.stringify(ours) !== JSON.stringify(theirs))
        wrong.push(`${filter}: tshark ${said(theirs)}, we ${said(ours)}`);
    }
    expect(wrong).toEqual([]);
  });

  it.skipIf(!usable)('and as the tshark that is installed does', () => {
    const file = path.join(dir, GRAMMAR_CAPTURES[0]);
    for (const filter of GRAMMAR.filter((_, i) => i % 20 === 0))
      expect([filter, askTshark(file, filter)]).toEqual([filter, recording.captures[GRAMMAR_CAPTURES[0]]?.[filter]]);
  });
});

function said(answer: readonly number[] | null): string {
  return answer === null ? 'refuses it' : `shows [${answer.join(' ')}]`;
}

it('asks of every capture what its packets hold', () => {
  for (const name of Object.keys(recording.captures)) {
    const opened = open(new Uint8Array(fs.readFileSync(path.join(dir, name))));
    expect(filtersFor(opened, 24).length, name).toBeGreaterThan(5);
  }
});
