// Kafka's protocol: the header of every request and answer. Surprise: an answer names no API; which it answers is known by its number alone.
import { asciiText, type Dissection } from './dissection.ts';
import type { FrameFacts } from './facts.ts';
import { API_KEYS } from './kafka-names.ts';
import type { Protocol } from './protocol.ts';
import { NOT_MINE, ONE_MORE, type StreamReader } from './stream-reading.ts';

const PORT = 9092;
const HEADER = 4;
const REQUEST_HEADER = 14;
const MAX_MESSAGE = 1 << 27;
const MAX_WAITING = 10_000;

interface Request {
  readonly api: number;
  readonly version: number;
}

/** Of an answer: what it answers; null where the request was not seen. */
interface KafkaNote {
  readonly isRequest: boolean;
  readonly answers: Request | null;
}

function isNote(note: unknown): note is KafkaNote {
  return typeof note === 'object' && note !== null && 'answers' in note;
}

const u16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
const i32 = (bytes: Uint8Array, at: number): number => (u16(bytes, at) << 16) | u16(bytes, at + 2);

class KafkaStream implements StreamReader {
  readonly switchTo = null;
  private readonly waiting = new Map<number, Request>();

  size(bytes: Uint8Array, at: number, end: number): number {
    if (end - at < HEADER) return ONE_MORE;
    const length = i32(bytes, at);
    return length < HEADER || length > MAX_MESSAGE ? NOT_MINE : HEADER + length;
  }

  take(bytes: Uint8Array, at: number, end: number, toServer: boolean): KafkaNote {
    if (toServer) {
      if (end - at >= HEADER + 8 && this.waiting.size < MAX_WAITING)
        this.waiting.set(i32(bytes, at + 8), { api: u16(bytes, at + 4), version: u16(bytes, at + 6) });
      return { isRequest: true, answers: null };
    }
    const id = i32(bytes, at + 4);
    const answers = this.waiting.get(id) ?? null;
    this.waiting.delete(id);
    return { isRequest: false, answers };
  }
}

function index(facts: FrameFacts): boolean {
  const { view, at, end } = facts;
  if (at + HEADER > end) return false;
  const length = view.getInt32(at);
  return length >= HEADER && length <= MAX_MESSAGE;
}

function dissect(d: Dissection): void {
  const { at, bytes } = d;
  if (d.left < HEADER) return;
  const length = i32(bytes, at);
  if (length < HEADER || length > MAX_MESSAGE) return;
  const note = isNote(d.note) ? d.note : { isRequest: d.nextKey2 === PORT, answers: null };
  const size = HEADER + length;
  const end = Math.min(d.end, at + size);
  const layer = d.layer('kafka', 'Kafka', at, end - at);
  d.at = end;
  if (at + size > d.end && d.wireEnd > d.end) d.needAt(at, size, 'kafka');
  d.field(layer, 'kafka.len', 'Length', length, at, 4);
  const prefix = d.continued || d.locked || !d.flow?.prefix ? '' : d.flow.prefix;
  d.continued = true;
  if (!note.isRequest) {
    if (at + 8 <= end) d.field(layer, 'kafka.correlation_id', 'Correlation ID', i32(bytes, at + 4), at + 4, 4);
    const { answers } = note;
    if (answers !== null) {
      const name = API_KEYS.get(answers.api) ?? `Unknown ${answers.api}`;
      d.generated(layer, 'kafka.api_key', `API Key: ${name} (${answers.api})`, String(answers.api));
      d.generated(layer, null, `API Version: ${answers.version}`, null);
      d.setProtocol('Kafka', `${prefix}Kafka ${name} v${answers.version} Response`);
    } else d.setProtocol('Kafka', `${prefix}Kafka Response (Undecoded, Request Missing)`);
    return;
  }
  if (end - at < 8) {
    d.setProtocol('Kafka', `${prefix}Kafka`);
    return;
  }
  const api = u16(bytes, at + 4);
  const version = u16(bytes, at + 6);
  const known = API_KEYS.get(api);
  const name = known ?? `Unknown ${api}`;
  d.node(layer, 'kafka.api_key', `API Key: ${name} (${api})`, String(api), at + 4, 2);
  d.field(layer, 'kafka.api_version', 'API Version', version, at + 6, 2);
  if (end - at >= REQUEST_HEADER) {
    d.field(layer, 'kafka.correlation_id', 'Correlation ID', i32(bytes, at + 8), at + 8, 4);
    const to = at + REQUEST_HEADER + ((u16(bytes, at + 12) << 16) >> 16);
    if (to > at + REQUEST_HEADER && to <= end)
      d.field(
        layer,
        'kafka.client_id',
        'Client ID',
        asciiText(bytes, at + REQUEST_HEADER, to),
        at + REQUEST_HEADER,
        to - at - REQUEST_HEADER,
      );
  }
  d.setProtocol(
    'Kafka',
    `${prefix}Kafka ${name} v${version} Request${known === undefined ? ' [Unknown API key]' : ''}`,
  );
}

export const protocol: Protocol = {
  filter: 'kafka',
  name: 'Kafka',
  attach: { tcpPorts: [PORT] },
  fields: [
    { name: 'kafka.len', kind: 'uint' },
    { name: 'kafka.api_key', kind: 'uint' },
    { name: 'kafka.api_version', kind: 'uint' },
    { name: 'kafka.correlation_id', kind: 'uint' },
    { name: 'kafka.client_id', kind: 'text' },
  ],
  index,
  dissect,
  stream: () => new KafkaStream(),
};
