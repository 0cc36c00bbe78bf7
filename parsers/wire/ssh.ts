// SSH (RFC 4253): both banners, the key exchange with its lists of algorithms, and then nothing that can be read.
// Surprise: after New Keys even lengths are encrypted with some ciphers, so what a segment carries is one message to us.
import { asciiText, type Dissection, hexBytes } from './dissection.ts';
import type { FrameFacts } from './facts.ts';
import type { FieldNode } from './field.ts';
import type { Protocol } from './protocol.ts';
import { NOT_MINE, ONE_MORE, type StreamReader } from './stream-reading.ts';

const BANNER = 'SSH-';
const MAX_BANNER = 512;
const MAX_PACKET = 1 << 17;
const KEXINIT = 20;
const NEWKEYS = 21;
const LF = 10;
const CR = 13;

const MESSAGES: ReadonlyMap<number, string> = new Map([
  [1, 'Disconnect'],
  [2, 'Ignore'],
  [3, 'Unimplemented'],
  [4, 'Debug'],
  [5, 'Service Request'],
  [6, 'Service Accept'],
  [KEXINIT, 'Key Exchange Init'],
  [NEWKEYS, 'New Keys'],
]);

const GROUP_EXCHANGE = [
  'Diffie-Hellman Group Exchange Request (Old)',
  'Diffie-Hellman Group Exchange Group',
  'Diffie-Hellman Group Exchange Init',
  'Diffie-Hellman Group Exchange Reply',
  'Diffie-Hellman Group Exchange Request',
];

/** Lists of a Key Exchange Init, in their order. */
const LISTS = [
  'kex_algorithms',
  'server_host_key_algorithms',
  'encryption_algorithms_client_to_server',
  'encryption_algorithms_server_to_client',
  'mac_algorithms_client_to_server',
  'mac_algorithms_server_to_client',
  'compression_algorithms_client_to_server',
  'compression_algorithms_server_to_client',
  'languages_client_to_server',
  'languages_server_to_client',
] as const;

type Kind = 'banner' | 'packet' | 'encrypted';

interface SshNote {
  readonly kind: Kind;
  /** The client's banner was there before, and it says version 2. */
  readonly isV2: boolean;
  readonly name: string;
}

function isNote(note: unknown): note is SshNote {
  return typeof note === 'object' && note !== null && 'isV2' in note;
}

function isBanner(bytes: Uint8Array | DataView, at: number, end: number): boolean {
  if (at + BANNER.length > end) return false;
  for (let i = 0; i < BANNER.length; i++) {
    const byte = bytes instanceof DataView ? bytes.getUint8(at + i) : bytes[at + i];
    if (byte !== BANNER.charCodeAt(i)) return false;
  }
  return true;
}

const u32 = (bytes: Uint8Array, at: number): number =>
  (bytes[at] ?? 0) * 0x100_0000 + (((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0));

interface List {
  readonly at: number;
  readonly text: string;
  readonly end: number;
}

/** The ten lists of the Key Exchange Init whose packet begins at `at`, as far as they are there. */
function algorithmLists(bytes: Uint8Array, at: number, end: number): List[] {
  const lists: List[] = [];
  for (let p = at + 22; lists.length < LISTS.length && p + 4 <= end; ) {
    const stop = p + 4 + u32(bytes, p);
    if (stop > end) break;
    lists.push({ at: p, text: asciiText(bytes, p + 4, stop), end: stop });
    p = stop;
  }
  return lists;
}

class SshStream implements StreamReader {
  readonly switchTo = null;
  private started: boolean;
  private isV2 = false;
  private readonly offers: [readonly string[], readonly string[]] = [[], []];
  private readonly encrypted: [boolean, boolean] = [false, false];

  constructor(byPort: boolean) {
    this.started = byPort;
  }

  size(bytes: Uint8Array, at: number, end: number, toServer: boolean): number {
    if (isBanner(bytes, at, end)) {
      const newline = bytes.indexOf(LF, at);
      if (newline >= 0 && newline < end) return newline + 1 - at;
      return end - at < MAX_BANNER ? ONE_MORE : NOT_MINE;
    }
    if (!this.started) return NOT_MINE;
    if (this.encrypted[toServer ? 0 : 1]) return end - at;
    if (end - at < 6) return ONE_MORE;
    const length = u32(bytes, at);
    return length < 2 || length > MAX_PACKET ? end - at : length + 4;
  }

  take(bytes: Uint8Array, at: number, end: number, toServer: boolean): SshNote {
    this.started = true;
    const side = toServer ? 0 : 1;
    const { isV2 } = this;
    if (isBanner(bytes, at, end)) {
      const version = asciiText(bytes, at + 4, at + 8);
      if (toServer && version.startsWith('2.')) this.isV2 = true;
      return { kind: 'banner', isV2, name: '' };
    }
    if (this.encrypted[side] || u32(bytes, at) + 4 !== end - at)
      return { kind: 'encrypted', isV2, name: this.hidesLength(side) ? '' : `Encrypted packet (len=${end - at})` };
    const code = bytes[at + 5] ?? 0;
    if (code === KEXINIT) this.offers[side] = algorithmLists(bytes, at, end).map(({ text }) => text);
    if (code === NEWKEYS) this.encrypted[side] = true;
    return { kind: 'packet', isV2, name: MESSAGES.get(code) ?? this.exchangeName(code) };
  }

  /** The first of the client's list that the server has, too (RFC 4253, section 7.1). */
  private chosen(list: number): string {
    const server = (this.offers[1][list] ?? '').split(',');
    return (this.offers[0][list] ?? '').split(',').find((name) => server.includes(name)) ?? '';
  }

  private hidesLength(side: 0 | 1): boolean {
    return this.chosen(2 + side).startsWith('chacha20-poly1305');
  }

  private exchangeName(code: number): string {
    const method = this.chosen(0);
    if (code < 30 || code > 34) return `Unknown (${code})`;
    if (method.includes('group-exchange')) return GROUP_EXCHANGE[code - 30] ?? '';
    const isCurve = /^(ecdh-sha2|curve25519-sha256)/.test(method);
    return `${isCurve ? 'Elliptic Curve ' : ''}Diffie-Hellman Key Exchange ${code === 30 ? 'Init' : 'Reply'}`;
  }
}

const index = (facts: FrameFacts): boolean => isBanner(facts.view, facts.at, facts.end);

function dissect(d: Dissection): void {
  const { at, bytes } = d;
  const starts = isBanner(bytes, at, d.end);
  const given = isNote(d.note) ? d.note : null;
  if (d.left === 0 || (given === null && !starts)) return;
  const note = given ?? { kind: 'banner', isV2: false, name: '' };
  const toServer = d.nextKey2 === 22 || (d.nextKey !== 22 && d.toServer);
  const speaker = toServer ? 'Client' : 'Server';
  const layer = d.layer('ssh', 'SSH Protocol', at, d.left);
  const prefix = d.locked || !d.flow?.prefix ? '' : d.flow.prefix;
  const say = (text: string): void => {
    if (d.continued && text === '') return;
    const info = d.continued ? `${d.columns.info}, ${text}` : `${prefix}${speaker}: ${text}`;
    d.setProtocol(note.isV2 ? 'SSHv2' : 'SSH', info);
    d.continued = true;
  };
  if (note.kind === 'banner') {
    const newline = bytes.indexOf(LF, at);
    const end = newline < 0 || newline >= d.end ? d.end : newline + 1;
    let to = end;
    while (to > at && (bytes[to - 1] === LF || bytes[to - 1] === CR)) to--;
    const text = asciiText(bytes, at, to);
    layer.length = end - at;
    d.at = end;
    d.field(layer, 'ssh.protocol', 'Protocol', text, at, to - at);
    if (end === d.end && d.wireEnd > d.end) d.needAt(d.end, 1, 'ssh');
    say(`Protocol (${text})`);
    return;
  }
  const size = note.kind === 'packet' ? u32(bytes, at) + 4 : d.left;
  const end = Math.min(d.end, at + size);
  layer.length = end - at;
  d.at = end;
  if (note.kind === 'packet') packet(d, layer, note.name, at, end);
  else d.node(layer, 'ssh.encrypted_packet', `Encrypted Packet (${end - at} bytes)`, null, at, end - at);
  say(note.name);
}

function packet(d: Dissection, layer: FieldNode, name: string, at: number, end: number): void {
  const { bytes } = d;
  const code = bytes[at + 5] ?? 0;
  d.field(layer, 'ssh.packet_length', 'Packet Length', u32(bytes, at), at, 4);
  d.field(layer, 'ssh.padding_length', 'Padding Length', bytes[at + 4] ?? 0, at + 4, 1);
  d.node(layer, 'ssh.message_code', `Message Code: ${name} (${code})`, String(code), at + 5, 1);
  if (code !== KEXINIT) return;
  const cookie = hexBytes(bytes, at + 6, Math.min(end, at + 22));
  const node = d.node(layer, null, 'Algorithms', null, at + 6, end - at - 6);
  d.node(node, 'ssh.cookie', `Cookie: ${cookie}`, cookie, at + 6, 16);
  for (const [i, list] of algorithmLists(bytes, at, end).entries()) {
    const field = LISTS[i] ?? '';
    d.field(node, `ssh.${field}_length`, `${field} length`, list.end - list.at - 4, list.at, 4);
    d.field(node, `ssh.${field}`, `${field} string`, list.text, list.at + 4, list.end - list.at - 4);
  }
}

export const protocol: Protocol = {
  filter: 'ssh',
  name: 'SSH Protocol',
  attach: { tcpPorts: [22, 29418], tcpAnyPort: true },
  fields: [
    { name: 'ssh.protocol', kind: 'text' },
    { name: 'ssh.packet_length', kind: 'uint' },
    { name: 'ssh.padding_length', kind: 'uint' },
    { name: 'ssh.message_code', kind: 'uint' },
    { name: 'ssh.cookie', kind: 'bytes' },
    ...LISTS.map((name) => ({ name: `ssh.${name}`, kind: 'text' as const })),
    ...LISTS.map((name) => ({ name: `ssh.${name}_length`, kind: 'uint' as const })),
    { name: 'ssh.encrypted_packet', kind: 'bytes' },
  ],
  index,
  dissect,
  stream: (byPort) => new SshStream(byPort),
  oneItem: true,
};
