// Our packet engine against tshark: recorded answers everywhere, the living program where it is installed.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { CaptureReader } from '../../parsers/capture/reader.ts';
import { writePcap } from '../../parsers/capture/writer.ts';
import { parseDecodeAs } from '../../parsers/wire/decode-as.ts';
import { craftedCaptures } from './crafted.ts';
import { kafkaTurns, mongoTurns, mysqlTurns, redisTurns } from './crafted-databases.ts';
import { askOurselves, askTshark, differences, FIELDS, tsharkVersion } from './oracle.ts';
import { randomSessions } from './random-sessions.ts';
import { randomTcp } from './random-tcp.ts';
import { talk } from './talk.ts';

const dir = path.resolve(import.meta.dirname, '../../fixtures/captures');
const captures = fs.readdirSync(dir).filter((name) => /\.pcap(ng)?$/.test(name));
const version = tsharkVersion();
/** The version the recordings and the rules of TCP analysis are of; later ones flag differently. */
const MATCHED = 'TShark (Wireshark) 4.0.';

interface Recording {
  readonly tshark: string;
  readonly fields: readonly string[];
  readonly packets: readonly (readonly string[])[];
}

describe('recorded tshark', () => {
  it('has recordings of every capture', () => {
    expect(captures.length).toBeGreaterThan(10);
  });

  it.each(captures)('%s', (name) => {
    const recording: Recording = JSON.parse(fs.readFileSync(path.join(dir, `${name}.tshark.json`), 'utf8'));
    expect(recording.fields).toEqual(FIELDS);
    expect(differences(recording.packets, askOurselves(fs.readFileSync(path.join(dir, name))))).toEqual([]);
  });

  it('keeps the hand-made captures as the maker makes them', () => {
    for (const [name, bytes] of craftedCaptures())
      expect(fs.readFileSync(path.join(dir, name)).equals(bytes), name).toBe(true);
  });
});

describe('live tshark', () => {
  it('is installed where CI runs', () => {
    if (process.env['CI']) expect(version, 'CI needs tshark').not.toBeNull();
  });

  const usable = version?.startsWith(MATCHED) ?? false;
  it.skipIf(!usable).each(captures)(`%s (needs ${MATCHED}x)`, (name) => {
    const file = path.join(dir, name);
    expect(differences(askTshark(file), askOurselves(fs.readFileSync(file)))).toEqual([]);
  });

  it.skipIf(!usable)('agrees when ports are decoded as something else (-d)', () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vethscope-'));
    try {
      const file = path.join(folder, 'odd-ports.pcap');
      const [headers] = kafkaTurns();
      const frames = [
        ...talk(40_000, 7001, redisTurns()),
        ...talk(40_001, 7002, mysqlTurns()[0] ?? []),
        ...talk(40_002, 7003, headers ?? []),
        ...talk(40_003, 7004, [['>', [0, 0, 2, 1, 5, 0, 0, 0, 1, 0x82, 0x84]]]),
        ...talk(40_005, 7006, mongoTurns()),
        ...talk(40_004, 7005, [['>', [0, 0, 2, 1, 5, 0, 0, 0, 1, 0x82, 0x84]]]),
      ];
      const packets = frames.map((bytes, i) => ({ ns: BigInt(i + 1) * 1_000_000n, bytes }));
      const bytes = writePcap({ linkType: 1 }, packets);
      fs.writeFileSync(file, bytes);
      const rules = [
        'tcp.port==7001,resp',
        'tcp.port==7002,mysql',
        'tcp.port==7003,kafka',
        'tcp.port==7004,http2',
        'tcp.port==7006,mongo',
      ];
      const ours = rules.flatMap((rule) => {
        const parsed = parseDecodeAs(rule);
        return parsed.ok ? [parsed.rule] : [];
      });
      expect(differences(askTshark(file, rules), askOurselves(bytes, ours))).toEqual([]);
      expect(differences(askTshark(file, rules), askOurselves(bytes, ours.slice(1)))).not.toEqual([]);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });

  // Seeds are fixed so that a run says something of the change it runs for; VETHSCOPE_SEED looks further.
  const seeds = process.env['VETHSCOPE_SEED'] === undefined ? [1, 2, 153_509] : [Number(process.env['VETHSCOPE_SEED'])];
  const kinds = [
    ['traffic', randomTcp],
    ['sessions', randomSessions],
  ] as const;
  const runs = kinds.flatMap(([kind, make]) => seeds.map((seed) => ({ kind, seed, make })));

  it.skipIf(!usable).each(runs)('agrees on random TCP $kind, seed $seed', ({ seed, make }) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vethscope-'));
    try {
      const file = path.join(folder, 'random.pcap');
      const bytes = writePcap({ linkType: 1, nano: true }, make(seed, 3000));
      fs.writeFileSync(file, bytes);
      expect(differences(askTshark(file), askOurselves(bytes)), `seed ${seed}`).toEqual([]);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });

  /** Captures that are exact when taken with these snap lengths. */
  const cuts = ['streams.http.pcap', 'streams.tls.pcap', 'crafted-dns-nano.pcap'].flatMap((name) =>
    [96, 128].map((snaplen) => ({ name, snaplen })),
  );

  it.skipIf(!usable).each(cuts)('agrees on $name cut to $snaplen bytes', ({ name, snaplen }) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vethscope-'));
    try {
      const reader = new CaptureReader();
      reader.append(new Uint8Array(fs.readFileSync(path.join(dir, name))));
      const { record } = reader;
      const packets = [];
      while (reader.read()) {
        const bytes = record.bytes.slice(record.start, record.start + Math.min(snaplen, record.caplen));
        packets.push({
          ns: BigInt(record.seconds) * 1_000_000_000n + BigInt(record.nanos),
          bytes,
          length: record.length,
        });
      }
      expect(packets.some((packet) => packet.bytes.length < packet.length)).toBe(true);
      const bytes = writePcap({ linkType: 1, nano: true }, packets);
      const file = path.join(folder, 'cut.pcap');
      fs.writeFileSync(file, bytes);
      expect(differences(askTshark(file), askOurselves(bytes))).toEqual([]);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });
});
