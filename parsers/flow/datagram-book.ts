// Reads UDP conversations whose protocol needs to know of earlier datagrams, in order and on demand, and keeps the notes of the last rows;
// the counterpart of stream-book.ts, without anything to put together.
import { BoundedMap } from '../core/bounded-map.ts';
import type { PacketIndex } from '../index/packet-index.ts';
import type { DatagramNote, DatagramReader } from '../wire/datagram-reading.ts';
import { protocolNumbered } from '../wire/tables.ts';

const ROWS_KEPT = 100_000;
const CONVERSATIONS_KEPT = 20_000;
const STRIDE = 200;

interface Conversation {
  readonly reader: DatagramReader;
  /** Last row that was read; -1 before the first. */
  readTo: number;
}

export class DatagramBook {
  private readonly index: PacketIndex;
  private readonly payload: (row: number) => Uint8Array | null;
  private readonly conversations = new BoundedMap<number, Conversation>(CONVERSATIONS_KEPT);
  private readonly notes = new BoundedMap<number, DatagramNote>(ROWS_KEPT);

  constructor(index: PacketIndex, payload: (row: number) => Uint8Array | null) {
    this.index = index;
    this.payload = payload;
  }

  /** What the conversation says about a row of this flow; null when its protocol reads each datagram by itself. */
  noteOf(flow: number, row: number): DatagramNote | null {
    this.readTo(flow, row, () => true);
    return this.notes.get(row) ?? null;
  }

  /** Reads the row's conversation up to it, until `keepOn` says to stop; true when `noteOf` will answer at once. */
  advance(flow: number, row: number, keepOn: () => boolean): boolean {
    return this.readTo(flow, row, keepOn);
  }

  private readTo(flow: number, row: number, keepOn: () => boolean): boolean {
    const protocol = this.index.flowTable.applicationOf(flow);
    const start = protocolNumbered(protocol)?.datagrams;
    if (start === undefined || this.notes.has(row)) return true;
    let conversation = this.conversations.get(flow);
    if (conversation === undefined || conversation.readTo >= row) {
      conversation = { reader: start(), readTo: -1 };
      this.conversations.set(flow, conversation);
    }
    const { rowChain, flowTable } = this.index;
    for (let steps = 1; conversation.readTo < row; steps++) {
      const next = conversation.readTo < 0 ? rowChain.firstOf(flow) : rowChain.after(conversation.readTo);
      if (next > row) return true;
      conversation.readTo = next;
      const payload = this.payload(next);
      const note =
        payload === null ? null : conversation.reader.take(payload, flowTable.directionOf(flow, next) === 0, next);
      if (note !== null) this.notes.set(next, { protocol, note });
      if (steps % STRIDE === 0 && conversation.readTo < row && !keepOn()) return false;
    }
    return true;
  }
}
