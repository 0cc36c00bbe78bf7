// Our reader of capture files against pcap-parser, an independent one: the same records, times and bytes from every classic
// microsecond pcap of the fixtures. It reads nothing else.

import fs from 'node:fs';
import path from 'node:path';
import { parse } from 'pcap-parser';
import { describe, expect, it } from 'vitest';
import { CaptureReader } from '../../parsers/capture/reader.ts';

interface Parsed {
  readonly header: {
    readonly timestampSeconds: number;
    readonly timestampMicroseconds: number;
    readonly capturedLength: number;
    readonly originalLength: number;
  };
  readonly data: Buffer;
}

const dir = path.resolve(import.meta.dirname, '../../fixtures/captures');
const microseconds = fs.readdirSync(dir).filter((name) => {
  if (!name.endsWith('.pcap')) return false;
  const magic = fs.readFileSync(path.join(dir, name)).toString('hex', 0, 4);
  return magic === 'a1b2c3d4' || magic === 'd4c3b2a1';
});

function theirs(file: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const lines: string[] = [];
    parse(file)
      .on('packet', ({ header, data }: Parsed) =>
        lines.push(
          `${header.timestampSeconds}.${header.timestampMicroseconds} ${header.capturedLength}/${header.originalLength} ${data.toString('hex')}`,
        ),
      )
      .on('end', () => resolve(lines))
      .on('error', reject);
  });
}

function ours(file: string): string[] {
  const reader = new CaptureReader();
  reader.append(fs.readFileSync(file));
  const lines: string[] = [];
  while (reader.read()) {
    const { seconds, nanos, caplen, length, bytes, start } = reader.record;
    const hex = Buffer.from(bytes.subarray(start, start + caplen)).toString('hex');
    lines.push(`${seconds}.${nanos / 1000} ${caplen}/${length} ${hex}`);
  }
  return lines;
}

describe('pcap-parser reads the same', () => {
  it('finds captures it can read', () => expect(microseconds.length).toBeGreaterThan(5));

  it.each(microseconds)('%s', async (name) => {
    const file = path.join(dir, name);
    const records = ours(file);
    expect(records.length).toBeGreaterThan(0);
    expect(records).toEqual(await theirs(file));
  });
});
