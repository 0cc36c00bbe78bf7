// "Follow stream" against tshark, byte for byte: the streams of the fixtures, and made ones with losses, repeats and disorder.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { writePcap } from '../../parsers/capture/writer.ts';
import { CaptureIndexer, followStream } from '../../parsers/index/capture-index.ts';
import * as f from './frames.ts';
import { tsharkVersion } from './oracle.ts';

const dir = path.resolve(import.meta.dirname, '../../fixtures/captures');
const usable = tsharkVersion()?.startsWith('TShark (Wireshark) 4.0.') ?? false;

/** The lines of `-z follow,tcp,raw`: hexadecimal, the answering side behind a tab. */
function theirs(file: string, stream: number): string[] {
  const args = ['-n', '-q', '-r', file, '-z', `follow,tcp,raw,${stream}`];
  const out = execFileSync('tshark', args, { stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 28 }).toString();
  return out.split('\n').filter((line) => /^\t?[0-9a-f]+$/.test(line));
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function ours(bytes: Uint8Array): string[][] {
  const indexer = new CaptureIndexer({ splitByInterface: false });
  indexer.append(bytes);
  indexer.end();
  const { index } = indexer;
  index.readFramesWith((row) => bytes.subarray(index.fileOffset(row), index.fileOffset(row) + index.caplen(row)));
  return index
    .flows()
    .filter((flow) => flow.ipProtocol === 6)
    .map(({ id }) =>
      (followStream(index, id, Number.POSITIVE_INFINITY)?.chunks ?? []).map((chunk) => {
        const text =
          chunk.missing > 0 ? hex(Buffer.from(`[${chunk.missing} bytes missing in capture file]\0`)) : hex(chunk.bytes);
        return `${chunk.direction === 1 ? '\t' : ''}${text}`;
      }),
    );
}

describe.skipIf(!usable)('follow stream as tshark', () => {
  it.each(['streams.http.pcap', 'streams.tls.pcap', 'iptables-nft.hairpin.node-any.pcap', 'crafted-http.pcap'])(
    '%s',
    (name) => {
      const file = path.join(dir, name);
      const all = ours(new Uint8Array(fs.readFileSync(file)));
      expect(all.length).toBeGreaterThan(0);
      for (const [stream, lines] of all.slice(0, 12).entries())
        expect(lines, `stream ${stream}`).toEqual(theirs(file, stream));
    },
  );

  it.each([1, 2, 3, 4, 5, 6])('segments that come late, twice, in part, or never: seed %i', (seed) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vethscope-'));
    try {
      const file = path.join(folder, 'disorder.pcap');
      const bytes = disorder(seed);
      fs.writeFileSync(file, bytes);
      for (const [stream, lines] of ours(bytes).entries())
        expect(lines, `stream ${stream}`).toEqual(theirs(file, stream));
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });
});

/** Two connections of 60 segments each way of the wire mishandled at random; the receiver acknowledges what it really has. */
function disorder(seed: number): Uint8Array {
  let state = seed;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (state >> 8) % below;
  };
  const frames: Uint8Array[] = [];
  const add = (
    back: boolean,
    port: number,
    seq: number,
    ack: number,
    flags: number,
    payload: readonly number[] = [],
  ) => {
    const [sport, dport] = back ? [80, port] : [port, 80];
    const segment = f.tcp(sport, dport, { seq, ack, flags, payload });
    const [from, to] = back ? ['10.0.0.2', '10.0.0.1'] : ['10.0.0.1', '10.0.0.2'];
    frames.push(f.frame(f.ethernet(0x0800, f.ip4(from, to, 6, segment), back)));
  };
  for (const port of [40_000, 40_001]) {
    add(false, port, 999, 0, 2);
    add(true, port, 4999, 1000, 0x12);
    add(false, port, 1000, 5000, 0x10);
    let seq = 1000;
    for (let i = 0; i < 60; i++) {
      const size = 1 + random(30);
      const payload = Array.from({ length: size }, (_, k) => 97 + ((i + k) % 26));
      const fate = random(8);
      const lost = fate === 0;
      if (!lost) add(false, port, seq, 5000, 0x18, payload);
      if (fate === 1) add(false, port, seq, 5000, 0x18, payload);
      if (fate === 2 && size > 2) add(false, port, seq + 1, 5000, 0x18, payload.slice(1));
      if (fate === 3) frames.splice(frames.length - 2, 0, ...frames.splice(frames.length - 1));
      seq += size;
      if (random(3) === 0) add(true, port, 5000, seq, 0x10);
    }
  }
  return writePcap(
    { linkType: 1 },
    frames.map((bytes, i) => ({ ns: BigInt(i) * 1_000_000n, bytes })),
  );
}
