import fc from 'fast-check';
import { expect, test } from 'vitest';
import { writePcap } from '../../parsers/capture/writer.ts';
import { Merge } from './merge.ts';

interface Sent {
  readonly stream: number;
  readonly ns: bigint;
  readonly text: string;
}

const all: [number, number] = [Number.POSITIVE_INFINITY, 0];
const none: [number, number] = [-1, 0];

function taker(into: Sent[]) {
  return (stream: number, r: { seconds: number; nanos: number; bytes: Uint8Array; start: number; caplen: number }) => {
    const ns = BigInt(r.seconds) * 1_000_000_000n + BigInt(r.nanos);
    into.push({ stream, ns, text: String.fromCharCode(...r.bytes.subarray(r.start, r.start + r.caplen)) });
  };
}

// Half of the times are of few values, so that many are equal.
const time = fc
  .oneof(fc.nat(5), fc.integer({ min: 0, max: 3_000_000_000 }))
  .map((n) => 1_700_000_000_000_000_000n + BigInt(n));
const streamsOfTimes = fc.array(fc.array(time, { maxLength: 12 }), { minLength: 1, maxLength: 4 });

test('any split and any interleaving give every packet once, in order of time', () => {
  fc.assert(
    fc.property(streamsOfTimes, fc.array(fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 70 }))), (times, moves) => {
      const files = times.map((of, s) => {
        const ordered = [...of].sort((x, y) => (x < y ? -1 : x > y ? 1 : 0));
        const packets = ordered.map((ns, i) => ({ ns, bytes: new TextEncoder().encode(`${s}/${i}`) }));
        return { packets, bytes: writePcap({ linkType: 1, nano: true }, packets), given: 0 };
      });
      const merge = new Merge();
      for (const _ of files) merge.addStream();
      const got: Sent[] = [];
      const give = (s: number, size: number) => {
        const file = files[s];
        if (file === undefined || file.given >= file.bytes.length) return;
        merge.push(s, file.bytes.slice(file.given, file.given + size));
        file.given += size;
        merge.advance(...none, taker(got));
      };
      for (const [s, size] of moves) give(s, size);
      for (const [s] of files.entries()) {
        give(s, Number.MAX_SAFE_INTEGER);
        merge.end(s);
      }
      merge.advance(...all, taker(got));
      const expected = files
        .flatMap((f, stream) => f.packets.map((p) => ({ stream, ns: p.ns, text: new TextDecoder().decode(p.bytes) })))
        .sort((x, y) => (x.ns < y.ns ? -1 : x.ns > y.ns ? 1 : x.stream - y.stream));
      expect(got).toEqual(expected);
      expect(merge.queuedBytes).toBe(0);
    }),
  );
});

test('a packet waits for a silent stream no longer than the window, and late packets are not lost', () => {
  const at = (ns: bigint, text: string) => ({ ns, bytes: new TextEncoder().encode(text) });
  const file = (...packets: ReturnType<typeof at>[]) => writePcap({ linkType: 1, nano: true }, packets);
  const merge = new Merge();
  merge.addStream();
  merge.addStream();
  const got: Sent[] = [];
  merge.push(0, file(at(5_000_000_000n, 'early'), at(7_000_000_000n, 'later')));
  merge.advance(4, 999_999_999, taker(got));
  expect(got).toEqual([]);
  merge.advance(5, 0, taker(got));
  expect(got.map((p) => p.text)).toEqual(['early']);
  merge.push(1, file(at(4_000_000_000n, 'late')));
  merge.advance(5, 0, taker(got));
  merge.end(0);
  merge.end(1);
  merge.advance(5, 0, taker(got));
  expect(got.map((p) => p.text)).toEqual(['early', 'late', 'later']);
});

test('a stream that is no capture is a problem of its own', () => {
  const merge = new Merge();
  merge.addStream();
  merge.push(0, new TextEncoder().encode('tcpdump: no such device'));
  merge.end(0);
  merge.advance(...all, () => expect.fail('no packet'));
  expect(merge.problem(0)).toContain('neither pcap nor pcapng');
  expect(merge.linkType(0)).toBeNull();
});
