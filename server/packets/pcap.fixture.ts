// Writes small captures for tests: UDP packets between two addresses, at given times.

export interface FixturePacket {
  /** Microseconds since the epoch. */
  readonly us: number;
  readonly sport?: number;
  readonly dport?: number;
  readonly payload?: number;
}

function frame({ sport = 1000, dport = 2000, payload = 8 }: FixturePacket): Uint8Array {
  const bytes = new Uint8Array(14 + 20 + 8 + payload);
  const view = new DataView(bytes.buffer);
  bytes.set([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0]);
  view.setUint8(14, 0x45);
  view.setUint16(16, 28 + payload);
  view.setUint8(22, 64);
  view.setUint8(23, 17);
  bytes.set([10, 0, 0, 1, 10, 0, 0, 2], 26);
  view.setUint16(34, sport);
  view.setUint16(36, dport);
  view.setUint16(38, 8 + payload);
  return bytes;
}

export function pcapOf(packets: readonly FixturePacket[]): Uint8Array {
  const frames = packets.map(frame);
  const all = new Uint8Array(24 + frames.reduce((sum, f) => sum + 16 + f.length, 0));
  const view = new DataView(all.buffer);
  view.setUint32(0, 0xa1b2c3d4, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, 262_144, true);
  view.setUint32(20, 1, true);
  let at = 24;
  for (const [i, bytes] of frames.entries()) {
    const us = packets[i]?.us ?? 0;
    view.setUint32(at, Math.floor(us / 1e6), true);
    view.setUint32(at + 4, us % 1e6, true);
    view.setUint32(at + 8, bytes.length, true);
    view.setUint32(at + 12, bytes.length, true);
    all.set(bytes, at + 16);
    at += 16 + bytes.length;
  }
  return all;
}
