// Random TCP sessions that behave: handshakes, transfers, losses and what follows from them, seen as captures see them. Segments are
// missing, seen twice (`-i any`), late, cut by the snap length; clocks step back; numbers wrap; ports are used again; SACK blocks.
// Surprise: unlike random-tcp.ts each side answers what the other sent, so that the rarer rules of TCP analysis meet their conditions.
import type { PacketToWrite } from '../../parsers/capture/writer.ts';
import * as f from './frames.ts';
import { Random } from './random-tcp.ts';

const FIN = 1;
const SYN = 2;
const RST = 4;
const PSH = 8;
const ACK = 0x10;

interface Sent {
  readonly seq: number;
  readonly length: number;
  readonly flags: number;
}

interface Side {
  seq: number;
  /** What this side has acknowledged, and what it will once holes are filled. */
  acked: number;
  window: number;
  readonly sent: Sent[];
  /** Blocks above `acked` that arrived. */
  sack: readonly (readonly [number, number])[];
  sackNext: boolean;
}

interface Connection {
  readonly six: boolean;
  readonly sackUsed: boolean;
  readonly shift: number;
  readonly ports: readonly [number, number];
  sides: readonly [Side, Side];
  step: number;
}

const SERVER_PORT = 47_777;

export function randomSessions(seed: number, count: number): PacketToWrite[] {
  const maker = new Maker(new Random(seed));
  while (maker.packets.length < count) maker.turn();
  return maker.packets.slice(0, count);
}

class Maker {
  readonly packets: PacketToWrite[] = [];
  private ns = 1_700_000_000_000_000_000n;
  private readonly random: Random;
  private readonly connections: Connection[] = [];
  private readonly late: { readonly due: number; readonly packet: Uint8Array; readonly length: number }[] = [];

  constructor(random: Random) {
    this.random = random;
    for (let i = 0; i < 5; i++) this.connections.push(this.connection(30_000 + i));
  }

  private connection(port: number): Connection {
    const { random } = this;
    return {
      six: random.below(4) === 0,
      sackUsed: random.below(2) === 0,
      shift: random.pick([-1, 0, 2, 7]),
      ports: [port, SERVER_PORT],
      sides: [this.side(), this.side()],
      // Some are picked up in mid-stream.
      step: random.pick([0, 0, 0, 3]),
    };
  }

  private side(): Side {
    const { random } = this;
    const seq = random.below(4) === 0 ? (2 ** 32 - random.below(3000)) >>> 0 : random.below(2 ** 32);
    return { seq, acked: 0, window: 64_000, sent: [], sack: [], sackNext: false };
  }

  turn(): void {
    const { random } = this;
    const [first] = this.connections;
    if (first === undefined) return;
    const c = this.connections[random.below(this.connections.length)] ?? first;
    this.pass();
    if (c.step < 3) this.handshake(c);
    else this.event(c, random.below(2) === 0 ? 0 : 1);
  }

  private event(c: Connection, way: 0 | 1): void {
    const { random } = this;
    switch (random.below(40)) {
      case 0:
        this.end(c, way);
        return;
      case 1:
        this.again(c);
        return;
      case 2:
        this.keepAlive(c, way);
        return;
      case 3:
      case 4:
        this.windows(c, way);
        return;
      case 5:
      case 6:
      case 7:
        this.repeat(c, way);
        return;
      case 8:
        this.emit(c, way, { flags: random.pick([SYN, SYN | ACK]), seq: (c.sides[way].seq - 1) >>> 0 });
        return;
      case 9:
      case 10:
      case 11:
      case 12:
        for (let n = random.below(5) + 1; n > 0; n--) this.acknowledge(c, way, false);
        return;
      default:
        for (let n = random.below(6) + 1; n > 0; n--) this.data(c, way);
        if (random.below(3) > 0) this.acknowledge(c, way === 0 ? 1 : 0, true);
    }
  }

  /** Time goes on, now and then back. */
  private pass(): void {
    const { random } = this;
    const step = random.pick([1, 5, 50, 300, 2500, 4000, 15_000, 250_000]) * 1000 + random.below(1000);
    this.ns += BigInt(random.below(200) === 0 ? -step : step);
  }

  private handshake(c: Connection): void {
    const { random } = this;
    const [client, server] = c.sides;
    if (c.step === 0) {
      const opened = random.below(12) === 0;
      const payload = random.below(10) === 0 ? 5 : 0;
      this.emit(c, 0, { flags: SYN | (random.below(5) === 0 ? 0xc0 : 0), ack: 0, payload });
      client.seq = (client.seq + 1 + payload) >>> 0;
      if (opened) this.emit(c, 1, { flags: SYN, ack: 0 });
      if (random.below(6) === 0) this.emit(c, 0, { flags: SYN, ack: 0, seq: (client.seq - 1 - payload) >>> 0 });
      if (random.below(15) === 0) {
        this.emit(c, 1, { flags: RST | ACK, seq: 0, window: 0 });
        this.fresh(c);
        return;
      }
    } else if (c.step === 1) {
      server.acked = client.seq;
      this.emit(c, 1, { flags: SYN | ACK });
      if (random.below(8) === 0) this.emit(c, 1, { flags: SYN | ACK });
      server.seq = (server.seq + 1) >>> 0;
    } else {
      client.acked = server.seq;
      this.emit(c, 0, { flags: ACK });
    }
    c.step++;
  }

  private data(c: Connection, way: 0 | 1): void {
    const { random } = this;
    const side = c.sides[way];
    const other = c.sides[way === 0 ? 1 : 0];
    const room = (other.window * 2 ** Math.max(0, c.shift)) | 0;
    const full = random.below(40) === 0 && room > 0 && room < 1400;
    const payload = full ? room : random.pick([1, 2, 10, 100, 536, 1000, 1460]);
    const flags = ACK | (random.below(3) === 0 ? PSH : 0) | (random.below(30) === 0 ? FIN : 0);
    const fate = random.below(20);
    const { seq } = side;
    side.sent.push({ seq, length: payload, flags });
    if (side.sent.length > 30) side.sent.shift();
    side.seq = (seq + payload) >>> 0;
    if (fate === 0) return;
    this.emit(c, way, { flags, seq, payload, late: fate < 3 });
    if ((flags & FIN) !== 0) side.seq = (side.seq + 1) >>> 0;
  }

  /** An ACK by `way`: of all, of a part, or of the same again with blocks. */
  private acknowledge(c: Connection, way: 0 | 1, all: boolean): void {
    const { random } = this;
    const side = c.sides[way];
    const other = c.sides[way === 0 ? 1 : 0];
    const last = other.sent.at(-1);
    const pick = random.below(8);
    if (all && pick > 1) {
      side.acked = other.seq;
      side.sack = [];
    } else if (pick === 0 && other.sent.length > 0) {
      const one = other.sent[random.below(other.sent.length)];
      if (one !== undefined) side.acked = (one.seq + random.pick([0, 1, one.length])) >>> 0;
    } else if (pick === 1) side.acked = (other.seq + random.pick([0, 0, 100])) >>> 0;
    if (c.sackUsed && last !== undefined && random.below(2) === 0) {
      const blocks: (readonly [number, number])[] = [];
      const n = random.below(4) + (random.below(8) === 0 ? 1 : 0);
      for (let i = 0; i < n; i++) {
        const one = other.sent[random.below(other.sent.length)];
        if (one !== undefined) blocks.push([one.seq, (one.seq + one.length) >>> 0]);
      }
      side.sack = blocks;
      side.sackNext = blocks.length > 0;
    }
    const payload = random.below(12) === 0 ? random.pick([1, 40]) : 0;
    this.emit(c, way, { flags: ACK, payload, late: random.below(30) === 0 });
    side.seq = (side.seq + payload) >>> 0;
  }

  private repeat(c: Connection, way: 0 | 1): void {
    const { random } = this;
    const side = c.sides[way];
    const one = side.sent[Math.max(0, side.sent.length - 1 - random.below(8))];
    if (one === undefined) return;
    const length = random.pick([one.length, one.length, one.length, one.length + 10, Math.max(1, one.length >> 1)]);
    this.emit(c, way, { flags: one.flags, seq: one.seq, payload: length });
  }

  private windows(c: Connection, way: 0 | 1): void {
    const { random } = this;
    const side = c.sides[way];
    const other = way === 0 ? 1 : 0;
    side.window = random.pick([0, 0, 1, 5, 100, 500, 64_000]);
    this.emit(c, way, { flags: ACK });
    if (random.below(2) === 0) {
      this.pass();
      this.emit(c, other, { flags: ACK, payload: 1 });
      this.pass();
      this.emit(c, way, { flags: ACK });
      if (random.below(2) === 0) this.emit(c, way, { flags: ACK });
    }
    if (random.below(2) === 0) side.window = 64_000;
    if (random.below(2) === 0) this.emit(c, way, { flags: ACK });
  }

  private keepAlive(c: Connection, way: 0 | 1): void {
    const { random } = this;
    const other = way === 0 ? 1 : 0;
    for (let n = random.below(3) + 1; n > 0; n--) {
      this.emit(c, way, { flags: ACK, seq: (c.sides[way].seq - 1) >>> 0, payload: random.below(2) });
      this.pass();
      if (random.below(4) > 0) this.emit(c, other, { flags: ACK });
      this.pass();
    }
  }

  private end(c: Connection, way: 0 | 1): void {
    const { random } = this;
    const other = way === 0 ? 1 : 0;
    const side = c.sides[way];
    const peer = c.sides[other];
    switch (random.below(5)) {
      case 0:
        this.emit(c, way, { flags: RST, ack: random.pick([0, 0, 77]), window: 0 });
        if (random.below(2) === 0) this.emit(c, way, { flags: RST | ACK });
        break;
      case 1:
        this.emit(c, way, { flags: RST | ACK, payload: random.pick([0, 0, 12]) });
        break;
      case 2:
        // Both at once.
        this.emit(c, way, { flags: FIN | ACK });
        this.emit(c, other, { flags: FIN | ACK });
        side.seq = (side.seq + 1) >>> 0;
        peer.seq = (peer.seq + 1) >>> 0;
        side.acked = peer.seq;
        peer.acked = side.seq;
        this.emit(c, way, { flags: ACK });
        this.emit(c, other, { flags: ACK });
        break;
      default:
        this.emit(c, way, { flags: FIN | ACK | (random.below(2) === 0 ? PSH : 0) });
        if (random.below(4) === 0) this.emit(c, way, { flags: FIN | ACK });
        side.seq = (side.seq + 1) >>> 0;
        peer.acked = side.seq;
        this.pass();
        if (random.below(2) === 0) this.emit(c, other, { flags: ACK });
        this.emit(c, other, { flags: FIN | ACK });
        peer.seq = (peer.seq + 1) >>> 0;
        side.acked = peer.seq;
        this.emit(c, way, { flags: random.pick([ACK, ACK, RST]) });
    }
    if (random.below(2) === 0) this.again(c);
  }

  /** The ports are used again: with other numbers, or by the same SYN once more. */
  private again(c: Connection): void {
    if (this.random.below(3) === 0) {
      const at = this.connections.indexOf(c);
      this.connections[at] = this.connection(30_000 + this.packets.length);
      return;
    }
    this.fresh(c);
  }

  private fresh(c: Connection): void {
    c.sides = [this.side(), this.side()];
    c.step = this.random.pick([0, 0, 0, 1]);
  }

  private emit(
    c: Connection,
    way: 0 | 1,
    t: { flags: number; seq?: number; ack?: number; window?: number; payload?: number; late?: boolean },
  ): void {
    const { random } = this;
    const side = c.sides[way];
    const isSyn = (t.flags & SYN) !== 0;
    const options = isSyn ? this.synOptions(c) : this.options(side);
    const back = way === 1;
    const hasAck = (t.flags & ACK) !== 0;
    const segment = f.tcp(c.ports[way], c.ports[back ? 0 : 1], {
      seq: t.seq ?? side.seq,
      ack: t.ack ?? (hasAck ? side.acked : 0),
      flags: t.flags,
      window: t.window ?? side.window,
      options,
      payload: new Array<number>(t.payload ?? 0).fill(0xf0),
    });
    const [src, dst] = back ? ['10.0.0.2', '10.0.0.1'] : ['10.0.0.1', '10.0.0.2'];
    const [src6, dst6] = back ? ['fd00::2', 'fd00::1'] : ['fd00::1', 'fd00::2'];
    const total = random.below(60) === 0 ? { total: 0 } : {};
    const packet = c.six
      ? f.frame(f.ethernet(0x86dd, f.ip6(src6, dst6, 6, segment), back))
      : f.frame(f.ethernet(0x0800, f.ip4(src, dst, 6, segment, total), back));
    const kept = random.below(25) === 0 ? Math.min(packet.length, random.pick([60, 64, 70, 96, 128])) : packet.length;
    const bytes = packet.subarray(0, kept);
    if (t.late === true) {
      this.late.push({ due: this.packets.length + 1 + random.below(6), packet: bytes, length: packet.length });
      return;
    }
    this.put(bytes, packet.length);
    if (random.below(25) === 0) this.put(bytes, packet.length);
    for (const [i, one] of [...this.late.entries()].reverse()) {
      if (one.due > this.packets.length) continue;
      this.late.splice(i, 1);
      this.put(one.packet, one.length);
    }
  }

  private put(bytes: Uint8Array, length: number): void {
    this.ns += BigInt(this.random.below(20_000));
    this.packets.push({ ns: this.ns, bytes, length });
  }

  private synOptions(c: Connection): readonly number[] {
    const mss = [2, 4, 5, 0xb4];
    const scale = c.shift >= 0 ? [1, 3, 3, c.shift] : [];
    const open = this.random.below(10) === 0 ? [34, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 1] : [];
    return [...mss, ...(c.sackUsed ? [1, 1, 4, 2] : []), ...scale, ...open];
  }

  private options(side: Side): readonly number[] {
    if (!side.sackNext) return [];
    side.sackNext = false;
    const { sack } = side;
    return [1, 1, 5, 2 + sack.length * 8, ...sack.flatMap(([from, to]) => [...f.u32(from), ...f.u32(to)])];
  }
}
