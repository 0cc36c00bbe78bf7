// The numbers do not depend on the order in which rows are asked for. That they are tshark's is test/conformance/fields.test.ts.
import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { CaptureIndexer } from '../index/capture-index.ts';
import { PacketIndex } from '../index/packet-index.ts';

const file = path.resolve(import.meta.dirname, '../../fixtures/captures/crafted-tcp-random.pcap');

function open(): PacketIndex {
  const indexer = new CaptureIndexer();
  indexer.append(new Uint8Array(fs.readFileSync(file)));
  indexer.end();
  if (!(indexer.index instanceof PacketIndex)) throw new Error('an index of another kind');
  return indexer.index;
}

it('gives the same forwards, backwards and for one row alone', () => {
  const forwards = open();
  const backwards = open();
  const rows = Array.from({ length: forwards.packetCount }, (_, row) => row);
  const of = (index: PacketIndex, row: number) => {
    const flow = index.flowOf(row);
    return flow === null ? null : index.timings.of(flow, row);
  };
  const all = rows.map((row) => of(forwards, row));
  const reversed = [...rows].reverse().map((row) => of(backwards, row));
  expect(reversed.reverse()).toEqual(all);
  const last = rows.length - 1;
  expect(of(open(), last)).toEqual(all[last]);
  expect(all.filter((one) => one?.acked != null).length).toBeGreaterThan(30);
});

it('tells the completeness before each packet, what a retransmission waited for, and what PSH has not ended', () => {
  const index = open();
  const rows = Array.from({ length: index.packetCount }, (_, row) => row);
  const all = rows.map((row) => {
    const flow = index.flowOf(row);
    return flow === null ? null : { row, flow, timing: index.timings.of(flow, row) };
  });
  const firsts = new Map<number, number>();
  for (const one of all) if (one !== null && !firsts.has(one.flow)) firsts.set(one.flow, one.row);
  for (const row of firsts.values()) expect([0, 1]).toContain(all[row]?.timing?.completeness);
  const retransmissions = all.filter((one) => one?.timing?.rto != null);
  expect(retransmissions.length).toBeGreaterThan(10);
  for (const one of retransmissions) expect(one?.timing?.rto?.no).toBeLessThan((one?.row ?? 0) + 1);
  expect(all.filter((one) => (one?.timing?.pushed ?? 0) > 100).length).toBe(8);
});
