// IEEE 802.11 frames: the header, with the management frames' network name; data that is not encrypted goes on to LLC.
// Surprise: how many addresses there are and which of them is the sender depends on two flags, and an acknowledgement has no sender.
// Not read: parts of a fragmented frame (each is shown as one), mesh headers, and frames of the 60 GHz bands.
import { type Dissection, hexText, macName } from './dissection.ts';
import { type FrameFacts, LLC, NEXT_LLC, WLAN, WLAN_FCS, WLAN_PADDED } from './facts.ts';
import type { FieldNode } from './field.ts';
import type { Protocol } from './protocol.ts';
import { management } from './wlan-management.ts';
import { FRAME_NAMES, flagsText } from './wlan-names.ts';

const AT_FLAGS = 1;
const AT_DURATION = 2;
const AT_ADDRESS = 4;
const AT_SECOND = 10;
const AT_THIRD = 16;
const AT_SEQUENCE = 22;
const AT_FOURTH = 24;
const SHORTEST = 10;
const PLAIN = 24;
const FCS = 4;
const SUBFRAME = 14;

const TO_DS = 1;
const FROM_DS = 2;
const MORE_FRAGMENTS = 4;
const PROTECTED = 0x40;
const ORDER = 0x80;
const AGGREGATED = 0x80;

const MANAGEMENT = 0;
const CONTROL = 1;
const DATA = 2;
const CLEAR_TO_SEND = 0x1c;
const ACKNOWLEDGEMENT = 0x1d;
const POWER_SAVE_POLL = 0x1a;
const CF_END = 0x1e;

const keyBits = (key: number): number => (key >= WLAN && key < WLAN + 4 ? key - WLAN : 0);
const kindOf = (control: number): number => (((control >> 2) & 3) << 4) | (control >> 4);
const isQos = (kind: number): boolean => kind >> 4 === DATA && (kind & 8) !== 0;

/** Control frames whose layout is known: with one address, or with two. */
function controlSize(kind: number): number {
  if (kind === CLEAR_TO_SEND || kind === ACKNOWLEDGEMENT) return SHORTEST;
  return kind === 0x12 || kind === 0x14 || kind === 0x15 || kind >= 0x18 ? AT_THIRD : AT_ADDRESS;
}

/** Bytes of the header without padding. */
function headerSize(kind: number, flags: number): number {
  const type = kind >> 4;
  if (type === CONTROL) return controlSize(kind);
  const control = (flags & ORDER) === 0 ? 0 : 4;
  if (type === MANAGEMENT) return PLAIN + control;
  if (type !== DATA) return AT_ADDRESS;
  const four = (flags & (TO_DS | FROM_DS)) === (TO_DS | FROM_DS) ? 6 : 0;
  return PLAIN + four + (isQos(kind) ? 2 + control : 0);
}

/** True for frames whose payload is LLC in the open. */
function isOpen(kind: number, flags: number, fragment: number): boolean {
  return kind >> 4 === DATA && (kind & 4) === 0 && (flags & (PROTECTED | MORE_FRAGMENTS)) === 0 && fragment === 0;
}

const atQos = (flags: number): number =>
  (flags & (TO_DS | FROM_DS)) === (TO_DS | FROM_DS) ? AT_FOURTH + 6 : AT_FOURTH;

/** Takes the frame check sequence off the end; the answer is whether there is one, captured or not. */
function takeFcs(state: { at: number; end: number; wireEnd: number }, key: number): boolean {
  if ((keyBits(key) & WLAN_FCS) === 0 || state.wireEnd - state.at < FCS) return false;
  state.wireEnd -= FCS;
  state.end = Math.min(state.end, state.wireEnd);
  return true;
}

function index(facts: FrameFacts): boolean {
  const key = facts.nextKey;
  takeFcs(facts, key);
  if (!facts.has(2)) return true;
  const { view, at } = facts;
  const kind = kindOf(view.getUint8(at));
  const flags = view.getUint8(at + AT_FLAGS);
  const size = headerSize(kind, flags);
  if (!facts.has(size)) return true;
  if (kind >> 4 !== DATA || !isOpen(kind, flags, view.getUint8(at + AT_SEQUENCE) & 15)) return true;
  facts.at = at + ((keyBits(key) & WLAN_PADDED) === 0 ? size : (size + 3) & ~3);
  if (isQos(kind) && (view.getUint8(at + atQos(flags)) & AGGREGATED) !== 0) {
    if (!facts.has(SUBFRAME)) return true;
    facts.wireEnd = Math.min(facts.wireEnd, facts.at + SUBFRAME + view.getUint16(facts.at + 12));
    facts.end = Math.min(facts.end, facts.wireEnd);
    facts.at += SUBFRAME;
  }
  if (facts.at >= facts.end) return true;
  facts.next = NEXT_LLC;
  facts.nextKey = LLC;
  return true;
}

function dissect(d: Dissection): void {
  const { at, view, end } = d;
  const padded = (keyBits(d.nextKey) & WLAN_PADDED) !== 0;
  const hasFcs = takeFcs(d, d.nextKey);
  d.setProtocol('802.11', '');
  const layer = d.layer('wlan', 'IEEE 802.11', at, d.left);
  d.at = d.end;
  if (!d.needAt(at, 2, 'wlan')) return;
  const control = view.getUint8(at);
  const flags = view.getUint8(at + AT_FLAGS);
  const kind = kindOf(control);
  const size = headerSize(kind, flags);
  const name = FRAME_NAMES.get(kind) ?? 'Unrecognized (Reserved frame)';
  const marks = flagsText(flags, hasFcs);
  layer.label = `IEEE 802.11 ${name}, Flags: ${marks}`;
  frameControl(d, layer, at, name);
  if (!d.needAt(at, size, 'wlan')) return;
  if (size > AT_ADDRESS) addresses(d, layer, at, kind, flags);
  if (hasFcs && d.end + FCS <= end)
    d.hex(layer, 'wlan.fcs', 'Frame check sequence', view.getUint32(d.end, true), 8, d.end, FCS);
  const type = kind >> 4;
  if (type !== MANAGEMENT && type !== DATA) {
    d.setProtocol('802.11', `${name}, Flags=${marks}`);
    return;
  }
  const sequence = view.getUint16(at + AT_SEQUENCE, true);
  const fragment = sequence & 15;
  d.field(layer, 'wlan.frag', 'Fragment number', fragment, at + AT_SEQUENCE, 2);
  d.field(layer, 'wlan.seq', 'Sequence number', sequence >> 4, at + AT_SEQUENCE, 2);
  const info = `${name}, SN=${sequence >> 4}, FN=${fragment}, Flags=${marks}`;
  d.setProtocol('802.11', info);
  if (type === MANAGEMENT) {
    if ((flags & PROTECTED) === 0) d.setProtocol('802.11', info + management(d, layer, kind, at + size));
    return;
  }
  if (isQos(kind)) qos(d, layer, at + atQos(flags), (kind & 4) === 0);
  const body = at + (padded ? (size + 3) & ~3 : size);
  layer.length = Math.min(d.end, body) - at;
  d.at = Math.min(d.end, body);
  if (isOpen(kind, flags, fragment)) open(d, layer, isQos(kind) ? view.getUint8(at + atQos(flags)) : 0, body);
  else if ((flags & PROTECTED) === 0 && (kind & 4) === 0) d.setProtocol('802.11', 'Fragmented IEEE 802.11 frame');
}

/** The payload of a frame in the open; of an aggregate, the first of its parts. */
function open(d: Dissection, layer: FieldNode, qosByte: number, body: number): void {
  if ((qosByte & AGGREGATED) !== 0) {
    if (!d.needAt(body, SUBFRAME, 'wlan')) return;
    const size = d.view.getUint16(body + 12);
    const part = d.node(layer, 'wlan_aggregate', 'A-MSDU Subframe', null, body, SUBFRAME + size);
    d.field(part, 'wlan_aggregate.a_mdsu.length', 'A-MSDU Length', size, body + 12, 2);
    layer.length += SUBFRAME;
    d.wireEnd = Math.min(d.wireEnd, body + SUBFRAME + size);
    d.end = Math.min(d.end, d.wireEnd);
    d.at = body + SUBFRAME;
  }
  if (d.left === 0) return;
  d.next = NEXT_LLC;
  d.nextKey = LLC;
}

function frameControl(d: Dissection, layer: FieldNode, at: number, name: string): void {
  const { view } = d;
  const control = view.getUint8(at);
  const flags = view.getUint8(at + AT_FLAGS);
  const kind = kindOf(control);
  const text = hexText(kind, 4);
  d.node(layer, 'wlan.fc.type_subtype', `Type/Subtype: ${name} (${text})`, text, at, 1);
  const node = d.hex(layer, 'wlan.fc', 'Frame Control Field', view.getUint16(at), 4, at, 2);
  d.field(node, 'wlan.fc.version', 'Version', control & 3, at, 1);
  d.field(node, 'wlan.fc.type', 'Type', kind >> 4, at, 1);
  d.field(node, 'wlan.fc.subtype', 'Subtype', kind & 15, at, 1);
  const bits = d.hex(node, 'wlan.flags', 'Flags', flags, 2, at + AT_FLAGS, 1);
  d.hex(bits, 'wlan.fc.ds', 'DS status', flags & 3, 2, at + AT_FLAGS, 1);
  d.bit(bits, 'wlan.fc.frag', 'More Fragments', (flags & MORE_FRAGMENTS) !== 0, at + AT_FLAGS, 1);
  d.bit(bits, 'wlan.fc.retry', 'Retry', (flags & 8) !== 0, at + AT_FLAGS, 1);
  d.bit(bits, 'wlan.fc.pwrmgt', 'PWR MGT', (flags & 0x10) !== 0, at + AT_FLAGS, 1);
  d.bit(bits, 'wlan.fc.moredata', 'More Data', (flags & 0x20) !== 0, at + AT_FLAGS, 1);
  d.bit(bits, 'wlan.fc.protected', 'Protected flag', (flags & PROTECTED) !== 0, at + AT_FLAGS, 1);
  d.bit(bits, 'wlan.fc.order', '+HTC/Order flag', (flags & ORDER) !== 0, at + AT_FLAGS, 1);
}

type Role = 'ra' | 'ta' | 'da' | 'sa' | 'bssid' | 'staa';
const ROLE_NAMES: Readonly<Record<Role, string>> = {
  ra: 'Receiver address',
  ta: 'Transmitter address',
  da: 'Destination address',
  sa: 'Source address',
  bssid: 'BSS Id',
  staa: 'STA address',
};

/** Which address plays which part, by where it stands; in the order Wireshark shows them. */
function rolesOf(kind: number, flags: number): readonly (readonly [Role, number])[] {
  const [one, two, three] = [AT_ADDRESS, AT_SECOND, AT_THIRD];
  if (kind >> 4 === MANAGEMENT)
    return [
      ['ra', one],
      ['da', one],
      ['ta', two],
      ['sa', two],
      ['bssid', three],
    ];
  const ends: readonly (readonly [Role, number])[] = [
    ['ra', one],
    ['ta', two],
  ];
  switch (flags & (TO_DS | FROM_DS)) {
    case 0:
      return [...ends, ['da', one], ['sa', two], ['bssid', three]];
    case TO_DS:
      return [...ends, ['da', three], ['sa', two], ['bssid', one], ['staa', two]];
    case FROM_DS:
      return [...ends, ['da', one], ['sa', three], ['bssid', two], ['staa', one]];
    default:
      return [...ends, ['da', three], ['sa', AT_FOURTH]];
  }
}

function addresses(d: Dissection, layer: FieldNode, at: number, kind: number, flags: number): void {
  const word = d.view.getUint16(at + AT_DURATION, true);
  const add = (role: Role, from: number): void => {
    d.field(layer, `wlan.${role}`, ROLE_NAMES[role], d.mac(at + from), at + from, 6);
  };
  if (kind === POWER_SAVE_POLL && word >= 0xc000)
    d.field(layer, 'wlan.aid', 'Association ID', word & 0x3fff, at + AT_DURATION, 2);
  else if (word < 0x8000) d.field(layer, 'wlan.duration', 'Duration', word, at + AT_DURATION, 2);
  if (kind >> 4 === CONTROL) {
    controlAddresses(d, at, kind, add);
    return;
  }
  const roles = rolesOf(kind, flags);
  let [source, destination] = ['', ''];
  for (const [role, from] of roles) {
    add(role, from);
    if (role === 'sa') source = macName(d.mac(at + from));
    if (role === 'da') destination = macName(d.mac(at + from));
  }
  d.setAddresses(source, destination);
  d.linkSource = source;
}

function controlAddresses(d: Dissection, at: number, kind: number, add: (role: Role, from: number) => void): void {
  const first = d.mac(at + AT_ADDRESS);
  add('ra', AT_ADDRESS);
  if (kind === POWER_SAVE_POLL) add('bssid', AT_ADDRESS);
  const to = `${first} (${kind === POWER_SAVE_POLL ? 'BSSID' : 'RA'})`;
  if (controlSize(kind) === SHORTEST) {
    d.setAddresses('', to);
    return;
  }
  const second = d.mac(at + AT_SECOND);
  add(kind === CF_END ? 'bssid' : 'ta', AT_SECOND);
  d.setAddresses(`${second} (${kind === CF_END ? 'BSSID' : 'TA'})`, to);
}

function qos(d: Dissection, layer: FieldNode, at: number, hasPayload: boolean): void {
  const word = d.view.getUint16(at, true);
  const node = d.hex(layer, 'wlan.qos', 'Qos Control', word, 4, at, 2);
  d.field(node, 'wlan.qos.tid', 'TID', word & 15, at, 2);
  if (hasPayload) d.bit(node, 'wlan.qos.amsdupresent', 'Payload Type', (word & AGGREGATED) !== 0, at, 2);
}

export const protocol: Protocol = {
  filter: 'wlan',
  name: 'IEEE 802.11 wireless LAN',
  attach: { linkTypes: [105], llcSaps: [WLAN, WLAN | WLAN_FCS, WLAN | WLAN_PADDED, WLAN | WLAN_FCS | WLAN_PADDED] },
  fields: [
    { name: 'wlan.fc.type_subtype', kind: 'uint' },
    { name: 'wlan.fc', kind: 'uint' },
    { name: 'wlan.fc.version', kind: 'uint' },
    { name: 'wlan.fc.type', kind: 'uint' },
    { name: 'wlan.fc.subtype', kind: 'uint' },
    { name: 'wlan.flags', kind: 'uint' },
    { name: 'wlan.fc.ds', kind: 'uint' },
    { name: 'wlan.fc.frag', kind: 'bool' },
    { name: 'wlan.fc.retry', kind: 'bool' },
    { name: 'wlan.fc.pwrmgt', kind: 'bool' },
    { name: 'wlan.fc.moredata', kind: 'bool' },
    { name: 'wlan.fc.protected', kind: 'bool' },
    { name: 'wlan.fc.order', kind: 'bool' },
    { name: 'wlan.duration', kind: 'uint' },
    { name: 'wlan.aid', kind: 'uint' },
    { name: 'wlan.ra', kind: 'mac' },
    { name: 'wlan.ta', kind: 'mac' },
    { name: 'wlan.da', kind: 'mac' },
    { name: 'wlan.sa', kind: 'mac' },
    { name: 'wlan.bssid', kind: 'mac' },
    { name: 'wlan.staa', kind: 'mac' },
    { name: 'wlan.addr', kind: 'mac', either: ['wlan.ra', 'wlan.ta', 'wlan.da', 'wlan.sa', 'wlan.bssid', 'wlan.staa'] },
    { name: 'wlan.frag', kind: 'uint' },
    { name: 'wlan.seq', kind: 'uint' },
    { name: 'wlan.qos', kind: 'uint' },
    { name: 'wlan.qos.tid', kind: 'uint' },
    { name: 'wlan.qos.amsdupresent', kind: 'bool' },
    { name: 'wlan.fcs', kind: 'uint' },
    { name: 'wlan_aggregate', kind: 'none' },
    { name: 'wlan_aggregate.a_mdsu.length', kind: 'uint' },
    { name: 'wlan.mgt', kind: 'none' },
    { name: 'wlan.fixed.beacon', kind: 'uint' },
    { name: 'wlan.fixed.reason_code', kind: 'uint' },
    { name: 'wlan.tag', kind: 'none' },
    { name: 'wlan.tag.number', kind: 'uint' },
    { name: 'wlan.tag.length', kind: 'uint' },
    { name: 'wlan.ssid', kind: 'bytes' },
  ],
  index,
  dissect,
};
