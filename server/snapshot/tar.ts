// Writes a .tgz: POSIX ustar, with a pax header where a name is longer than 100 bytes. Names are ours and relative.
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const block = 512;
const encoder = new TextEncoder();

function field(target: Uint8Array, offset: number, text: string): void {
  target.set(encoder.encode(text), offset);
}

const octal = (value: number, digits: number) => value.toString(8).padStart(digits, '0');

function header(name: string, bytes: number, seconds: number, type: '0' | 'x'): Uint8Array {
  const h = new Uint8Array(block);
  h.set(encoder.encode(name).subarray(0, 100), 0);
  field(h, 100, '0000644\0');
  field(h, 108, '0000000\0');
  field(h, 116, '0000000\0');
  field(h, 124, `${octal(bytes, 11)}\0`);
  field(h, 136, `${octal(seconds, 11)}\0`);
  field(h, 148, ' '.repeat(8));
  field(h, 156, type);
  field(h, 257, 'ustar\x0000');
  field(
    h,
    148,
    `${octal(
      h.reduce((sum, b) => sum + b, 0),
      6,
    )}\0 `,
  );
  return h;
}

function padded(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(Math.ceil(bytes.length / block) * block);
  whole.set(bytes);
  return whole;
}

/** `LENGTH path=NAME\n`, where LENGTH counts itself. */
function paxRecord(name: string): Uint8Array {
  const rest = encoder.encode(` path=${name}\n`).length;
  let length = rest + 1;
  while (String(length).length + rest !== length) length = String(length).length + rest;
  return encoder.encode(`${length} path=${name}\n`);
}

export function tarOf(files: readonly { readonly path: string; readonly text: string }[], now: Date): Uint8Array {
  const seconds = Math.floor(now.getTime() / 1000);
  const parts: Uint8Array[] = [];
  for (const { path, text } of files) {
    const bytes = encoder.encode(text);
    if (encoder.encode(path).length > 100) {
      const pax = paxRecord(path);
      parts.push(header('pax', pax.length, seconds, 'x'), padded(pax));
    }
    parts.push(header(path, bytes.length, seconds, '0'), padded(bytes));
  }
  parts.push(new Uint8Array(2 * block));
  const all = new Uint8Array(parts.reduce((sum, p) => sum + p.length, 0));
  let at = 0;
  for (const p of parts) {
    all.set(p, at);
    at += p.length;
  }
  return all;
}

export async function tgzOf(
  files: readonly { readonly path: string; readonly text: string }[],
  now: Date,
): Promise<Uint8Array> {
  return promisify(gzip)(tarOf(files, now));
}
