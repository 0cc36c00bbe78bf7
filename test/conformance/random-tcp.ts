// Random TCP traffic that sets off every analysis flag: lost, repeated, reordered and probing segments, zero windows, reused ports.
// Two connections share each pair of ports, which no real traffic does and every state machine must survive.
import type { PacketToWrite } from '../../parsers/capture/writer.ts';
import * as f from './frames.ts';

/** A seeded generator: the same seed gives the same numbers everywhere. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  below(n: number): number {
    this.state = (Math.imul(this.state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.state / 2 ** 32) * n);
  }

  pick<T>(from: readonly [T, ...T[]]): T {
    return from[this.below(from.length)] ?? from[0];
  }
}

interface Side {
  seq: number;
  readonly shift: number;
}

const SERVER_PORT = 47_777;

export function randomTcp(seed: number, count: number): PacketToWrite[] {
  const random = new Random(seed);
  const side = (): Side => ({ seq: random.below(2 ** 32), shift: random.below(3) > 0 ? 7 : -1 });
  const connections = [0, 1, 2, 3].map((i) => ({
    port: 30_000 + (i >> 1),
    client: side(),
    server: side(),
    started: false,
  }));
  const first = connections[0];
  const packets: PacketToWrite[] = [];
  let ns = 1_700_000_000_000_000_000n;
  for (let n = 0; n < count && first; n++) {
    ns += BigInt(random.pick([10, 100, 1000, 5000, 30_000]) * 1000 + random.below(1000));
    const c = connections[random.below(connections.length)] ?? first;
    const back = random.below(2) === 1;
    let flags = random.pick([0x10, 0x10, 0x10, 0x18, 0x18, 0x11, 0x04, 0x02, 0x12, 0x14]);
    if (!c.started && random.below(4) > 0) flags = 0x02;
    if (random.below(30) === 0) {
      c.client.seq = random.below(2 ** 32);
      c.server.seq = random.below(2 ** 32);
      flags = random.pick([0x02, 0x12]);
    }
    c.started = true;
    const mine = back ? c.server : c.client;
    const other = back ? c.client : c.server;
    const seq = (mine.seq + random.pick([0, 0, 0, 0, 0, 0, -1, -1, -10, -100, 1, 10, 100])) >>> 0;
    const ack = (other.seq + random.pick([0, 0, 0, 0, 0, 0, -10, -20, 10, 50])) >>> 0;
    const length = (flags & 7) !== 0 ? random.pick([0, 0, 0, 5]) : random.pick([0, 0, 0, 1, 10, 10, 20, 100]);
    const segment = f.tcp(back ? SERVER_PORT : c.port, back ? c.port : SERVER_PORT, {
      seq,
      ack: (flags & 0x10) !== 0 ? ack : 0,
      flags,
      window: random.pick([64_240, 64_240, 64_240, 64_240, 0, 0, 100, 1, 10]),
      options: (flags & 2) !== 0 && mine.shift >= 0 ? [1, 3, 3, mine.shift] : [],
      payload: new Array<number>(length).fill(120),
    });
    const [src, dst] = back ? ['10.0.0.2', '10.0.0.1'] : ['10.0.0.1', '10.0.0.2'];
    packets.push({ ns, bytes: f.frame(f.ethernet(0x0800, f.ip4(src, dst, 6, segment), back)) });
    const end = (seq + length + ((flags & 3) !== 0 ? 1 : 0)) >>> 0;
    if (((end - mine.seq) | 0) > 0 && random.below(5) > 0) mine.seq = end;
  }
  return packets;
}
