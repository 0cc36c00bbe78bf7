// One SMB message of either version, in a NetBIOS session or datagram: command, direction, status, and the names it carries.
// Surprise: which file a read or write is about is only told by an earlier Create; `SmbNames` remembers, message by message.
import { type Dissection, hexText } from './dissection.ts';
import type { FieldKind } from './protocol.ts';
import { SMB1_COMMANDS, SMB2_COMMANDS, STATUSES } from './smb-names.ts';

const SMB1 = 0xff53_4d42;
const SMB2 = 0xfe53_4d42;
const SMB3_SEALED = 0xfd53_4d42;
const HEADER1 = 32;
const HEADER2 = 64;
const TREE_CONNECT = 3;
const CREATE = 5;
const CLOSE = 6;
const READ = 8;
const WRITE = 9;
const MAX_NAMES = 10_000;
const MAX_COMPOUND = 100;
const NTLMSSP = [0x4e, 0x54, 0x4c, 0x4d, 0x53, 0x53, 0x50, 0];

export const SMB_FIELDS: readonly (readonly [string, FieldKind])[] = [
  ['smb', 'none'],
  ['smb.cmd', 'uint'],
  ['smb.nt_status', 'uint'],
  ['smb2', 'none'],
  ['smb2.cmd', 'uint'],
  ['smb2.nt_status', 'uint'],
  ['smb2.msg_id', 'uint'],
  ['smb2.tree', 'text'],
  ['smb2.filename', 'text'],
];

/** What a message says of files by name: its own, or that of the Create which opened it. */
export class SmbNames {
  private readonly asked = new Map<string, string>();
  private readonly open = new Map<string, string>();

  /** Names of the files of the messages in `from` … `to`, in order; '' where there is none. */
  take(bytes: Uint8Array, from: number, to: number): string[] {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return compound(view, from, to).map(({ at, end }) => this.one(bytes, view, at, end));
  }

  private one(bytes: Uint8Array, view: DataView, at: number, end: number): string {
    const command = view.getUint16(at + 12, true);
    const isResponse = (view.getUint32(at + 16, true) & 1) !== 0;
    const id = view.getBigUint64(at + 24, true).toString();
    const body = at + HEADER2;
    if (command === CREATE && !isResponse) {
      const name = createName(bytes, view, at, end);
      keep(this.asked, id, name);
      return name;
    }
    if (command === CREATE) {
      const name = this.asked.get(id) ?? '';
      if (view.getUint32(at + 8, true) !== 0 || body + 80 > end) return '';
      keep(this.open, fileId(bytes, body + 64), name);
      return name;
    }
    const where = isResponse ? -1 : command === CLOSE ? 8 : command === READ || command === WRITE ? 16 : -1;
    if (where < 0 || body + where + 16 > end) return '';
    return this.open.get(fileId(bytes, body + where)) ?? '';
  }
}

function keep(map: Map<string, string>, key: string, value: string): void {
  map.set(key, value);
  const oldest = map.keys().next().value;
  if (map.size > MAX_NAMES && oldest !== undefined) map.delete(oldest);
}

function fileId(bytes: Uint8Array, at: number): string {
  return bytes.subarray(at, at + 16).join('.');
}

/** The messages that stand one behind the other, each with its whole header. */
function compound(view: DataView, from: number, to: number): { readonly at: number; readonly end: number }[] {
  const found: { readonly at: number; readonly end: number }[] = [];
  for (let at = from; at + HEADER2 <= to && found.length < MAX_COMPOUND && view.getUint32(at) === SMB2; ) {
    const next = view.getUint32(at + 20, true);
    const end = next === 0 ? to : Math.min(to, at + next);
    found.push({ at, end });
    if (next < HEADER2) break;
    at += next;
  }
  return found;
}

function utf16(bytes: Uint8Array, from: number, size: number, end: number): string {
  let text = '';
  for (let at = from; at + 2 <= Math.min(end, from + size); at += 2)
    text += String.fromCharCode((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8));
  return text;
}

function createName(bytes: Uint8Array, view: DataView, at: number, end: number): string {
  const body = at + HEADER2;
  if (body + 48 > end) return '';
  return utf16(bytes, at + view.getUint16(body + 44, true), view.getUint16(body + 46, true), end);
}

/** What NTLMSSP says inside a session setup. */
function ntlmssp(d: Dissection, from: number, end: number): string {
  const { bytes, view } = d;
  for (
    let at = bytes.indexOf(NTLMSSP[0] ?? 0, from);
    at >= 0 && at + 12 <= end;
    at = bytes.indexOf(NTLMSSP[0] ?? 0, at + 1)
  ) {
    if (!NTLMSSP.every((byte, i) => bytes[at + i] === byte)) continue;
    const type = view.getUint32(at + 8, true);
    if (type === 1) return ', NTLMSSP_NEGOTIATE';
    if (type === 2) return ', NTLMSSP_CHALLENGE';
    if (type !== 3 || at + 44 > end) return '';
    const text = (where: number): string =>
      utf16(bytes, at + view.getUint32(at + where + 4, true), view.getUint16(at + where, true), end);
    return `, NTLMSSP_AUTH, User: ${text(28)}\\${text(36)}`;
  }
  return '';
}

function errorText(status: number): string {
  return status === 0 ? '' : `, Error: ${STATUSES.get(status) ?? `Unknown (${hexText(status, 8)})`}`;
}

/** Adds the message's layer and gives the list's column and text; null when it is none. */
export function smbMessage(
  d: Dissection,
  from: number,
  to: number,
  names: readonly string[],
): readonly [string, string] | null {
  if (from + 4 > to) return null;
  const magic = d.view.getUint32(from);
  if (magic === SMB1) return smb1(d, from, to);
  if (magic === SMB3_SEALED) {
    d.layer('smb2', 'SMB2 (Server Message Block Protocol version 2)', from, to - from);
    return ['SMB2', 'Encrypted SMB3'];
  }
  if (magic !== SMB2) return null;
  const infos = compound(d.view, from, to).map(({ at, end }, i) => smb2(d, at, end, names[i] ?? ''));
  if (infos.length === 0) d.needAt(from, HEADER2, 'smb2');
  return ['SMB2', infos.join(';')];
}

function smb1(d: Dissection, at: number, to: number): readonly [string, string] {
  const { view } = d;
  const layer = d.layer('smb', 'SMB (Server Message Block Protocol)', at, to - at);
  if (at + HEADER1 > to) {
    d.needAt(to, HEADER1, 'smb');
    return ['SMB', ''];
  }
  const command = view.getUint8(at + 4);
  const status = view.getUint32(at + 5, true);
  const isResponse = (view.getUint8(at + 9) & 0x80) !== 0;
  const name = SMB1_COMMANDS.get(command) ?? `unknown-${hexText(command, 2)}`;
  d.node(layer, 'smb.cmd', `SMB Command: ${name} (${hexText(command, 2)})`, hexText(command, 2), at + 4, 1);
  d.hex(layer, 'smb.nt_status', 'NT Status', status, 8, at + 5, 4);
  const more = command === 0x73 ? ntlmssp(d, at + HEADER1, to) : '';
  return ['SMB', `${name} ${isResponse ? 'Response' : 'Request'}${more}${isResponse ? errorText(status) : ''}`];
}

function smb2(d: Dissection, at: number, end: number, file: string): string {
  const { view, bytes } = d;
  const layer = d.layer('smb2', 'SMB2 (Server Message Block Protocol version 2)', at, end - at);
  const command = view.getUint16(at + 12, true);
  const isResponse = (view.getUint32(at + 16, true) & 1) !== 0;
  const status = view.getUint32(at + 8, true);
  const name = SMB2_COMMANDS[command] ?? `unknown (${command})`;
  const id = view.getBigUint64(at + 24, true).toString();
  d.node(layer, 'smb2.cmd', `Command: ${name} (${command})`, String(command), at + 12, 2);
  if (isResponse) d.hex(layer, 'smb2.nt_status', 'NT Status', status, 8, at + 8, 4);
  d.field(layer, 'smb2.msg_id', 'Message ID', id, at + 24, 8);
  const body = at + HEADER2;
  const about = file === '' ? '' : ` File: ${file}`;
  if (file !== '') d.generated(layer, 'smb2.filename', `Filename: ${file}`, file);
  if (isResponse) {
    const login = command === 1 ? ntlmssp(d, body, end) : '';
    return `${name} Response${errorText(status)}${about}${login}`;
  }
  if (command === 1) return `${name} Request${ntlmssp(d, body, end)}`;
  if (command === TREE_CONNECT && body + 8 <= end) {
    const tree = utf16(bytes, at + view.getUint16(body + 4, true), view.getUint16(body + 6, true), end);
    d.field(layer, 'smb2.tree', 'Tree', tree, body + 4, 4);
    return `${name} Request Tree: ${tree}`;
  }
  if ((command === READ || command === WRITE) && body + 16 <= end) {
    const size = view.getUint32(body + 4, true);
    const offset = view.getBigUint64(body + 8, true).toString();
    return `${name} Request Len:${size} Off:${offset}${about}`;
  }
  return `${name} Request${about}`;
}
