// One hand-made connection, indexed: its rows and trees, and the same after every kind of damage.
import fc from 'fast-check';
import { expect } from 'vitest';
import { writePcap } from '../../parsers/capture/writer.ts';
import {
  CaptureIndexer,
  describePacket,
  dissectPacket,
  type PacketSummary,
} from '../../parsers/index/capture-index.ts';
import type { FieldNode } from '../../parsers/wire/field.ts';
import { valuesOf } from './oracle.ts';
import { type Turn, talk } from './talk.ts';

const FIRST_ROW = 3;

export interface OpenTalk {
  readonly rows: readonly PacketSummary[];
  /** Values of a field in the tree of one turn. */
  values(turn: number, field: string): readonly string[];
  /** Every node of that tree. */
  nodes(turn: number): readonly FieldNode[];
}

/** A connection to `server` made of these turns; what is asked is asked of the turns, not of the handshake. */
export function openTalk(server: number, turns: readonly Turn[]): OpenTalk {
  const frames = talk(40_000, server, turns);
  const indexer = new CaptureIndexer();
  const packets = frames.map((bytes, i) => ({ ns: BigInt(i) * 1_000_000n, bytes }));
  indexer.append(writePcap({ linkType: 1 }, packets));
  indexer.end();
  const { index } = indexer;
  const frame = (row: number): Uint8Array => frames[row] ?? new Uint8Array(0);
  index.readFramesWith(frame);
  return {
    rows: turns.map((_, i) => describePacket(index, FIRST_ROW + i, frame(FIRST_ROW + i))),
    nodes: (turn) => {
      const row = FIRST_ROW + turn;
      return flat(dissectPacket(index, row, frame(row)).layers);
    },
    values: (turn, field) => {
      const row = FIRST_ROW + turn;
      return valuesOf(dissectPacket(index, row, frame(row)).layers).get(field) ?? [];
    },
  };
}

function flat(nodes: readonly FieldNode[]): FieldNode[] {
  return nodes.flatMap((node) => [node, ...flat(node.children)]);
}

/** Opens the talk with bytes changed, turns left out and segments cut in two, in many ways; none may throw. */
export function survivesDamage(server: number, turns: readonly Turn[]): void {
  const hit = fc.tuple(fc.nat(turns.length - 1), fc.nat(3000), fc.nat(255));
  fc.assert(
    fc.property(fc.array(hit, { maxLength: 8 }), fc.nat(turns.length), fc.nat(200), (hits, lost, cut) => {
      const broken = turns.map(([way, bytes]): [Turn[0], number[]] => [way, [...bytes]]);
      for (const [turn, at, byte] of hits) {
        const bytes = broken[turn]?.[1];
        if (bytes !== undefined && bytes.length > 0) bytes[at % bytes.length] = byte;
      }
      const parts = broken
        .filter((_, i) => i !== lost)
        .flatMap(([way, bytes]): Turn[] => [
          [way, bytes.slice(0, cut)],
          [way, bytes.slice(cut)],
        ])
        .filter(([, bytes]) => bytes.length > 0);
      const { nodes } = openTalk(server, parts);
      for (let i = 0; i < parts.length; i++)
        for (const { label, offset, length } of nodes(i))
          expect(offset >= 0 && length >= 0 && Number.isInteger(offset + length), label).toBe(true);
    }),
    { numRuns: 60 },
  );
}

/** Milliseconds that a talk takes, opened and with every tree built. */
export function timeOf(server: number, turns: readonly Turn[]): number {
  const began = performance.now();
  const { values } = openTalk(server, turns);
  for (let i = 0; i < turns.length; i++) values(i, 'frame');
  return performance.now() - began;
}
