// Writes captures: pcap (either byte order, micro- or nanoseconds) and pcapng with interface blocks. For exports and for tests; what is
// captured live is written by pcapng-builder.ts.
// Surprise: pcapng is written with nanosecond resolution always, since a reader must honour if_tsresol anyway.
import { encodeUtf8 } from './utf8.ts';

export interface PacketToWrite {
  /** Nanoseconds since the epoch. */
  readonly ns: bigint;
  readonly bytes: Uint8Array;
  /** Bytes on the wire; the captured ones when left out. */
  readonly length?: number;
  /** Interface number, pcapng only; 0 when left out. */
  readonly interfaceId?: number;
}

export interface PcapOptions {
  readonly linkType: number;
  readonly snaplen?: number;
  readonly bigEndian?: boolean;
  readonly nano?: boolean;
}

export interface InterfaceToWrite {
  readonly linkType: number;
  readonly name?: string;
  readonly description?: string;
  readonly snaplen?: number;
  /** The capture filter that ran there, in libpcap's syntax. */
  readonly filter?: string;
  readonly comments?: readonly string[];
}

const DEFAULT_SNAPLEN = 262_144;

export function writePcap(options: PcapOptions, packets: readonly PacketToWrite[]): Uint8Array {
  const little = !options.bigEndian;
  const parts: Uint8Array[] = [];
  const head = new DataView(new ArrayBuffer(24));
  head.setUint32(0, options.nano ? 0xa1b23c4d : 0xa1b2c3d4, little);
  head.setUint16(4, 2, little);
  head.setUint16(6, 4, little);
  head.setUint32(16, options.snaplen ?? DEFAULT_SNAPLEN, little);
  head.setUint32(20, options.linkType, little);
  parts.push(new Uint8Array(head.buffer));
  for (const packet of packets) {
    const record = new DataView(new ArrayBuffer(16));
    const fraction = packet.ns % 1_000_000_000n;
    record.setUint32(0, Number(packet.ns / 1_000_000_000n), little);
    record.setUint32(4, Number(options.nano ? fraction : fraction / 1000n), little);
    record.setUint32(8, packet.bytes.length, little);
    record.setUint32(12, packet.length ?? packet.bytes.length, little);
    parts.push(new Uint8Array(record.buffer), packet.bytes);
  }
  return concat(parts);
}

export function writePcapng(interfaces: readonly InterfaceToWrite[], packets: readonly PacketToWrite[]): Uint8Array {
  return concat([pcapngHeader(interfaces), ...packets.map(pcapngPacket)]);
}

/** Section header and interface blocks: what a pcapng stream begins with. */
export function pcapngHeader(interfaces: readonly InterfaceToWrite[]): Uint8Array {
  const section = new DataView(new ArrayBuffer(16));
  section.setUint32(0, 0x1a2b3c4d, true);
  section.setUint16(4, 1, true);
  section.setBigInt64(8, -1n, true);
  return concat([block(0x0a0d0d0a, new Uint8Array(section.buffer)), ...interfaces.map(interfaceBlock)]);
}

/** One packet as an enhanced packet block. */
export function pcapngPacket(packet: PacketToWrite): Uint8Array {
  const head = new DataView(new ArrayBuffer(20));
  head.setUint32(0, packet.interfaceId ?? 0, true);
  head.setUint32(4, Number(packet.ns >> 32n), true);
  head.setUint32(8, Number(packet.ns & 0xffff_ffffn), true);
  head.setUint32(12, packet.bytes.length, true);
  head.setUint32(16, packet.length ?? packet.bytes.length, true);
  return block(6, concat([new Uint8Array(head.buffer), packet.bytes]));
}

/** An interface block; interfaces are numbered in the order of their blocks. */
export function interfaceBlock(point: InterfaceToWrite): Uint8Array {
  const head = new DataView(new ArrayBuffer(8));
  head.setUint16(0, point.linkType, true);
  head.setUint32(4, point.snaplen ?? DEFAULT_SNAPLEN, true);
  const options: Uint8Array[] = [new Uint8Array(head.buffer)];
  for (const comment of point.comments ?? []) options.push(option(1, encodeUtf8(comment)));
  if (point.name !== undefined) options.push(option(2, encodeUtf8(point.name)));
  if (point.description !== undefined) options.push(option(3, encodeUtf8(point.description)));
  options.push(option(9, Uint8Array.of(9)));
  if (point.filter !== undefined && point.filter !== '') {
    // The first byte says that a libpcap filter string follows.
    options.push(option(11, concat([Uint8Array.of(0), encodeUtf8(point.filter)])));
  }
  options.push(option(0, new Uint8Array(0)));
  return block(1, concat(options));
}

/** One option of a block; code 0 with nothing ends the list. Values longer than 65,535 bytes are cut. */
export function option(code: number, whole: Uint8Array): Uint8Array {
  const value = whole.length > 0xffff ? whole.subarray(0, 0xffff) : whole;
  const head = new DataView(new ArrayBuffer(4));
  head.setUint16(0, code, true);
  head.setUint16(2, value.length, true);
  return concat([new Uint8Array(head.buffer), value, new Uint8Array(-value.length & 3)]);
}

export function block(type: number, body: Uint8Array): Uint8Array {
  const padding = new Uint8Array(-body.length & 3);
  const total = 12 + body.length + padding.length;
  const head = new DataView(new ArrayBuffer(8));
  head.setUint32(0, type, true);
  head.setUint32(4, total, true);
  const tail = new DataView(new ArrayBuffer(4));
  tail.setUint32(0, total, true);
  return concat([new Uint8Array(head.buffer), body, padding, new Uint8Array(tail.buffer)]);
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
