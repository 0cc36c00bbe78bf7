// A connection of HTTP/2 (RFC 9113) frame by frame: the header tables of both directions, what each stream carries, and the messages of gRPC
// in its DATA frames. Surprise: a gRPC message may take many frames; the first 64 KiB of it are kept until it is complete.
import { BoundedMap } from '../core/bounded-map.ts';
import { type HeaderBlock, HeaderDecoder } from './hpack.ts';
import { NOT_MINE, ONE_MORE, type StreamReader } from './stream-reading.ts';

export const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
export const FRAME_HEADER = 9;

export const DATA = 0;
export const HEADERS = 1;
export const PUSH_PROMISE = 5;
export const CONTINUATION = 9;
const RST_STREAM = 3;

export const END_STREAM = 1;
export const END_HEADERS = 4;
export const PADDED = 8;
export const PRIORITY = 0x20;

const GRPC_HEADER = 5;
const MAX_STREAMS = 5000;
const MAX_KEPT = 1 << 16;
const MAX_BODY = 1 << 18;
const GRPC_TYPE = /^application\/grpc(-web)?(\+\w+)?$/;
/** What stands at the start of no other protocol. */
const TELLING = 6;

/** One or several whole messages of gRPC that stand together. */
export interface GrpcRun {
  /** What was put together from several frames, at most 64 KiB of it; null: the bytes are this frame's own. */
  readonly assembled: Uint8Array | null;
  /** In the frame's data, or in what was put together. */
  readonly from: number;
  readonly to: number;
  readonly isWhole: boolean;
}

export interface GrpcNote {
  /** `/package.Service/Method`; null when the request's headers were not seen. */
  readonly path: string | null;
  readonly type: string;
  readonly runs: readonly GrpcRun[];
  /** True when a message begins here that later frames go on with. */
  readonly begins: boolean;
  /** True when this frame completes the header of a message whose first bytes came before. */
  readonly joinsHeader: boolean;
}

export interface EndedBody {
  /** Media type in lower case, and its parameters; empty where the headers name none. */
  readonly type: string;
  readonly parameters: string;
  /** Content encoding in lower case; empty without. */
  readonly encoding: string;
  /** DATA frames that it came in. */
  readonly frames: number;
  /** Null: it is this frame's own data. At most 256 KiB of it. */
  readonly assembled: Uint8Array | null;
}

/** What a frame's place in its connection says about it. */
export interface Http2Note {
  readonly isPreface: boolean;
  readonly block: HeaderBlock | null;
  /** The body that ends with this frame; null otherwise, and for gRPC's. */
  readonly endedBody: EndedBody | null;
  readonly grpc: GrpcNote | null;
}

export function isHttp2Note(note: unknown): note is Http2Note {
  return typeof note === 'object' && note !== null && 'isPreface' in note;
}

/** True when the whole preface of a client stands at `at`. */
export function isPreface(bytes: Uint8Array | DataView, at: number, end: number): boolean {
  return at + PREFACE.length <= end && prefaceBytes(bytes, at, end) === PREFACE.length;
}

/** How many bytes of the preface stand at `at`; 0 when another byte comes before it or the bytes end. */
function prefaceBytes(bytes: Uint8Array | DataView, at: number, end: number): number {
  const size = Math.min(PREFACE.length, end - at);
  for (let i = 0; i < size; i++) {
    const byte = bytes instanceof DataView ? bytes.getUint8(at + i) : bytes[at + i];
    if (byte !== PREFACE.charCodeAt(i)) return 0;
  }
  return size;
}

export function uint24(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
}

function uint31(bytes: Uint8Array, at: number): number {
  return (((bytes[at] ?? 0) & 0x7f) << 24) | uint24(bytes, at + 1);
}

export interface FrameContent {
  readonly from: number;
  readonly to: number;
  /** There is more padding than frame. */
  readonly isBroken: boolean;
}

/** Where the content of a frame begins and ends behind padding, priority and promise. */
export function contentOf(bytes: Uint8Array, at: number, end: number): FrameContent {
  const type = bytes[at + 3] ?? 0;
  const flags = bytes[at + 4] ?? 0;
  let from = at + FRAME_HEADER;
  let to = end;
  const isPadded = (flags & PADDED) !== 0 && (type === DATA || type === HEADERS || type === PUSH_PROMISE);
  if (isPadded && from < to) to -= bytes[from++] ?? 0;
  if (type === HEADERS && (flags & PRIORITY) !== 0) from += 5;
  if (type === PUSH_PROMISE) from += 4;
  from = Math.min(from, end);
  return { from, to: Math.max(from, to), isBroken: to < from };
}

/** What one direction of a stream sends. */
interface Side {
  type: string;
  parameters: string;
  encoding: string;
  size: number;
  frames: number;
  /** Bytes of a body before this frame, unless it is gRPC's. */
  pieces: Uint8Array[];
  /** A message of gRPC that is not complete: its first bytes, how many came, and how many it takes (ONE_MORE: not known yet). */
  readonly kept: number[];
  have: number;
  wanted: number;
}

interface Stream {
  path: string | null;
  readonly sides: readonly [Side, Side];
}

const newSide = (): Side => ({
  type: '',
  parameters: '',
  encoding: '',
  size: 0,
  frames: 0,
  pieces: [],
  kept: [],
  have: 0,
  wanted: 0,
});

export class Http2Stream implements StreamReader {
  readonly switchTo = null;
  /** True once this is known to be HTTP/2. */
  private started: boolean;
  private readonly headers: readonly [HeaderDecoder, HeaderDecoder] = [new HeaderDecoder(), new HeaderDecoder()];
  private readonly streams = new BoundedMap<number, Stream>(MAX_STREAMS);

  constructor(isKnown: boolean) {
    this.started = isKnown;
  }

  size(bytes: Uint8Array, at: number, end: number): number {
    const there = prefaceBytes(bytes, at, end);
    if (there === PREFACE.length) return there;
    if (there >= TELLING) return ONE_MORE;
    if (!this.started) return NOT_MINE;
    return end - at < FRAME_HEADER ? ONE_MORE : FRAME_HEADER + uint24(bytes, at);
  }

  take(bytes: Uint8Array, at: number, end: number, toServer: boolean): Http2Note {
    this.started = true;
    if (isPreface(bytes, at, end)) return { isPreface: true, block: null, endedBody: null, grpc: null };
    const type = bytes[at + 3] ?? 0;
    const flags = bytes[at + 4] ?? 0;
    const id = uint31(bytes, at + 5);
    const { from, to } = contentOf(bytes, at, end);
    const side = toServer ? 0 : 1;
    let block: HeaderBlock | null = null;
    let endedBody: EndedBody | null = null;
    let grpc: GrpcNote | null = null;
    if (type === HEADERS || type === PUSH_PROMISE || type === CONTINUATION) {
      block = this.headers[side].read(bytes, from, to, (flags & END_HEADERS) !== 0);
      const owner = type === PUSH_PROMISE ? uint31(bytes, from - 4) : id;
      this.learn(this.stream(owner), side, block);
    } else if (type === DATA) {
      const stream = this.stream(id);
      const one = stream.sides[side];
      if ((flags & END_STREAM) === 0 && !GRPC_TYPE.test(one.type) && one.size < MAX_BODY)
        one.pieces.push(bytes.slice(from, Math.min(to, from + MAX_BODY - one.size)));
      one.size += to - from;
      one.frames++;
      if (GRPC_TYPE.test(one.type)) {
        const joinsHeader = one.have > 0 && one.have < GRPC_HEADER && one.have + to - from >= GRPC_HEADER;
        grpc = { path: stream.path, type: one.type, joinsHeader, ...readMessages(one, bytes.subarray(from, to)) };
      }
    }
    if ((type === HEADERS || type === DATA) && (flags & END_STREAM) !== 0) {
      const one = this.stream(id).sides[side];
      if (one.size > 0 && !GRPC_TYPE.test(one.type))
        endedBody = ended(one, type === DATA ? bytes.subarray(from, to) : NO_BYTES);
      one.pieces = [];
    }
    if (type === RST_STREAM) this.streams.delete(id);
    return { isPreface: false, block, endedBody, grpc };
  }

  begins(): string | null {
    return this.started ? '' : null;
  }

  private stream(id: number): Stream {
    const known = this.streams.get(id);
    if (known !== undefined) return known;
    const stream: Stream = { path: null, sides: [newSide(), newSide()] };
    this.streams.set(id, stream);
    return stream;
  }

  private learn(stream: Stream, side: 0 | 1, { fields }: HeaderBlock): void {
    for (const { name, value } of fields) {
      if (name === ':path') stream.path = value;
      const one = stream.sides[side];
      if (name === 'content-encoding') one.encoding = value.trim().toLowerCase();
      if (name !== 'content-type') continue;
      const [own = '', ...rest] = value.split(';');
      one.type = own.trim().toLowerCase();
      one.parameters = rest.join(';');
    }
  }
}

const NO_BYTES = new Uint8Array(0);

function ended({ type, parameters, encoding, frames, pieces }: Side, last: Uint8Array): EndedBody {
  const about = { type, parameters, encoding, frames };
  if (pieces.length === 0) return { ...about, assembled: null };
  const size = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const assembled = new Uint8Array(Math.min(MAX_BODY, size + last.length));
  let at = 0;
  for (const piece of [...pieces, last.subarray(0, Math.max(0, assembled.length - size))]) {
    assembled.set(piece, at);
    at += piece.length;
  }
  return { ...about, assembled };
}

/** Goes on with the messages of one side: which are complete with these bytes, and whether one begins that is not. */
function readMessages(side: Side, data: Uint8Array): { runs: GrpcRun[]; begins: boolean } {
  const runs: GrpcRun[] = [];
  let at = 0;
  if (side.have > 0) {
    at = side.wanted === ONE_MORE ? data.length : Math.min(data.length, side.wanted - side.have);
    keep(side, data, 0, at);
    if (side.have < side.wanted) return { runs, begins: false };
    const assembled = Uint8Array.from(side.kept);
    const isWhole = side.have === assembled.length;
    const end = isWhole ? messagesEnd(assembled, 0) : side.have;
    if (end > 0) runs.push({ assembled, from: 0, to: end, isWhole });
    const rest = assembled.subarray(end);
    forget(side);
    if (rest.length > 0) begin(side, rest);
  }
  const end = messagesEnd(data, at);
  if (end > at) runs.push({ assembled: null, from: at, to: end, isWhole: true });
  if (end >= data.length) return { runs, begins: false };
  begin(side, data.subarray(end));
  return { runs, begins: true };
}

/** Where the last whole message of those that begin at `at` ends. */
function messagesEnd(data: Uint8Array, at: number): number {
  let end = at;
  while (end + GRPC_HEADER <= data.length) {
    const next = end + GRPC_HEADER + messageLength(data, end);
    if (next > data.length) break;
    end = next;
  }
  return end;
}

/** Bytes of the message whose header stands at `at`. */
export function messageLength(data: Uint8Array, at: number): number {
  return (data[at + 1] ?? 0) * 0x100_0000 + uint24(data, at + 2);
}

function begin(side: Side, bytes: Uint8Array): void {
  side.wanted = bytes.length < GRPC_HEADER ? ONE_MORE : GRPC_HEADER + messageLength(bytes, 0);
  keep(side, bytes, 0, bytes.length);
}

function keep(side: Side, bytes: Uint8Array, from: number, to: number): void {
  const until = Math.min(to, from + MAX_KEPT - side.kept.length);
  for (let at = from; at < until; at++) side.kept.push(bytes[at] ?? 0);
  side.have += to - from;
}

function forget(side: Side): void {
  side.kept.length = 0;
  side.have = 0;
  side.wanted = 0;
}
