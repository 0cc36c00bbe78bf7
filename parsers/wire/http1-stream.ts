// Where an HTTP/1 message ends (RFC 9112, section 6): by its length, its chunks, or the connection's end.
// Surprise: a response to HEAD has a length but no body, so the requests of a connection are remembered until they are answered.
import { NOT_MINE, ONE_MORE, type StreamReader, UNREAD, UNTIL_FIN } from './stream-reading.ts';

const CR = 13;
const LF = 10;
const MAX_HEAD = 1 << 16;
const MAX_LINE = 1 << 13;
/** What a connection speaks after its upgrade; anything else is to be found out. */
const UPGRADES: ReadonlyMap<string, string> = new Map([
  ['websocket', 'websocket'],
  ['h2c', 'http2'],
]);
/** Note of bytes that belong to the conversation, but in which no message begins. */
export const CONTINUATION = 'continuation';

/** Note of a response: what it answers. As in Wireshark that is the last request, and only the first response to it. */
export interface HttpAnswer {
  readonly requestRow: number | null;
  /** Full URI of the last request that had one; empty before. */
  readonly uri: string;
}

export type HttpNote = typeof CONTINUATION | HttpAnswer | null;

export function isHttpAnswer(note: unknown): note is HttpAnswer {
  return typeof note === 'object' && note !== null && 'requestRow' in note;
}

/** `http://host/path`; empty without a host, unless the request names the whole. */
export function fullUri(method: string, uri: string, host: string | null): string {
  if (method === 'CONNECT') return host === null ? '' : uri;
  if (/^https?:\/\//i.test(uri)) return uri;
  return host === null ? '' : `http://${host}${uri}`;
}

const METHODS = [
  'GET',
  'POST',
  'PUT',
  'HEAD',
  'DELETE',
  'PATCH',
  'OPTIONS',
  'CONNECT',
  'TRACE',
  'PROPFIND',
  'REPORT',
  'MKCOL',
  'COPY',
  'MOVE',
  'LOCK',
  'UNLOCK',
  'NOTIFY',
  'SUBSCRIBE',
  'UNSUBSCRIBE',
  'M-SEARCH',
  'PURGE',
  'PROPPATCH',
  'BPROPFIND',
  'BPROPPATCH',
  'BCOPY',
  'BMOVE',
  'BDELETE',
  'SEARCH',
  'POLL',
  'CHECKOUT',
  'MKACTIVITY',
  'CCM_POST',
  'RPC_IN_DATA',
  'RPC_OUT_DATA',
];
const STARTS = [...METHODS.map((method) => `${method} `), 'HTTP/'];
/** Ports of the far end of a tunnel whose HTTP Wireshark leaves unread, so that it does not call itself. */
const UNREAD_TUNNELS: ReadonlySet<string> = new Set([
  '80',
  '3128',
  '3132',
  '5985',
  '8080',
  '8088',
  '11371',
  '2869',
  '2710',
]);

/** True when a request line or a status line may begin at `at`. */
export function startsLikeHttp(bytes: Uint8Array | DataView, at: number, end: number): boolean {
  const read = bytes instanceof DataView ? (i: number) => bytes.getUint8(i) : (i: number) => bytes[i] ?? 0;
  return STARTS.some((start) => {
    if (at + start.length > end) return false;
    for (let i = 0; i < start.length; i++) if (read(at + i) !== start.charCodeAt(i)) return false;
    return true;
  });
}

export interface Head {
  readonly firstLine: string;
  /** By lower-case name; the last one where a name is repeated. */
  readonly headers: ReadonlyMap<string, string>;
  /** Where the body begins. */
  readonly body: number;
}

function latin(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let i = from; i < to; i++) text += String.fromCharCode(bytes[i] ?? 0);
  return text;
}

/** First line and headers, once the empty line is there; null before. */
export function readHead(bytes: Uint8Array, at: number, end: number): Head | null {
  const headers = new Map<string, string>();
  let firstLine: string | null = null;
  for (let from = at; from < end && from - at < MAX_HEAD; ) {
    const newline = bytes.indexOf(LF, from);
    if (newline < 0 || newline >= end) return null;
    const to = newline > from && bytes[newline - 1] === CR ? newline - 1 : newline;
    const line = latin(bytes, from, to);
    from = newline + 1;
    if (firstLine === null) firstLine = line;
    else if (line === '') return { firstLine, headers, body: from };
    else {
      const colon = line.indexOf(':');
      if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
    }
  }
  return null;
}

export function isChunked({ headers }: Head): boolean {
  return /(^|,)\s*chunked\s*$/i.test(headers.get('transfer-encoding') ?? '');
}

/** Chunks that were read, and where the next one begins; `end` is where the body ends, or what must be there to read on. */
export interface ChunksRead {
  readonly chunks: readonly Chunk[];
  readonly end: number;
  readonly goesOnAt: number;
  readonly state: 'whole' | 'short' | 'broken';
}

export interface Chunk {
  /** Where its data begins and ends. */
  readonly from: number;
  readonly to: number;
}

/** The chunks of a body and where it ends; `end` is what must be there to read on, when it is not complete. */
export function readChunks(bytes: Uint8Array, at: number, limit: number): ChunksRead {
  const chunks: Chunk[] = [];
  for (let from = at; ; ) {
    const newline = bytes.indexOf(LF, from);
    if (newline < 0 || newline >= limit)
      return { chunks, end: limit + 1, goesOnAt: from, state: limit - from > 200 ? 'broken' : 'short' };
    const size = Number.parseInt(latin(bytes, from, Math.min(newline, from + 16)), 16);
    if (!Number.isFinite(size) || size < 0) return { chunks, end: from, goesOnAt: from, state: 'broken' };
    const data = newline + 1;
    if (size === 0) return { ...trailer(bytes, data, limit), chunks, goesOnAt: from };
    const next = data + size + 2;
    chunks.push({ from: data, to: Math.min(limit, data + size) });
    if (next >= limit) return { chunks, end: next + 1, goesOnAt: from, state: 'short' };
    from = next;
  }
}

function trailer(bytes: Uint8Array, at: number, limit: number) {
  for (let from = at; from < limit; ) {
    const newline = bytes.indexOf(LF, from);
    if (newline < 0 || newline >= limit) break;
    const isEmpty = newline === from || (newline === from + 1 && bytes[from] === CR);
    from = newline + 1;
    if (isEmpty) return { end: from, state: 'whole' as const };
  }
  return { end: limit + 1, state: 'short' as const };
}

/** Offsets count from the message's start. */
interface Progress {
  readonly head: Head;
  readonly body: number;
  /** Where the next chunk begins. */
  readonly chunk: number;
  /** The bytes before it, by which the same message is known again. */
  readonly mark: string;
}

const MARK = 24;

function markAt(bytes: Uint8Array, at: number): string {
  return latin(bytes, Math.max(0, at - MARK), at);
}

/** The progress, when it is of the message at `at`; null when that is another one. */
function stillHolds(progress: Progress | null, bytes: Uint8Array, at: number, end: number): Progress | null {
  if (progress === null || at + progress.chunk > end) return null;
  return markAt(bytes, at + progress.chunk) === progress.mark ? progress : null;
}

export class HttpStream implements StreamReader {
  switchTo: string | null = null;
  /** True after the first message. */
  private started = false;
  /** How far the chunks of a message that is not complete were read, by side: it is asked again with every segment. */
  private readonly progress: [Progress | null, Progress | null] = [null, null];
  /** Methods of requests that wait for their answer. */
  private readonly waiting: string[] = [];
  /** The last request, until it is answered. */
  private asked: HttpAnswer = { requestRow: null, uri: '' };
  /** Port that the last CONNECT asked for. */
  private tunnel = '';

  size(bytes: Uint8Array, at: number, end: number, toServer: boolean): number {
    if (!startsLikeHttp(bytes, at, end)) return this.continued(bytes, at, end);
    const side = toServer ? 0 : 1;
    const before = stillHolds(this.progress[side], bytes, at, end);
    const head = before?.head ?? readHead(bytes, at, end);
    if (head === null) return end - at < MAX_HEAD ? ONE_MORE : NOT_MINE;
    const body = before === null ? head.body : at + before.body;
    const { firstLine, headers } = head;
    const isResponse = firstLine.startsWith('HTTP/');
    if (isResponse && this.hasNoBody(firstLine)) return body - at;
    if (isChunked(head)) {
      const read = readChunks(bytes, before === null ? body : at + before.chunk, end);
      if (read.state === 'short')
        this.progress[side] = { head, body: body - at, chunk: read.goesOnAt - at, mark: markAt(bytes, read.goesOnAt) };
      return read.state === 'broken' ? end - at : read.end - at;
    }
    const length = headers.get('content-length');
    if (length !== undefined && /^\d+$/.test(length)) return body - at + Number(length);
    const keepsAlive = /keep-alive/i.test(headers.get('connection') ?? '');
    return isResponse && headers.has('content-type') && !keepsAlive ? UNTIL_FIN : body - at;
  }

  take(bytes: Uint8Array, at: number, end: number, toServer: boolean, row: number): HttpNote {
    this.progress[toServer ? 0 : 1] = null;
    if (!startsLikeHttp(bytes, at, end)) return CONTINUATION;
    this.started = true;
    const head = readHead(bytes, at, end);
    if (head === null) return null;
    const { firstLine, headers } = head;
    if (!firstLine.startsWith('HTTP/')) {
      if (this.waiting.length < 1000) this.waiting.push(firstLine.slice(0, firstLine.indexOf(' ')));
      const [method = '', uri = ''] = firstLine.split(' ');
      const whole = method === 'CONNECT' ? uri : fullUri(method, uri, headers.get('host') ?? null);
      this.asked = { requestRow: row, uri: whole === '' ? this.asked.uri : whole };
      if (firstLine.startsWith('CONNECT ')) this.tunnel = /:(\d+) /.exec(firstLine)?.[1] ?? '';
      return null;
    }
    const answer = this.asked;
    this.asked = { ...answer, requestRow: null };
    const status = Number(firstLine.split(' ')[1]);
    if (status >= 100 && status < 200 && status !== 101) return answer;
    const method = this.waiting.shift();
    if (status === 101) this.switchTo = UPGRADES.get((headers.get('upgrade') ?? '').toLowerCase()) ?? '';
    else if (method === 'CONNECT' && status >= 200 && status < 300)
      this.switchTo = UNREAD_TUNNELS.has(this.tunnel) ? UNREAD : '';
    return answer;
  }

  takeCut(bytes: Uint8Array, at: number, end: number, toServer: boolean, row: number): HttpNote {
    const newline = bytes.indexOf(LF, at);
    const hasLine = newline >= 0 && newline < end;
    if (this.started && !hasLine) return CONTINUATION;
    const note = this.take(bytes, at, end, toServer, row);
    this.started = true;
    return note;
  }

  /** What Wireshark leaves in the list while the message goes on. */
  begins(bytes: Uint8Array, at: number, end: number): string | null {
    const newline = bytes.indexOf(LF, at);
    if (newline < 0 || newline >= end) return null;
    return `${latin(bytes, at, newline).replace(/\r$/, '')} `;
  }

  /** A line that is not there yet may still become a message; what never does is the rest of something we missed. */
  private continued(bytes: Uint8Array, at: number, end: number): number {
    if (!this.started) return NOT_MINE;
    const newline = bytes.indexOf(LF, at);
    const whole = newline >= 0 && newline < end;
    return !whole && end - at < MAX_LINE ? ONE_MORE : end - at;
  }

  private hasNoBody(firstLine: string): boolean {
    const status = Number(firstLine.split(' ')[1]);
    return (status >= 100 && status < 200) || status === 204 || status === 304 || this.waiting[0] === 'HEAD';
  }
}
