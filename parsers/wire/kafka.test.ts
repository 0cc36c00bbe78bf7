// Kafka: answers know their requests, however many wait.
import { describe, expect, it } from 'vitest';
import { kafkaTurns } from '../../test/conformance/crafted-databases.ts';
import * as f from '../../test/conformance/frames.ts';
import { openTalk, survivesDamage, timeOf } from '../../test/conformance/open-talk.ts';

describe('kafka', () => {
  const request = (api: number, id: number): number[] => [
    ...f.u32(10),
    ...f.u16(api),
    ...f.u16(1),
    ...f.u32(id),
    ...f.u16(0),
  ];
  const answer = (id: number): number[] => [...f.u32(4), ...f.u32(id)];

  it('matches answers by their number, not by their order', () => {
    const { rows } = openTalk(9092, [
      ['>', [...request(3, 7), ...request(18, 8)]],
      ['<', answer(8)],
      ['<', answer(7)],
      ['<', answer(7)],
    ]);
    expect(rows.map(({ info }) => info).slice(1)).toEqual([
      'Kafka ApiVersions v1 Response',
      'Kafka Metadata v1 Response',
      'Kafka Response (Undecoded, Request Missing)',
    ]);
  });

  it('does not claim what has no plausible length', () => {
    expect(openTalk(9092, [['>', f.ascii('GARBAGE here')]]).rows[0]?.protocol).toBe('TCP');
  });

  it('survives damage', () => {
    for (const turns of kafkaTurns()) survivesDamage(9092, turns);
  });

  it('remembers a bounded number of requests', () => {
    const many = Array.from({ length: 4000 }, (_, id) => request(1, id)).flat();
    expect(
      timeOf(9092, [
        ['>', many],
        ['>', many],
        ['<', answer(1)],
      ]),
    ).toBeLessThan(3000);
  });
});
