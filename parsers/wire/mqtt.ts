// MQTT 3.1.1 and 5: messages by name, with their number and topic.
import { asciiText, type Dissection } from './dissection.ts';
import type { FieldNode } from './field.ts';
import { oneLine } from './one-line.ts';
import { NOT_MINE, ONE_MORE, sizedBy } from './stream-reading.ts';

const NAMES = [
  'Reserved',
  'Connect Command',
  'Connect Ack',
  'Publish Message',
  'Publish Ack',
  'Publish Received',
  'Publish Release',
  'Publish Complete',
  'Subscribe Request',
  'Subscribe Ack',
  'Unsubscribe Request',
  'Unsubscribe Ack',
  'Ping Request',
  'Ping Response',
  'Disconnect Req',
  'Authentication Exchange',
];
const PUBLISH = 3;
const SUBSCRIBE = 8;
const UNSUBSCRIBE = 10;
const WITH_ID = new Set([4, 5, 6, 7, 8, 9, 10, 11]);
const MAX_TOPICS = 100;

/** Bytes of the fixed header and of what follows; null while the length is not there or is too long. */
function lengths(
  read: (at: number) => number,
  at: number,
  end: number,
): { head: number; body: number } | 'more' | 'bad' {
  let body = 0;
  for (let i = 0; i < 4; i++) {
    if (at + 1 + i >= end) return 'more';
    const byte = read(at + 1 + i);
    body += (byte & 0x7f) * 128 ** i;
    if (byte < 0x80) return { head: 2 + i, body };
  }
  return 'bad';
}

/** Topics of a request, in brackets. */
function topics(d: Dissection, layer: FieldNode, from: number, end: number, type: number): string {
  let text = '';
  for (let at = from, i = 0; at + 2 <= end && i < MAX_TOPICS; i++) {
    const size = d.view.getUint16(at);
    if (at + 2 + size > end) break;
    const topic = asciiText(d.bytes, at + 2, at + 2 + size);
    d.field(layer, 'mqtt.topic', 'Topic', topic, at + 2, size);
    text += `${text === '' ? '' : ', '}[${topic}]`;
    at += 2 + size + (type === SUBSCRIBE ? 1 : 0);
    if (type === PUBLISH) break;
  }
  return text === '' ? '' : ` ${text}`;
}

export const protocol = oneLine({
  filter: 'mqtt',
  name: 'MQ Telemetry Transport Protocol',
  column: 'MQTT',
  attach: { tcpPorts: [1883] },
  header: 2,
  separator: ', ',
  fields: [
    ['mqtt.msgtype', 'uint'],
    ['mqtt.len', 'uint'],
    ['mqtt.msgid', 'uint'],
    ['mqtt.topic', 'text'],
    ['mqtt.qos', 'uint'],
    ['mqtt.retain', 'bool'],
  ],
  stream: sizedBy((bytes, at, end) => {
    const size = lengths((i) => bytes[i] ?? 0, at, end);
    if (size === 'more') return ONE_MORE;
    return size === 'bad' ? NOT_MINE : size.head + size.body;
  }),
  read(d, layer, at) {
    const { view } = d;
    const first = view.getUint8(at);
    const type = first >> 4;
    const name = NAMES[type] ?? '';
    const size = lengths((i) => view.getUint8(i), at, d.end);
    d.node(layer, 'mqtt.msgtype', `Message Type: ${name} (${type})`, String(type), at, 1);
    if (size === 'more' || size === 'bad') return name;
    const qos = (first >> 1) & 3;
    if (type === PUBLISH) {
      d.field(layer, 'mqtt.qos', 'QoS Level', qos, at, 1);
      d.bit(layer, 'mqtt.retain', 'Retain', (first & 1) !== 0, at, 1);
    }
    d.field(layer, 'mqtt.len', 'Msg Len', size.body, at + 1, size.head - 1);
    const from = at + size.head;
    const end = Math.min(d.end, from + size.body);
    d.at = end;
    if (type === PUBLISH) {
      const topic = topics(d, layer, from, end, type);
      const idAt = from + 2 + (from + 2 <= end ? view.getUint16(from) : 0);
      const id = qos > 0 && idAt + 2 <= end ? ` (id=${view.getUint16(idAt)})` : '';
      if (id !== '') d.field(layer, 'mqtt.msgid', 'Message Identifier', view.getUint16(idAt), idAt, 2);
      return `${name}${id}${topic}`;
    }
    if (!WITH_ID.has(type) || from + 2 > end) return name;
    d.field(layer, 'mqtt.msgid', 'Message Identifier', view.getUint16(from), from, 2);
    const asked = type === SUBSCRIBE || type === UNSUBSCRIBE ? topics(d, layer, from + 2, end, type) : '';
    return `${name} (id=${view.getUint16(from)})${asked}`;
  },
});
