// Blocks of a pcapng file that are neither headers nor packets, as they stand in a rewritten, little-endian file of nanoseconds.
// Surprise: a block may say that it must not be copied (draft-ietf-opsawg-pcapng, custom blocks), and a block we do not know can only be
// copied in the byte order it was written in: both give null.
import type { OtherBlock } from './notes.ts';
import { type CaptureInterface, CaptureRecord } from './record.ts';
import { TimestampScale } from './timestamp-scale.ts';
import { block, concat, option } from './writer.ts';

const NAMES = 4;
const STATISTICS = 5;
const SECRETS = 10;
const CUSTOM_NOT_COPIED = 0x4000_0bad;
const OPT_END = 0;
const OPT_COMMENT = 1;
const ISB_STARTTIME = 2;
const ISB_ENDTIME = 3;
/** ifrecv, ifdrop, filteraccept, osdrop, usrdeliv: 64-bit counters. */
const FIRST_COUNTER = 4;
const LAST_COUNTER = 8;
const HEAD = 8;
const FOOT = 4;

/** Blocks up to this size are kept. */
export const MAX_KEPT_BYTES = 16 << 20;

export function isStatistics({ type }: OtherBlock): boolean {
  return type === STATISTICS;
}

/** The block for the new file; `bytes` is all of it. Null for what must not or cannot be copied; statistics have their own function. */
export function keptBlock({ type, little, length }: OtherBlock, bytes: Uint8Array): Uint8Array | null {
  if (type === CUSTOM_NOT_COPIED || type === STATISTICS || length > MAX_KEPT_BYTES || bytes.length < length)
    return null;
  const body = bytes.subarray(HEAD, length - FOOT);
  if (little) return block(type, body);
  if (type === NAMES) return block(type, turnedNames(body));
  if (type === SECRETS && body.length >= 8) return block(type, turnedSecrets(body));
  return null;
}

/** The statistics of an interface that is number `id` in the new file. */
export function keptStatistics(
  { little, length }: OtherBlock,
  bytes: Uint8Array,
  of: CaptureInterface,
  id: number,
): Uint8Array | null {
  if (bytes.length < length || length < 24) return null;
  const body = bytes.subarray(HEAD, length - FOOT);
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const head = new DataView(new ArrayBuffer(4));
  head.setUint32(0, id, true);
  const scale = new TimestampScale(of.resolution, of.offsetSeconds);
  const parts = [new Uint8Array(head.buffer), timeAt(view, 4, little, scale)];
  eachOption(body, 12, little, (code, value, at) => {
    if (code === OPT_COMMENT) parts.push(option(code, value));
    else if ((code === ISB_STARTTIME || code === ISB_ENDTIME) && value.length === 8)
      parts.push(option(code, timeAt(view, at, little, scale)));
    else if (code >= FIRST_COUNTER && code <= LAST_COUNTER && value.length === 8)
      parts.push(option(code, little ? value : value.slice().reverse()));
  });
  parts.push(option(OPT_END, new Uint8Array(0)));
  return block(STATISTICS, concat(parts));
}

/** Two 32-bit halves, upper first, in nanoseconds. */
function timeAt(view: DataView, at: number, little: boolean, scale: TimestampScale): Uint8Array {
  const record = new CaptureRecord();
  scale.apply(view.getUint32(at, little), view.getUint32(at + 4, little), record);
  const ns = BigInt(record.seconds) * 1_000_000_000n + BigInt(Math.floor(record.nanos));
  const out = new DataView(new ArrayBuffer(8));
  out.setUint32(0, Number((ns >> 32n) & 0xffff_ffffn), true);
  out.setUint32(4, Number(ns & 0xffff_ffffn), true);
  return new Uint8Array(out.buffer);
}

/** Calls for each option from a place on; gives the place where the options end. */
function eachOption(
  body: Uint8Array,
  from: number,
  little: boolean,
  take: (code: number, value: Uint8Array, at: number) => void,
): number {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  let at = from;
  while (at + 4 <= body.length) {
    const code = view.getUint16(at, little);
    const length = view.getUint16(at + 2, little);
    const next = at + 4 + length + (-length & 3);
    if (code === OPT_END) return at + 4;
    if (at + 4 + length > body.length) return at;
    take(code, body.subarray(at + 4, at + 4 + length), at + 4);
    at = next;
  }
  return at;
}

/** Records of names look like options, and end as those do: first the names, then the options behind them. */
function turnedNames(body: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  const turn = (code: number, value: Uint8Array): void => void parts.push(option(code, value));
  const end = eachOption(body, 0, false, turn);
  parts.push(option(OPT_END, new Uint8Array(0)));
  const before = parts.length;
  eachOption(body, end, false, turn);
  if (parts.length > before) parts.push(option(OPT_END, new Uint8Array(0)));
  return concat(parts);
}

function turnedSecrets(body: Uint8Array): Uint8Array {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const size = Math.min(view.getUint32(4, false), body.length - 8);
  const head = new DataView(new ArrayBuffer(8));
  head.setUint32(0, view.getUint32(0, false), true);
  head.setUint32(4, size, true);
  return concat([new Uint8Array(head.buffer), body.subarray(8, 8 + size), new Uint8Array(-size & 3)]);
}
