// Conversations that others announce: FTP names the port of a transfer, TFTP answers from a new one, SDP says where RTP goes to.
// Surprise: what was announced holds for packets that come after it, so each port keeps its announcements by row, and the same packet is read
// alike however late it is asked for.

import type { Ip } from '../core/address.ts';
import { BoundedMap } from '../core/bounded-map.ts';
import { numbersOf } from './tables.ts';

const KEPT = 20_000;
const KEPT_OF_ONE = 64;

export interface Announcement {
  /** Number of the protocol in the registry. */
  readonly protocol: number;
  /** Row that announced it. */
  readonly row: number;
  /** The other port must be this one; 0 when any will do. */
  readonly otherPort: number;
  /** What the announcing protocol says of it. */
  readonly note: unknown;
}

export interface End {
  readonly transport: number;
  readonly ip: Ip;
  readonly port: number;
}

export class Announcements {
  /** Row that is being indexed. */
  row = 0;
  /** False while nothing was announced, which is nearly always. */
  any = false;
  private readonly ports = new Uint8Array(0x1_0000);
  /** Notes that the announcing conversation may still add to, by its client's end. */
  private readonly pending = new BoundedMap<string, unknown>(KEPT);
  private readonly known = new BoundedMap<string, Announcement[]>(KEPT);

  /** True when a conversation with this port may have been announced. */
  mayKnow(one: number, other: number): boolean {
    return this.any && ((this.ports[one] ?? 0) | (this.ports[other] ?? 0)) !== 0;
  }

  /** Says that packets to and from `end` are of the protocol with this display-filter name from now on. */
  announce(filter: string, end: End, note: unknown, otherPort = 0): void {
    const protocol = numbersOf(filter)[0] ?? 0;
    if (protocol === 0 || end.port === 0) return;
    this.any = true;
    this.ports[end.port] = 1;
    const key = keyOf(end);
    const list = this.known.get(key) ?? [];
    list.push({ protocol, row: this.row, otherPort, note });
    if (list.length > KEPT_OF_ONE) list.shift();
    this.known.set(key, list);
  }

  keepPending(client: End, note: unknown): void {
    this.pending.set(keyOf(client), note);
  }

  /** Hands over the note that this client's conversation kept, once. */
  tellPending(client: End, tell: (note: unknown) => void): void {
    if (!this.any) return;
    const key = keyOf(client);
    const note = this.pending.get(key);
    if (note === undefined || note === null) return;
    tell(note);
    this.pending.set(key, null);
  }

  /** The last announcement of either end before `row`; of both the older one, which began the talk. */
  of(one: End, other: End, row: number): Announcement | null {
    const first = this.last(one, other.port, row);
    const second = this.last(other, one.port, row);
    if (first === null || second === null) return first ?? second;
    return second.row < first.row ? second : first;
  }

  private last(end: End, other: number, row: number): Announcement | null {
    if ((this.ports[end.port] ?? 0) === 0) return null;
    const fits = (this.known.get(keyOf(end)) ?? []).filter(
      (one) => one.row < row && (one.otherPort === 0 || one.otherPort === other),
    );
    return fits.at(-1) ?? null;
  }
}

function keyOf({ transport, ip, port }: End): string {
  return ip.family === 4 ? `${transport} ${ip.d} ${port}` : `${transport} ${ip.a} ${ip.b} ${ip.c} ${ip.d} ${port}`;
}
