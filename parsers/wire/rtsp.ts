// RTSP (RFC 2326): what steers streams, in lines like HTTP's. Packets of media between them are shown as such.
import { lineAt } from './lines.ts';
import { oneLine } from './one-line.ts';
import { ONE_MORE, sizedBy } from './stream-reading.ts';

const METHODS = [
  'DESCRIBE',
  'ANNOUNCE',
  'GET_PARAMETER',
  'OPTIONS',
  'PAUSE',
  'PLAY',
  'RECORD',
  'REDIRECT',
  'SETUP',
  'SET_PARAMETER',
  'TEARDOWN',
];
const INTERLEAVED = 0x24;

function size(bytes: Uint8Array, at: number, end: number): number {
  if (bytes[at] !== INTERLEAVED) return end - at;
  return end - at < 4 ? ONE_MORE : 4 + (((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0));
}

export const protocol = oneLine({
  filter: 'rtsp',
  name: 'Real Time Streaming Protocol',
  column: 'RTSP',
  attach: { tcpPorts: [554, 8554] },
  header: 1,
  separator: ', ',
  fields: [
    ['rtsp.request', 'text'],
    ['rtsp.response', 'text'],
    ['rtsp.method', 'text'],
    ['rtsp.url', 'text'],
    ['rtsp.status', 'uint'],
    ['rtsp.channel', 'uint'],
    ['rtsp.length', 'uint'],
  ],
  stream: sizedBy(size),
  read(d, layer, at) {
    const { bytes } = d;
    if (bytes[at] === INTERLEAVED) {
      if (!d.needAt(at, 4, 'rtsp')) return '';
      const channel = bytes[at + 1] ?? 0;
      const length = d.view.getUint16(at + 2);
      d.hex(layer, 'rtsp.channel', 'Channel', channel, 2, at + 1, 1);
      d.field(layer, 'rtsp.length', 'Length', length, at + 2, 2);
      d.at = Math.min(d.end, at + 4 + length);
      return `Interleaved channel 0x${channel.toString(16).padStart(2, '0')}, ${length} bytes`;
    }
    const { text, next } = lineAt(bytes, at, d.end);
    const [first = '', second = ''] = text.split(' ');
    if (first.startsWith('RTSP/')) {
      const node = d.field(layer, 'rtsp.response', 'Response', text, at, next - at);
      d.field(node, 'rtsp.status', 'Status', second, at + first.length + 1, second.length);
      return `Reply: ${text}`;
    }
    if (!METHODS.includes(first)) return 'Continuation';
    const node = d.field(layer, 'rtsp.request', 'Request', text, at, next - at);
    d.field(node, 'rtsp.method', 'Method', first, at, first.length);
    d.field(node, 'rtsp.url', 'URL', second, at + first.length + 1, second.length);
    return text;
  },
});
