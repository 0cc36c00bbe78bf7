// Display filters put to tshark and to our own engine: the grammar's every form, and conditions made of the fields and values that a
// capture holds. Surprise: a refusal is an answer too, `null`; both must refuse the same.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { compileFilter } from '../../parsers/filter/compile-filter.ts';
import { fieldNamed } from '../../parsers/filter/fields.ts';
import { type CaptureIndex, CaptureIndexer, dissectPacket } from '../../parsers/index/capture-index.ts';
import type { FieldNode } from '../../parsers/wire/field.ts';

/** The captures on which every form of the grammar is tried. */
export const GRAMMAR_CAPTURES = ['ipvs-nft.seed-clash.node-veth-client.pcap', 'crafted-tunnels.pcap'] as const;

/** One filter a line. */
export const GRAMMAR: readonly string[] = fs
  .readFileSync(path.join(import.meta.dirname, 'filter-grammar.txt'), 'utf8')
  .split('\n')
  .filter((line) => line !== '');

/** Numbers of the packets that tshark shows; null when it refuses the filter. */
export function askTshark(file: string, filter: string): number[] | null {
  const args = ['-n', '-r', file, '-Y', filter, '-T', 'fields', '-e', 'frame.number'];
  const run = spawnSync('tshark', args, { encoding: 'utf8', maxBuffer: 1 << 28, env: { ...process.env, TZ: 'UTC' } });
  if (run.status !== 0) return null;
  return run.stdout.split('\n').filter(Boolean).map(Number);
}

export interface Opened {
  readonly index: CaptureIndex;
  readonly frame: (row: number) => Uint8Array;
}

export function open(bytes: Uint8Array): Opened {
  const indexer = new CaptureIndexer({ splitByInterface: false });
  indexer.append(bytes);
  indexer.end();
  const { index } = indexer;
  const frame = (row: number): Uint8Array =>
    bytes.subarray(index.fileOffset(row), index.fileOffset(row) + index.caplen(row));
  index.readFramesWith(frame);
  return { index, frame };
}

export function askOurselves({ index, frame }: Opened, filter: string): number[] | null {
  const compiled = compileFilter(filter);
  if (!compiled.ok) return null;
  const found: number[] = [];
  for (let row = 0; row < index.packetCount; row++)
    if (compiled.test(index, row, () => frame(row))) found.push(row + 1);
  return found;
}

/** Conditions on values that the capture holds, the same ones every time. */
export function filtersFor({ index, frame }: Opened, most: number): string[] {
  const values = new Map<string, Set<string>>();
  const walk = (node: FieldNode): void => {
    if (node.filter !== null && fieldNamed(node.filter) !== null) {
      const known = values.get(node.filter) ?? new Set();
      if (node.value !== null) known.add(node.value);
      values.set(node.filter, known);
    }
    node.children.forEach(walk);
  };
  for (let row = 0; row < Math.min(index.packetCount, 200); row++)
    dissectPacket(index, row, frame(row)).layers.forEach(walk);
  const all = [...values]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, found]) => conditions(name, [...found].sort()));
  const step = Math.max(1, all.length / most);
  return Array.from({ length: Math.min(most, all.length) }, (_, i) => all[Math.floor(i * step)] ?? '');
}

function conditions(name: string, values: readonly string[]): string[] {
  const type = fieldNamed(name)?.type;
  const value = values[Math.floor(values.length / 2)];
  if (type === undefined || value === undefined || !isPlain(value, type.of)) return [name];
  const text = type.of === 'string' ? JSON.stringify(value) : value;
  const relations = ['==', '!=', '===', '!=='];
  if (type.of === 'string')
    return [
      name,
      ...relations.map((r) => `${name} ${r} ${text}`),
      `${name} contains ${text}`,
      `upper(${name}) == ${text.toUpperCase()}`,
      `len(${name}) == ${value.length}`,
      `${name}[0:1] == ${JSON.stringify(value.slice(0, 1))}`,
    ];
  if (type.of === 'bytes')
    return [name, `${name} == ${text}`, `${name}[1:2] == ${text.slice(3, 8)}`, `any ${name} != ${text}`];
  const more = [...relations, '<', '>', '<=', '>='].map((r) => `${name} ${r} ${text}`);
  if (type.of === 'number')
    more.push(
      `${name} in {${text}, 1..3}`,
      `${name} & 1`,
      `${name} + 1 > ${text}`,
      `count(${name}) > 1`,
      `max(${name}) == ${text}`,
      `not ${name} in {${text}}`,
      `all ${name} >= ${text}`,
      `len(${name}) == 2`,
    );
  return [name, ...more];
}

/** Values that mean the same to both however they are written. */
function isPlain(value: string, of: string): boolean {
  if (of === 'number') return /^(0|[1-9]\d*|0x[0-9a-f]+)$/.test(value);
  if (of === 'string') return /^[ !#-[\]-~]+$/.test(value);
  if (of === 'bytes') return /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(value);
  if (of === 'boolean') return /^[01]$/.test(value);
  return of !== 'none' && of !== 'date' && of !== 'float';
}
