// One TCP segment on its way through the conversation that it belongs to: which messages it completes, begins or carries on.
// Surprise: this follows Wireshark's desegmentation step by step, because where a message shows up in the list depends on its order.
import { NOT_MINE, ONE_MORE, type StreamPart, type StreamReader, UNREAD, UNTIL_FIN } from '../wire/stream-reading.ts';
import { DEFAULT_PORTS, numbersOf, type PortTables, protocolNumbered, tcpCandidates } from '../wire/tables.ts';
import { OpenMessage, type Piece } from './open-message.ts';

const MAX_MESSAGE = 1 << 26;
const MAX_OPEN = 16;

/** Parts by reference: an assembled one names the pieces it is made of. */
interface PartPlan extends Omit<StreamPart, 'assembled' | 'segments'> {
  readonly pieces: readonly Piece[] | null;
}

export interface RowPlan {
  readonly parts: readonly PartPlan[];
  readonly fragment: number;
  readonly begins: string | null;
  /** Number of the protocol of which a message begins here and goes on in later segments; 0 without. */
  readonly begun: number;
  readonly dataFrom: number;
  /** The payload's first bytes belong to a message that misses others; what follows them is read. */
  readonly leads: boolean;
  /** It came out of order into a message that was put together before: Wireshark says so. */
  readonly overlaps: boolean;
}

const ALL_FRAGMENT: RowPlan = {
  parts: [],
  fragment: 1,
  begins: null,
  begun: 0,
  dataFrom: -1,
  leads: false,
  overlaps: false,
};
const ALL_DATA: RowPlan = {
  parts: [],
  fragment: 0,
  begins: null,
  begun: 0,
  dataFrom: 0,
  leads: false,
  overlaps: false,
};
/** Bytes that were there before, or that nobody reads any more. */
const NOTHING: RowPlan = {
  parts: [],
  fragment: 0,
  begins: null,
  begun: 0,
  dataFrom: -1,
  leads: false,
  overlaps: false,
};

const NOBODY: StreamReader = { size: () => NOT_MINE, take: () => null, switchTo: null };

interface Span {
  readonly seq: number;
  readonly size: number;
}

export class Conversation {
  protocol = 0;
  reader: StreamReader | null = null;
  /** Messages that are not complete, by direction. */
  readonly open: readonly [OpenMessage[], OpenMessage[]] = [[], []];
  /** Where the last ones that took several segments began and ended, by direction. */
  readonly done: readonly [Span[], Span[]] = [[], []];
  /** Last row that was read; -1 before the first. */
  readTo = -1;
}

/** How far a run of messages got. */
interface Run {
  readonly to: number;
  readonly notes: unknown[];
  /** What the message at `to` wants: a size, ONE_MORE or UNTIL_FIN; NOT_MINE when none begins there; 0 when all was used up. */
  readonly wants: number;
}

/** One segment on its way through the conversation that it belongs to. */
export class SegmentReading {
  private readonly parts: PartPlan[] = [];
  private fragment = 0;
  private dataFrom = -1;
  private begins: string | null = null;
  private begun = 0;
  private leads = false;
  private isOld = false;
  private overlaps = false;
  private readonly done: Span[];
  private repeated = false;
  private readonly ports: PortTables | null;
  private readonly conversation: Conversation;
  private readonly open: OpenMessage[];
  private readonly toServer: boolean;
  private readonly row: number;
  private readonly seq: number;
  private readonly payload: Uint8Array;

  constructor(
    ports: PortTables | null,
    conversation: Conversation,
    direction: number,
    toServer: boolean,
    row: number,
    seq: number,
    payload: Uint8Array,
  ) {
    this.ports = ports;
    this.conversation = conversation;
    this.open = conversation.open[direction === 0 ? 0 : 1];
    this.done = conversation.done[direction === 0 ? 0 : 1];
    this.toServer = toServer;
    this.row = row;
    this.seq = seq;
    this.payload = payload;
  }

  plan(): RowPlan {
    const { parts, fragment, begins, begun, dataFrom, leads } = this;
    if (parts.length === 0 && fragment === 0 && begins === null && this.isOld)
      return this.overlaps ? { ...NOTHING, overlaps: true } : NOTHING;
    if (parts.length === 0 && dataFrom <= 0 && begins === null && begun === 0)
      return fragment > 0 ? ALL_FRAGMENT : ALL_DATA;
    return { parts, fragment, begins, begun, dataFrom, leads: leads && parts.length > 0, overlaps: false };
  }

  /** `repeated`: it is not to be read again; `isLate`: because it came out of order. */
  run(repeated: boolean, isLate: boolean, sport: number, dport: number): void {
    const { payload } = this;
    this.repeated = repeated;
    for (let at = 0; at < payload.length; ) {
      const seq = (this.seq + at) >>> 0;
      const message = this.open.find((one) => isWithin(one, seq));
      if (message !== undefined) {
        at = this.continueMessage(message, seq, at);
        if (at < 0) return;
        continue;
      }
      // The start of a message that is already there, again.
      if (this.open.some((one) => one.seq === seq)) {
        this.fragment = repeated ? 0 : payload.length - at;
        this.isOld = repeated;
        return;
      }
      if (isLate && this.done.some((span) => isInside(span, seq))) {
        this.isOld = true;
        this.overlaps = true;
        return;
      }
      if (repeated || !this.choose(at, sport, dport)) {
        this.dataFrom = at;
        return;
      }
      const run = this.messages(payload, at, payload.length, false);
      const { reader } = this.conversation;
      if (run.to > at) this.add(null, at, run);
      if (run.wants === NOT_MINE && reader !== this.conversation.reader && run.to > at) {
        at = run.to;
        continue;
      }
      if (run.wants === NOT_MINE) this.dataFrom = run.to;
      else if (run.wants !== 0) {
        this.begins = this.conversation.reader?.begins?.(payload, run.to, payload.length) ?? null;
        this.begun = this.conversation.protocol;
        this.begin(run, payload, (this.seq + run.to) >>> 0);
      }
      return;
    }
  }

  /** Reads a payload of which only the beginning was captured, `size` bytes on the wire; false when its protocol has no way to. */
  runCut(sport: number, dport: number, size: number): boolean {
    const { payload } = this;
    if (payload.length === 0 || !this.choose(0, sport, dport)) return false;
    const { reader } = this.conversation;
    if (reader?.takeCut === undefined) return false;
    const run = this.messages(payload, 0, payload.length, false);
    const notes = [...run.notes];
    if (run.to < payload.length) notes.push(reader.takeCut(payload, run.to, payload.length, this.toServer, this.row));
    this.add(null, 0, { to: size, notes, wants: 0 });
    return true;
  }

  /** A FIN in this direction ends what was to go on until then. */
  finish(): void {
    for (const message of this.open.splice(0)) {
      if (!message.untilFin || message.have === 0) continue;
      const run = this.messages(message.bytes, 0, message.have, true);
      if (run.to > 0) this.add(message.pieces, 0, run);
    }
  }

  /** Finds out which protocol the conversation speaks, unless that is known. */
  private choose(at: number, sport: number, dport: number): boolean {
    const { conversation, payload, ports } = this;
    if (conversation.reader !== null) return true;
    const { tcp } = ports ?? DEFAULT_PORTS;
    const named = protocolNumbered(this.announced)?.stream?.(true);
    if (named !== undefined) {
      conversation.protocol = this.announced;
      conversation.reader = named;
      return true;
    }
    for (const number of tcpCandidates(ports, sport, dport)) {
      const reader = protocolNumbered(number)?.stream?.(tcp[sport] === number || tcp[dport] === number);
      if (reader === undefined || reader.size(payload, at, payload.length, this.toServer) === NOT_MINE) continue;
      conversation.protocol = number;
      conversation.reader = reader;
      return true;
    }
    return false;
  }

  /** Adds the part of this segment that belongs to `message`; gives where the payload goes on, -1 when nothing is left to do. */
  private continueMessage(message: OpenMessage, seq: number, at: number): number {
    const { payload } = this;
    const offset = (seq - message.seq) >>> 0;
    const whole = message.takesWholeSegment && offset === message.have;
    const room = whole || message.untilFin ? payload.length - at : message.wanted - offset;
    const size = Math.min(payload.length - at, room);
    const before = message.have;
    const isKnown = this.repeated && offset + size <= before;
    message.add(offset, payload.subarray(at, at + size), { row: this.row, from: at, to: at + size });
    if (whole) {
      message.takesWholeSegment = false;
      message.wanted = Math.max(message.wanted, message.have);
    }
    const next = at + size;
    if (message.untilFin || message.have < message.wanted) {
      this.fragment = isKnown ? 0 : size;
      this.isOld = isKnown;
      if (next < payload.length) this.leads = true;
      return next < payload.length ? next : -1;
    }
    if (this.repeated && offset + size < message.wanted && before < message.wanted) {
      // A hole is filled after the end was there: Wireshark does not come back to the message.
      this.close(message);
      this.isOld = true;
      return next < payload.length ? next : -1;
    }
    const run = this.messages(message.bytes, 0, message.have, false);
    if (run.wants !== 0 && run.wants !== NOT_MINE && run.to === 0) {
      // The same message wants more than it seemed to.
      this.fragment = size;
      this.begins = this.conversation.reader?.begins?.(message.bytes, 0, message.have) ?? null;
      this.begun = this.conversation.protocol;
      if (!want(message, run.wants)) this.close(message);
      return next < payload.length ? next : -1;
    }
    this.fragment = 0;
    this.begins = null;
    this.begun = 0;
    this.done.push({ seq: message.seq, size: message.have });
    if (this.done.length > MAX_OPEN) this.done.shift();
    const pieces = [...message.pieces];
    const rest = message.bytes.slice(run.to);
    this.close(message);
    if (run.to > 0) this.add(pieces, 0, run);
    if (run.wants === NOT_MINE) this.dataFrom = Math.max(0, next - rest.length);
    else if (run.wants !== 0) {
      const begun = this.begin(run, rest, (message.seq + run.to) >>> 0, piecesFrom(pieces, run.to));
      if (begun && next < payload.length) return next;
      return -1;
    }
    return next;
  }

  private close(message: OpenMessage): void {
    const place = this.open.indexOf(message);
    if (place >= 0) this.open.splice(place, 1);
  }

  /** Opens a message whose first bytes are there: the end of this payload, or `pieces`. */
  private begin(run: Run, bytes: Uint8Array, seq: number, pieces: readonly Piece[] | null = null): boolean {
    const from = pieces === null ? run.to : 0;
    const there = bytes.length - from;
    this.fragment = there;
    const message = new OpenMessage(seq, there);
    if (!want(message, run.wants)) return false;
    if (pieces === null) message.add(0, bytes.subarray(from), { row: this.row, from, to: bytes.length });
    else {
      let at = 0;
      for (const piece of pieces) {
        message.add(at, bytes.subarray(at, at + piece.to - piece.from), piece);
        at += piece.to - piece.from;
      }
    }
    this.open.push(message);
    if (this.open.length > MAX_OPEN) this.open.shift();
    return true;
  }

  private add(pieces: readonly Piece[] | null, from: number, { to, notes }: Run): void {
    const used = pieces === null ? null : piecesTo(pieces, to);
    const { conversation, toServer } = this;
    this.parts.push({ protocol: this.spoken, pieces: used, from, to, notes, toServer });
    const { reader } = conversation;
    if (reader?.switchTo == null) return;
    const number = numbersOf(reader.switchTo)[0] ?? 0;
    conversation.reader = reader.switchTo === UNREAD ? NOBODY : (protocolNumbered(number)?.stream?.(true) ?? null);
    conversation.protocol = number;
  }

  /** Number of the protocol that another conversation announced for this one; 0 without. */
  announced = 0;
  private spoken = 0;

  /** The whole messages between `at` and `end`. */
  private messages(bytes: Uint8Array, at: number, end: number, final: boolean): Run {
    const { reader } = this.conversation;
    this.spoken = this.conversation.protocol;
    const notes: unknown[] = [];
    let to = at;
    while (to < end && reader !== null) {
      let size = reader.size(bytes, to, end, this.toServer);
      if (final && (size < 0 || to + size > end) && size !== NOT_MINE) size = end - to;
      if (size <= 0 || to + size > end) return { to, notes, wants: size === 0 ? NOT_MINE : size };
      notes.push(reader.take(bytes, to, to + size, this.toServer, this.row));
      to += size;
      if (reader.switchTo !== null && to < end) return { to, notes, wants: NOT_MINE };
    }
    return { to, notes, wants: 0 };
  }
}

function isInside({ seq: from, size }: Span, seq: number): boolean {
  const offset = (seq - from) >>> 0;
  return offset > 0 && offset < size;
}

/** True when the byte numbered `seq` belongs to the message and is not its first. */
function isWithin(message: OpenMessage, seq: number): boolean {
  const offset = (seq - message.seq) | 0;
  if (offset <= 0) return false;
  return offset < message.wanted || ((message.takesWholeSegment || message.untilFin) && offset <= message.have);
}

/** Says what the message waits for; false when that is too much. */
function want(message: OpenMessage, wants: number): boolean {
  if (wants === NOT_MINE) return false;
  message.takesWholeSegment = wants === ONE_MORE;
  message.untilFin = wants === UNTIL_FIN;
  if (wants > 0) message.wanted = wants;
  return message.wanted <= MAX_MESSAGE && message.have <= MAX_MESSAGE;
}

/** The pieces that make up the first `size` bytes. */
function piecesTo(pieces: readonly Piece[], size: number): Piece[] {
  const used: Piece[] = [];
  let left = size;
  for (const piece of pieces) {
    if (left <= 0) break;
    const take = Math.min(left, piece.to - piece.from);
    used.push({ ...piece, to: piece.from + take });
    left -= take;
  }
  return used;
}

/** The pieces behind the first `size` bytes. */
function piecesFrom(pieces: readonly Piece[], size: number): Piece[] {
  const rest: Piece[] = [];
  let skip = size;
  for (const piece of pieces) {
    const length = piece.to - piece.from;
    if (skip < length) rest.push({ ...piece, from: piece.from + skip });
    skip = Math.max(0, skip - length);
  }
  return rest;
}
