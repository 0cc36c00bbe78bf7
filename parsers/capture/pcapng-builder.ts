// Writes a pcapng file piece by piece into one growing buffer: what a live capture appends to its file.
// Follows draft-ietf-opsawg-pcapng. Surprise: packets are written from numbers and a view, with no object and no BigInt a packet; the
// 64-bit count of nanoseconds is put together from two 16-bit halves of the seconds, which keeps every step below 2^53.
import type { Ip } from '../core/address.ts';
import { encodeUtf8 } from './utf8.ts';
import { block, concat, type InterfaceToWrite, interfaceBlock, option } from './writer.ts';

const SECTION = 0x0a0d0d0a;
const NAMES = 4;
const STATISTICS = 5;
const ENHANCED_PACKET = 6;
/** Type, length, interface, time high, time low, caplen, length; and the length again at the end. */
const PACKET_HEAD = 28;
const PACKET_OVERHEAD = 32;
const END_MARK = 4;

const OPT_COMMENT = 1;
const SHB_OS = 3;
const SHB_USERAPPL = 4;
const ISB_STARTTIME = 2;
const ISB_ENDTIME = 3;
const ISB_IFRECV = 4;
const ISB_IFDROP = 5;

export interface SectionToWrite {
  /** The program that writes, `vethscope 0.1.0`. */
  readonly application: string;
  readonly os?: string;
  readonly comments?: readonly string[];
}

export interface StatisticsToWrite {
  readonly interfaceId: number;
  /** Milliseconds since the epoch. */
  readonly startMs: number | null;
  readonly endMs: number;
  readonly received: number | null;
  /** Dropped by the kernel; null where nobody counted. */
  readonly dropped: number | null;
  readonly comment?: string;
}

export interface NameToWrite {
  readonly ip: Ip;
  readonly name: string;
}

const end = option(0, new Uint8Array(0));

export class PcapngBuilder {
  private buffer: Uint8Array;
  private view: DataView;
  private used: number;

  constructor(initialBytes = 1 << 20) {
    this.buffer = new Uint8Array(initialBytes);
    this.view = new DataView(this.buffer.buffer);
    this.used = 0;
  }

  /** Bytes that `take` would give. */
  get length(): number {
    return this.used;
  }

  section(section: SectionToWrite): void {
    const head = new DataView(new ArrayBuffer(16));
    head.setUint32(0, 0x1a2b3c4d, true);
    head.setUint16(4, 1, true);
    head.setBigInt64(8, -1n, true);
    const options: Uint8Array[] = [];
    for (const comment of section.comments ?? []) options.push(option(OPT_COMMENT, encodeUtf8(comment)));
    if (section.os !== undefined) options.push(option(SHB_OS, encodeUtf8(section.os)));
    options.push(option(SHB_USERAPPL, encodeUtf8(section.application)), end);
    this.append(block(SECTION, concat([new Uint8Array(head.buffer), ...options])));
  }

  /** Interfaces are numbered from 0 in the order of these calls. */
  interface(point: InterfaceToWrite): void {
    this.append(interfaceBlock(point));
  }

  /** Names of addresses, as many blocks as they need. */
  names(names: readonly NameToWrite[]): void {
    const perBlock = 4000;
    for (let at = 0; at < names.length; at += perBlock) {
      const records = names.slice(at, at + perBlock).map(({ ip, name }) => {
        const address = addressBytes(ip);
        return option(ip.family === 4 ? 1 : 2, concat([address, encodeUtf8(name), new Uint8Array(1)]));
      });
      this.append(block(NAMES, concat([...records, end])));
    }
  }

  /** One packet; `bytes` from `start` are copied before this returns. `options` are little-endian and without their end mark. */
  packet(
    interfaceId: number,
    seconds: number,
    nanos: number,
    bytes: Uint8Array,
    start: number,
    caplen: number,
    length: number,
    options: Uint8Array | null = null,
  ): void {
    const more = options === null || options.length === 0 ? 0 : options.length + END_MARK;
    const total = PACKET_OVERHEAD + caplen + (-caplen & 3) + more;
    this.reserve(total);
    const at = this.used;
    const { view } = this;
    const upper = Math.floor(seconds / 0x10000) * 1_000_000_000;
    const middle = (upper % 0x10000) * 0x10000 + (seconds % 0x10000) * 1_000_000_000 + nanos;
    view.setUint32(at, ENHANCED_PACKET, true);
    view.setUint32(at + 4, total, true);
    view.setUint32(at + 8, interfaceId, true);
    view.setUint32(at + 12, Math.floor(upper / 0x10000) + Math.floor(middle / 0x1_0000_0000), true);
    view.setUint32(at + 16, middle % 0x1_0000_0000, true);
    view.setUint32(at + 20, caplen, true);
    view.setUint32(at + 24, length, true);
    this.buffer.set(bytes.subarray(start, start + caplen), at + PACKET_HEAD);
    for (let pad = at + PACKET_HEAD + caplen; pad < at + total - 4; pad++) this.buffer[pad] = 0;
    if (options !== null && more > 0) this.buffer.set(options, at + total - 4 - more);
    view.setUint32(at + total - 4, total, true);
    this.used = at + total;
  }

  /** A block as it is, with both ends. */
  raw(bytes: Uint8Array): void {
    this.append(bytes);
  }

  statistics(of: StatisticsToWrite): void {
    const head = new DataView(new ArrayBuffer(4));
    head.setUint32(0, of.interfaceId, true);
    const options: Uint8Array[] = [];
    if (of.comment !== undefined) options.push(option(OPT_COMMENT, encodeUtf8(of.comment)));
    if (of.startMs !== null) options.push(option(ISB_STARTTIME, timeBytes(of.startMs)));
    options.push(option(ISB_ENDTIME, timeBytes(of.endMs)));
    if (of.received !== null) options.push(option(ISB_IFRECV, countBytes(of.received)));
    if (of.dropped !== null) options.push(option(ISB_IFDROP, countBytes(of.dropped)));
    options.push(end);
    this.append(block(STATISTICS, concat([new Uint8Array(head.buffer), timeBytes(of.endMs), ...options])));
  }

  /** What was written since the last call. A copy: the buffer is used again. */
  take(): Uint8Array {
    const copy = this.buffer.slice(0, this.used);
    this.used = 0;
    return copy;
  }

  private append(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.used);
    this.used += bytes.length;
  }

  private reserve(more: number): void {
    const needed = this.used + more;
    if (needed <= this.buffer.length) return;
    const grown = new Uint8Array(Math.max(needed, this.buffer.length * 2));
    grown.set(this.buffer.subarray(0, this.used));
    this.buffer = grown;
    this.view = new DataView(grown.buffer);
  }
}

function addressBytes(ip: Ip): Uint8Array {
  const view = new DataView(new ArrayBuffer(16));
  for (const [i, word] of [ip.a, ip.b, ip.c, ip.d].entries()) view.setUint32(i * 4, word, false);
  return new Uint8Array(view.buffer).subarray(ip.family === 4 ? 12 : 0);
}

/** A time of an option: two 32-bit halves, upper first. */
function timeBytes(ms: number): Uint8Array {
  const ns = BigInt(Math.round(ms)) * 1_000_000n;
  const view = new DataView(new ArrayBuffer(8));
  view.setUint32(0, Number(ns >> 32n), true);
  view.setUint32(4, Number(ns & 0xffff_ffffn), true);
  return new Uint8Array(view.buffer);
}

function countBytes(count: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt(count), true);
  return new Uint8Array(view.buffer);
}
