import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PacketIndex } from '../index/packet-index.ts';
import { Lengths } from './packet-lengths.ts';

const index = new PacketIndex(false);
const noFrame = (): Uint8Array => new Uint8Array(0);

function measured(packets: readonly { length: number; ns: number }[]) {
  const lengths = new Lengths();
  for (const { length, ns } of packets) lengths.take({ index, capture: 0, row: 0, frame: noFrame, length, ns });
  return lengths.result();
}

test('nothing was counted', () => {
  const { all, ranges } = measured([]);
  expect(all).toMatchObject({ packets: 0, average: null, rate: null, burstRate: null, share: 0 });
  expect(ranges.map(({ from }) => from)).toEqual([0, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120]);
});

test('every length falls in one range, and a burst is what counting each window by hand finds', () => {
  const packet = fc.record({ length: fc.nat(9000), step: fc.nat(40) });
  fc.assert(
    fc.property(fc.array(packet, { minLength: 1, maxLength: 60 }), (steps) => {
      let ms = 0;
      const packets = steps.map(({ length, step }) => {
        ms += step;
        return { length, ns: ms * 1e6 };
      });
      const { all, ranges } = measured(packets);
      for (const { from, to, packets: counted } of ranges)
        expect(counted).toBe(packets.filter(({ length }) => length >= from && length <= (to ?? Infinity)).length);
      const stepOf = (ns: number): number => Math.floor(ns / 5e6);
      const bursts = packets.map(({ ns: end }) => {
        const inWindow = packets.filter(({ ns }) => ns <= end && stepOf(end) < stepOf(ns) + 20);
        return inWindow.length;
      });
      expect(all.burstRate).toBe(Math.max(...bursts) / 100);
    }),
  );
});
