// The flow table's columns: one entry a flow, or two (`2 * flow + direction`) where each direction counts for itself.

export class FlowColumns {
  /** IP protocol shifted by one, plus 1 for IPv4. */
  kind: Uint16Array;
  src: Uint32Array;
  dst: Uint32Array;
  sport: Uint16Array;
  dport: Uint16Array;
  interfaceId: Uint16Array;
  firstRow: Uint32Array;
  lastRow: Uint32Array;
  stream: Uint32Array;
  retransmissions: Uint32Array;
  /** 0 while no SYN was seen, then 1 plus the direction that the client sends in. */
  client: Uint8Array;
  /** Registry number of the protocol over TCP. */
  application: Uint8Array;
  packets: Uint32Array;
  bytes: Float64Array;
  flags: Uint16Array;
  private room: number;

  constructor() {
    this.room = 64;
    this.kind = new Uint16Array(64);
    this.src = new Uint32Array(64);
    this.dst = new Uint32Array(64);
    this.sport = new Uint16Array(64);
    this.dport = new Uint16Array(64);
    this.interfaceId = new Uint16Array(64);
    this.firstRow = new Uint32Array(64);
    this.lastRow = new Uint32Array(64);
    this.stream = new Uint32Array(64);
    this.retransmissions = new Uint32Array(64);
    this.client = new Uint8Array(64);
    this.application = new Uint8Array(64);
    this.packets = new Uint32Array(128);
    this.bytes = new Float64Array(128);
    this.flags = new Uint16Array(128);
  }

  reserve(count: number): void {
    if (count <= this.room) return;
    this.room *= 2;
    const { room } = this;
    this.kind = grown(this.kind, new Uint16Array(room));
    this.src = grown(this.src, new Uint32Array(room));
    this.dst = grown(this.dst, new Uint32Array(room));
    this.sport = grown(this.sport, new Uint16Array(room));
    this.dport = grown(this.dport, new Uint16Array(room));
    this.interfaceId = grown(this.interfaceId, new Uint16Array(room));
    this.firstRow = grown(this.firstRow, new Uint32Array(room));
    this.lastRow = grown(this.lastRow, new Uint32Array(room));
    this.stream = grown(this.stream, new Uint32Array(room));
    this.retransmissions = grown(this.retransmissions, new Uint32Array(room));
    this.client = grown(this.client, new Uint8Array(room));
    this.application = grown(this.application, new Uint8Array(room));
    this.packets = grown(this.packets, new Uint32Array(room * 2));
    this.bytes = grown(this.bytes, new Float64Array(room * 2));
    this.flags = grown(this.flags, new Uint16Array(room * 2));
  }

  hashOf(flow: number, withInterface: boolean): number {
    return hashKey(
      this.src[flow] ?? 0,
      this.dst[flow] ?? 0,
      this.sport[flow] ?? 0,
      this.dport[flow] ?? 0,
      this.kind[flow] ?? 0,
      withInterface ? (this.interfaceId[flow] ?? 0) : 0,
    );
  }
}

/** The same number for both directions of a conversation. */
export function hashKey(src: number, dst: number, sport: number, dport: number, kind: number, point: number): number {
  const one = Math.imul(src ^ Math.imul(sport, 0x9e3779b1), 0x85ebca6b);
  const other = Math.imul(dst ^ Math.imul(dport, 0x9e3779b1), 0x85ebca6b);
  let h = (one ^ (one >>> 15)) + (other ^ (other >>> 15));
  h = Math.imul(h ^ Math.imul(kind, 0x27d4eb2f) ^ Math.imul(point, 0x165667b1), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

interface Column {
  set(from: this): void;
}

function grown<T extends Column>(old: T, fresh: T): T {
  fresh.set(old);
  return fresh;
}
