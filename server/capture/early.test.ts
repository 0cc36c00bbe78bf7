import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CaptureReader } from '../../parsers/capture/reader.ts';
import { writePcap } from '../../parsers/capture/writer.ts';
import { Early } from './early.ts';

const fileOf = (packets: readonly string[], firstNs = 0n) =>
  writePcap(
    { linkType: 1, nano: true },
    packets.map((text, i) => ({
      ns: 1_700_000_000_000_000_000n + firstNs + BigInt(i),
      bytes: new TextEncoder().encode(text),
    })),
  );

class Out {
  readonly reader = new CaptureReader();
  readonly got: string[] = [];
  readonly early = new Early((bytes) => {
    this.reader.append(bytes.slice());
    while (this.reader.read()) {
      const { bytes: all, start, caplen } = this.reader.record;
      this.got.push(String.fromCharCode(...all.subarray(start, start + caplen)));
    }
  });
}

// Few different packets, so that many are equal.
const packets = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'x'.repeat(3000), 'y'.repeat(3000)), { maxLength: 30 });

test('whatever the quick one misses and however both are cut, every packet comes once', () => {
  fc.assert(
    fc.property(
      packets,
      fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }),
      fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 4000 })), { maxLength: 60 }),
      fc.nat(60),
      (all, missed, moves, releasedAt) => {
        const { early, got } = new Out();
        const patient = fileOf(all);
        // Its times are a little later, as another socket may take them.
        const quick = fileOf(
          all.filter((_, i) => missed[i] !== true),
          777n,
        );
        early.fromPatient(patient.slice(0, 24));
        early.beginQuick();
        let [p, q] = [24, 0];
        for (const [i, [isQuick, size]] of moves.entries()) {
          if (i === releasedAt) early.release();
          if (isQuick) {
            early.fromQuick(quick.slice(q, q + size));
            q += size;
          } else {
            early.fromPatient(patient.slice(p, p + size));
            p += size;
          }
        }
        early.fromQuick(quick.slice(q));
        early.fromPatient(patient.slice(p));
        early.end();
        expect([...got].sort()).toEqual([...all].sort());
      },
    ),
  );
});

test('what the quick one gives is out at once, and what it missed comes with the patient one', () => {
  const { early, got } = new Out();
  early.fromPatient(fileOf([]));
  early.beginQuick();
  early.release();
  early.fromQuick(fileOf(['a', 'c']));
  expect(got).toEqual(['a', 'c']);
  early.endQuick();
  early.fromPatient(fileOf(['a', 'b', 'c', 'd']).slice(24));
  expect(got).toEqual(['a', 'c', 'b', 'd']);
});

test('one that has just begun waits for what only the patient one has', () => {
  const { early, got } = new Out();
  early.fromPatient(fileOf([]));
  early.beginQuick();
  early.fromQuick(fileOf(['b', 'c']));
  expect(got).toEqual([]);
  early.fromPatient(fileOf(['a', 'b']).slice(24));
  early.release();
  early.fromQuick(fileOf(['d']).slice(24));
  early.fromPatient(fileOf(['c', 'd', 'e']).slice(24));
  expect(got).toEqual(['a', 'b', 'c', 'd', 'e']);
});

test('half a record of a quick one that ended is left to the patient one', () => {
  const { early, got } = new Out();
  early.fromPatient(fileOf([]));
  early.beginQuick();
  early.release();
  early.fromQuick(fileOf(['a', 'b']).slice(0, -1));
  early.endQuick();
  early.beginQuick();
  early.release();
  early.fromQuick(fileOf(['c']));
  early.fromPatient(fileOf(['a', 'b', 'c']).slice(24));
  expect(got).toEqual(['a', 'c', 'b']);
});

test('what the patient one never had is forgotten', () => {
  const { early, got } = new Out();
  early.fromPatient(fileOf([]));
  early.beginQuick();
  early.release();
  early.fromQuick(fileOf(['a']));
  early.age();
  early.age();
  early.fromPatient(fileOf(['a']).slice(24));
  expect(got).toEqual(['a', 'a']);
});

test('a stream that cannot be cut is passed on as it is', () => {
  let bytes = 0;
  const early = new Early((run) => {
    bytes += run.length;
  });
  early.fromPatient(new Uint8Array(24));
  early.fromPatient(new Uint8Array(100).fill(255));
  early.fromPatient(new Uint8Array(50));
  expect(bytes).toBe(174);
});
