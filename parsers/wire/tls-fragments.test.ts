// Handshake messages over several records; the texts of the list are tshark 4.0.17's for the same bytes.
import { describe, expect, it } from 'vitest';
import { openTalk, survivesDamage } from '../../test/conformance/open-talk.ts';
import type { Turn } from '../../test/conformance/talk.ts';

const record = (body: readonly number[]): number[] => [22, 3, 3, body.length >> 8, body.length & 255, ...body];
const HELLO = [2, 0, 0, 38, 3, 3, ...new Array<number>(32).fill(7), 0, 0xc0, 0x2f, 0];
const CERTIFICATE = [11, 0, 0, 43, 0, 0, 40, 0, 0, 37, ...new Array<number>(37).fill(1)];
const DONE = [14, 0, 0, 0];
const turns: Turn[] = [
  ['<', record(HELLO)],
  ['<', record(CERTIFICATE.slice(0, 20))],
  ['<', record(CERTIFICATE.slice(20, 30))],
  ['<', record([...CERTIFICATE.slice(30), ...DONE])],
  ['<', [...record(CERTIFICATE.slice(0, 20)), ...record(CERTIFICATE.slice(20))]],
  ['<', record(CERTIFICATE)],
];

describe('handshake messages over several records', () => {
  it('are named where they go on and read where they end', () => {
    const open = openTalk(443, turns);
    expect(open.rows.map((row) => row.info)).toEqual([
      'Server Hello',
      '[Certificate Fragment]',
      '',
      'Certificate, Server Hello Done',
      '[Certificate Fragment], Certificate',
      'Certificate',
    ]);
    const lengths = open.rows.map((_, i) => open.values(i, 'tls.handshake.certificate_length'));
    expect(lengths).toEqual([[], [], [], ['37'], ['37'], ['37']]);
  });

  it('survive damage', () => survivesDamage(443, turns));
});
