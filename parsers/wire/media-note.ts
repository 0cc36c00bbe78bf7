// What SDP (RFC 8866) says of the streams that it announces: where they go, and what their payload types mean.
// Surprise: an address of the session holds for every stream that has none of its own.
import { type Ip, parseIp } from '../core/address.ts';
import type { FrameFacts } from './facts.ts';
import { linesOf } from './lines.ts';

const UDP = 17;
const MAX_LINES = 300;

export interface MediaNote {
  /** Names of payload types. */
  readonly codecs: ReadonlyMap<number, string>;
  readonly isSecure: boolean;
}

export function isMediaNote(note: unknown): note is MediaNote {
  return typeof note === 'object' && note !== null && 'codecs' in note;
}

interface Stream {
  readonly port: number;
  readonly isSecure: boolean;
  readonly codecs: Map<number, string>;
  ip: Ip | null;
  rtcp: number;
}

/** The streams over RTP that a description names. */
function streamsOf(bytes: Uint8Array, from: number, end: number): Stream[] {
  const streams: Stream[] = [];
  let session: Ip | null = null;
  let current: Stream | null = null;
  for (const { text } of linesOf(bytes, from, end, MAX_LINES)) {
    const address = /^c=IN IP[46] ([^/\s]+)/.exec(text)?.[1];
    const media = /^m=\w+ (\d{1,5})(?:\/\d+)? (\S*RTP\/S?AVPF?)/.exec(text);
    const codec = /^a=rtpmap:(\d{1,3}) ([^/\s]+)/.exec(text);
    const rtcp = /^a=rtcp:(\d{1,5})/.exec(text);
    if (address !== undefined) {
      if (current === null) session = parseIp(address);
      else current.ip = parseIp(address);
    } else if (text.startsWith('m=')) {
      const port = Number(media?.[1] ?? 0) & 0xffff;
      current = { port, isSecure: /SAVP/.test(media?.[2] ?? ''), codecs: new Map(), ip: session, rtcp: port + 1 };
      if (media !== null && port !== 0) streams.push(current);
    } else if (codec !== null) current?.codecs.set(Number(codec[1]), codec[2] ?? '');
    else if (rtcp !== null && current !== null) current.rtcp = Number(rtcp[1]) & 0xffff;
  }
  return streams;
}

/** Says where the streams of a description will be. */
export function announceMedia(facts: FrameFacts, from: number): void {
  const { announcements, view, end } = facts;
  if (announcements === null) return;
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  for (const { ip, port, rtcp, codecs, isSecure } of streamsOf(bytes, from, end)) {
    if (ip === null || (ip.a | ip.b | ip.c | ip.d) === 0) continue;
    const note: MediaNote = { codecs, isSecure };
    announcements.announce('rtp', { transport: UDP, ip, port }, note);
    announcements.announce('rtcp', { transport: UDP, ip, port: rtcp }, note);
  }
}
