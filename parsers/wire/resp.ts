// RESP, the protocol of Redis: commands as arrays of strings, answers of one value each.
// Surprise: nothing but the values says where a message ends, so an array is read to its last element to find out.
import { asciiText, type Dissection } from './dissection.ts';
import type { FrameFacts } from './facts.ts';
import type { FieldNode } from './field.ts';
import type { Protocol } from './protocol.ts';
import { NOT_MINE, ONE_MORE, type StreamReader } from './stream-reading.ts';

const CR = 13;
const LF = 10;
const MAX_DEPTH = 16;
const MAX_LINE = 1 << 16;
const MAX_ARRAY = 1 << 20;
const MAX_SHOWN = 200;
const MAX_INFO = 1000;
/** + - : $ *, as the list of tshark 4.0 has them. */
const TYPES = '+-:$*';

/** Note of a command that somebody typed as a line. */
const INLINE = 'inline';

const isType = (byte: number): boolean => TYPES.includes(String.fromCharCode(byte));

/** The number that a length line says, behind its type; NaN when it is none. */
function countAt(bytes: Uint8Array, at: number, line: number): number {
  const text = asciiText(bytes, at + 1, Math.min(line - 2, at + 20));
  return /^-?\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
}

/** Where the line that begins at `at` ends, behind its CR LF; -1 while it is not there. */
function lineEnd(bytes: Uint8Array, at: number, end: number): number {
  const limit = Math.min(end, at + MAX_LINE);
  for (let i = at; i + 1 < limit; i++) if (bytes[i] === CR && bytes[i + 1] === LF) return i + 2;
  return -1;
}

/** Reads values without looking back; a message that is not complete is gone on with where it stopped. */
class Scan {
  /** Values that are still to come. */
  private due = 1;
  /** Where the next one begins. */
  private next = 0;

  /** Size of the message at `at`: ONE_MORE while it is not complete, NOT_MINE when it is none. */
  size(bytes: Uint8Array, at: number, end: number): number {
    while (this.due > 0) {
      const from = at + this.next;
      if (from >= end) return ONE_MORE;
      if (!isType(bytes[from] ?? 0)) return NOT_MINE;
      const line = lineEnd(bytes, from, end);
      if (line < 0) return end - from >= MAX_LINE ? NOT_MINE : ONE_MORE;
      const type = String.fromCharCode(bytes[from] ?? 0);
      const count = type === '$' || type === '*' ? countAt(bytes, from, line) : 0;
      if (!Number.isInteger(count) || count > MAX_ARRAY * 512) return NOT_MINE;
      let stop = line;
      if (type === '$' && count >= 0) stop = line + count + 2;
      // Asked again with each segment, because the list says of each how far the message is.
      if (stop > end) return ONE_MORE;
      if (type === '*' && count > 0) this.due += Math.min(count, MAX_ARRAY);
      this.due--;
      this.next = stop - at;
    }
    return this.next;
  }
}

class RespStream implements StreamReader {
  readonly switchTo = null;
  private scans: [Scan | null, Scan | null] = [null, null];

  size(bytes: Uint8Array, at: number, end: number, toServer: boolean): number {
    const side = toServer ? 0 : 1;
    // Commands typed by hand are lines.
    if (!isType(bytes[at] ?? 0)) {
      const line = lineEnd(bytes, at, end);
      return line < 0 ? NOT_MINE : line - at;
    }
    // Each message is asked about until it is whole, and then taken; only then does the next begin.
    this.scans[side] ??= new Scan();
    const size = this.scans[side]?.size(bytes, at, end) ?? NOT_MINE;
    if (size === NOT_MINE) this.scans[side] = null;
    return size;
  }

  take(bytes: Uint8Array, at: number, _end: number, toServer: boolean): string {
    this.scans[toServer ? 0 : 1] = null;
    return isType(bytes[at] ?? 0) ? 'message' : INLINE;
  }

  begins(bytes: Uint8Array, at: number, end: number): string | null {
    const line = lineEnd(bytes, at, end);
    if (bytes[at] !== 0x2a || line < 0) return null;
    const isRequest = this.scans[0] !== null;
    if (!isRequest) return `Response: Array(${asciiText(bytes, at + 1, line - 2)}) [continuation]`;
    return `Request: ${[...wholeElements(bytes, line, end), '[continuation]'].join(' ')}`;
  }
}

/** The strings of a command as far as they are there. */
function wholeElements(bytes: Uint8Array, at: number, end: number): string[] {
  const found: string[] = [];
  for (let from = at; from < end && bytes[from] === 0x24 && found.length < MAX_SHOWN; ) {
    const line = lineEnd(bytes, from, end);
    const size = line < 0 ? Number.NaN : countAt(bytes, from, line);
    if (line < 0 || !(size >= 0) || line + size + 2 > end) break;
    found.push(asciiText(bytes, line, Math.min(line + size, line + MAX_INFO)));
    from = line + size + 2;
  }
  return found;
}

interface Value {
  readonly end: number;
  /** As the list shows it. */
  readonly text: string;
}

function index(facts: FrameFacts): boolean {
  return facts.at < facts.end && isType(facts.view.getUint8(facts.at));
}

function dissect(d: Dissection): void {
  const { at } = d;
  if (d.left === 0 || (d.note !== INLINE && !isType(d.bytes[at] ?? 0))) return;
  const isRequest = (d.nextKey2 === 6379 || d.toServer) && d.nextKey !== 6379;
  const layer = d.layer('resp', 'Redis Serialization Protocol', at, d.left);
  const shown = { left: MAX_SHOWN };
  const line = lineEnd(d.bytes, at, d.end);
  const value = d.note === INLINE ? { end: line, text: '[fragment]' } : valueAt(d, layer, at, 0, isRequest, shown);
  const prefix = d.locked || !d.flow?.prefix ? '' : d.flow.prefix;
  if (d.continued) d.setProtocol('RESP', `${d.columns.info} ${value.text}`.slice(0, MAX_INFO * 2));
  else
    d.setProtocol(
      'RESP',
      `${prefix}${isRequest ? 'Request' : 'Response'}:${value.text === '' ? '' : ` ${value.text}`}`,
    );
  d.continued = true;
  layer.length = Math.min(d.end, value.end) - at;
  d.at = Math.min(d.end, value.end);
  if (value.end > d.end && d.wireEnd > d.end) d.needAt(at, value.end - at, 'resp');
}

function valueAt(
  d: Dissection,
  parent: FieldNode,
  at: number,
  depth: number,
  isRequest: boolean,
  shown: { left: number },
): Value {
  const type = String.fromCharCode(d.bytes[at] ?? 0);
  const line = lineEnd(d.bytes, at, d.end);
  if (line < 0 || depth > MAX_DEPTH || !isType(d.bytes[at] ?? 0)) return { end: d.end + 1, text: '[fragment]' };
  const text = asciiText(d.bytes, at + 1, Math.min(line - 2, at + 1 + MAX_INFO));
  if (type === '+') {
    d.node(parent, 'resp.string', `String: ${text}`, text, at, line - at);
    return { end: line, text };
  }
  if (type === '-') {
    d.node(parent, 'resp.error', `Error: ${text}`, text, at, line - at);
    return { end: line, text: `Error: ${text}` };
  }
  if (type === ':') {
    d.node(parent, 'resp.integer', `Integer: ${text}`, text, at, line - at);
    return { end: line, text };
  }
  const count = countAt(d.bytes, at, line);
  if (Number.isNaN(count)) {
    d.malformed('resp', at, `"${text}" is no length.`);
    return { end: d.end, text: '[fragment]' };
  }
  if (type === '$') {
    const end = count < 0 ? line : line + count + 2;
    const node = d.node(parent, 'resp.bulk_string', 'Bulk String', null, at, Math.min(end, d.end) - at);
    d.field(node, 'resp.bulk_string.length', 'Length', text, at + 1, line - at - 3);
    const shownText = count < 0 ? '' : asciiText(d.bytes, line, Math.min(line + count, d.end, line + MAX_INFO));
    if (count >= 0) d.node(node, 'resp.bulk_string.value', `Value: ${shownText}`, null, line, count);
    return { end, text: shownText };
  }
  const node = d.node(parent, 'resp.array', `Array(${text})`, null, at, line - at);
  d.field(node, 'resp.array.length', 'Length', text, at + 1, line - at - 3);
  let end = line;
  const parts: string[] = [];
  for (let i = 0; i < count && shown.left-- > 0; i++) {
    const element = valueAt(d, node, end, depth + 1, isRequest, shown);
    parts.push(element.text);
    end = element.end;
    if (end > d.end) break;
  }
  // The elements that were not shown still have to be passed.
  if (count > 0 && depth === 0 && end <= d.end) end = at + Math.max(end - at, new Scan().size(d.bytes, at, d.end));
  node.length = Math.min(end, d.end) - at;
  return { end, text: isRequest ? parts.join(' ').slice(0, MAX_INFO) : count > 0 ? `Array(${text})` : '' };
}

export const protocol: Protocol = {
  filter: 'resp',
  name: 'Redis Serialization Protocol',
  attach: { tcpPorts: [6379] },
  fields: [
    { name: 'resp.string', kind: 'text' },
    { name: 'resp.error', kind: 'text' },
    { name: 'resp.integer', kind: 'uint' },
    { name: 'resp.bulk_string', kind: 'none' },
    { name: 'resp.bulk_string.length', kind: 'uint' },
    { name: 'resp.bulk_string.value', kind: 'bytes' },
    { name: 'resp.array', kind: 'none' },
    { name: 'resp.array.length', kind: 'uint' },
  ],
  index,
  dissect,
  stream: () => new RespStream(),
  oneItem: true,
};
