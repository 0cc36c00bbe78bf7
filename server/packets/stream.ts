// "Follow stream" in the words of the API, and as text the way tshark prints it.
import type { FollowedStream } from '../../api/streams.ts';
import { endpointText } from '../../parsers/core/address.ts';
import { followStream } from '../../parsers/index/capture-index.ts';
import { Refusal } from '../refusal.ts';
import type { Packets } from './packets.ts';

/** The bytes of a conversation until `limit` of them are together; refused when there is none, or when it has no bytes to follow. */
export function followedStreamOf(packets: Packets, id: number, limit: number): FollowedStream {
  const found = packets.flowById(id);
  if (found === null) throw new Refusal(404, 'no-flow', `there is no flow ${id}; \`flows\` lists them with their ids`);
  const { flow, capture, captureNumber, local } = found;
  const followed = followStream(capture.index, local, limit);
  if (followed === null)
    throw new Refusal(400, 'not-a-stream', `flow ${id} is ${flow.protocol}; only TCP and UDP can be followed`);
  const [up, down] = capture.index.clientDirection(local) === 0 ? [0, 1] : [1, 0];
  return {
    protocol: flow.protocol,
    client: endpointText(flow.client.ip, flow.client.port),
    server: endpointText(flow.server.ip, flow.server.port),
    bytesToServer: followed.bytes[up === 0 ? 0 : 1],
    bytesToClient: followed.bytes[down === 0 ? 0 : 1],
    chunks: followed.chunks.map(({ direction, row, bytes, missing }) => ({
      no: packets.numberOf(captureNumber, row),
      toServer: direction === up,
      bytes: Buffer.from(bytes).toString('base64'),
      missing,
    })),
    waiting: followed.waiting,
    whole: followed.isWhole,
  };
}

/** The bytes of one side or of both in the order they were sent, without what was not captured. */
export function streamBytes({ chunks }: FollowedStream, side: 'both' | 'client' | 'server'): Buffer {
  const of = chunks.filter(({ toServer }) => side === 'both' || toServer === (side === 'client'));
  return Buffer.concat(of.map(({ bytes }) => Buffer.from(bytes, 'base64')));
}

export type StreamForm = 'ascii' | 'hex' | 'raw';

const RULE = '='.repeat(67);

/** As `tshark -z follow` prints it; the server's side stands behind a tab. */
export function streamText(stream: FollowedStream, form: StreamForm): string {
  const lines = ['', RULE, `Follow: ${stream.protocol.toLowerCase()},${form}`];
  lines.push(`Node 0: ${stream.client}`, `Node 1: ${stream.server}`);
  const sent = { client: 0, server: 0 };
  for (const { bytes, missing, toServer } of stream.chunks) {
    const tab = toServer ? '' : '\t';
    const data = missing > 0 ? Buffer.from(`[${missing} bytes missing in capture file]`) : Buffer.from(bytes, 'base64');
    const side = toServer ? 'client' : 'server';
    if (form === 'raw') lines.push(`${tab}${data.toString('hex')}`);
    else if (form === 'hex') lines.push(...hexLines(data, sent[side]).map((line) => `${tab}${line}`));
    else lines.push(`${tab}${data.length}`, asciiOf(data));
    sent[side] += data.length;
  }
  lines.push(RULE);
  if (stream.waiting > 0) lines.push(`${stream.waiting} bytes stand behind a gap and are not shown`);
  if (!stream.whole) lines.push('the conversation goes on; ask for more bytes to see the rest');
  return `${lines.join('\n')}\n`;
}

/** Text with everything but printable ASCII, tabs and line ends as dots: what a terminal may be given. */
function asciiOf(data: Uint8Array): string {
  let text = '';
  for (const byte of data)
    text += (byte >= 0x20 && byte < 0x7f) || byte === 10 || byte === 13 || byte === 9 ? String.fromCharCode(byte) : '.';
  return text;
}

function hexLines(data: Uint8Array, from: number): string[] {
  const lines: string[] = [];
  for (let at = 0; at < data.length; at += 16) {
    const row = [...data.subarray(at, at + 16)];
    const hex = row.map((byte, i) => `${byte.toString(16).padStart(2, '0')}${i === 7 ? ' ' : ''}`).join(' ');
    const text = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    const split = text.length > 8 ? `${text.slice(0, 8)} ${text.slice(8)}` : text;
    lines.push(`${(from + at).toString(16).padStart(8, '0')}  ${hex.padEnd(48)}  ${split}`);
  }
  return lines;
}
