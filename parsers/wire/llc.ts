// LLC (IEEE 802.2) with SNAP: what follows an Ethernet header whose type field is a length.
// Surprise: the control field is one byte for unnumbered frames and two for all others.
import { type Dissection, hexText } from './dissection.ts';
import { etherTypeName } from './ethertype.ts';
import { CISCO_CDP, CISCO_DTP, CISCO_VTP, type FrameFacts, LLC, NEXT_ETHERTYPE, NEXT_LLC } from './facts.ts';
import type { FieldNode } from './field.ts';
import type { Protocol } from './protocol.ts';

const SNAP = 0xaa;
const SNAP_SIZE = 5;
const TCP_IP = 0x06;
const UNNUMBERED = 3;

const SAPS: ReadonlyMap<number, string> = new Map([
  [0x00, 'NULL LSAP'],
  [0x02, 'LLC Sub-Layer Management'],
  [0x04, 'SNA Path Control'],
  [0x06, 'TCP/IP'],
  [0x08, 'SNA'],
  [0x10, 'NetWare (unofficial?)'],
  [0x14, 'ISO Network Layer (OSLAN 1)'],
  [0x20, 'ISO Network Layer (unofficial?)'],
  [0x42, 'Spanning Tree BPDU'],
  [0x7e, 'ISO 8208 (X.25 over 802.2)'],
  [0x80, 'XNS'],
  [0x82, 'BACnet'],
  [0x98, 'ARP'],
  [SNAP, 'SNAP'],
  [0xbc, 'Banyan Vines'],
  [0xe0, 'NetWare'],
  [0xf0, 'NetBIOS'],
  [0xf4, 'IBM Net Management'],
  [0xf8, 'HP Extended LLC'],
  [0xfc, 'Remote Program Load'],
  [0xfe, 'ISO Network Layer'],
  [0xff, 'Global LSAP'],
]);

const UNNUMBERED_NAMES: ReadonlyMap<number, string> = new Map([
  [0x00, 'UI'],
  [0x08, 'UP'],
  [0x10, 'DISC'],
  [0x18, 'UA'],
  [0x20, 'SNRM'],
  [0x38, 'TEST'],
  [0x01, 'SIM'],
  [0x21, 'FRMR'],
  [0x31, 'CFGR'],
  [0x03, 'SARM'],
  [0x0b, 'SABM'],
  [0x13, 'SARME'],
  [0x1b, 'SABME'],
  [0x23, 'RESET'],
  [0x2b, 'XID'],
  [0x33, 'SNRME'],
  [0x3b, 'BCN'],
]);
const SUPERVISORY = ['RR', 'RNR', 'REJ', 'SREJ'];

function index(facts: FrameFacts): boolean {
  const { view } = facts;
  if (!facts.has(3)) return true;
  const dsap = view.getUint8(facts.at);
  const control = view.getUint8(facts.at + 2);
  const size = 2 + ((control & 3) === UNNUMBERED ? 1 : 2);
  if (!facts.has(size)) return true;
  const isInformation = (control & 1) === 0 || (control & 0xef) === UNNUMBERED;
  facts.at += size;
  if (!isInformation || facts.at >= facts.end) return true;
  if (dsap === SNAP) {
    if (!facts.has(SNAP_SIZE)) return true;
    const oui = view.getUint32(facts.at) >>> 8;
    const type = view.getUint16(facts.at + 3);
    facts.at += SNAP_SIZE;
    setNext(facts, oui, type);
  } else if (dsap === TCP_IP) {
    facts.next = NEXT_ETHERTYPE;
    facts.nextKey = 0x0800;
  } else {
    facts.next = NEXT_LLC;
    facts.nextKey = dsap;
  }
  return true;
}

/** Behind Cisco's organization code; 0x010b is a spanning tree for each VLAN. */
const CISCO_PIDS: ReadonlyMap<number, number> = new Map([
  [0x010b, 0x42],
  [0x2000, CISCO_CDP],
  [0x2003, CISCO_VTP],
  [0x2004, CISCO_DTP],
]);

/** 0 is the Ethernet types' own. */
function setNext(state: { next: number; nextKey: number }, oui: number, type: number): void {
  if (oui === 0 || oui === 0x0000f8) {
    state.next = NEXT_ETHERTYPE;
    state.nextKey = type;
    return;
  }
  const key = oui === 0x00000c ? CISCO_PIDS.get(type) : undefined;
  if (key === undefined) return;
  state.next = NEXT_LLC;
  state.nextKey = key;
}

function dissect(d: Dissection): void {
  const at = d.at;
  const { view } = d;
  d.setProtocol('LLC', '');
  if (!d.need(3, 'llc')) {
    d.layer('llc', 'Logical-Link Control', at, d.left);
    d.at = d.end;
    return;
  }
  const dsap = view.getUint8(at);
  const ssap = view.getUint8(at + 1);
  const control = view.getUint8(at + 2);
  const size = 2 + ((control & 3) === UNNUMBERED ? 1 : 2);
  const layer = d.layer('llc', 'Logical-Link Control', at, size);
  sap(d, layer, 'llc.dsap', 'DSAP', dsap, at);
  sap(d, layer, 'llc.ssap', 'SSAP', ssap, at + 1);
  if (!d.need(size, 'llc')) {
    d.at = d.end;
    return;
  }
  const kind = controlText(d, at + 2, (ssap & 1) !== 0);
  const word = size === 3 ? control : view.getUint16(at + 2, true);
  d.node(layer, 'llc.control', `Control field: ${kind}`, hexText(word, 4), at + 2, size - 2);
  d.at = at + size;
  const isInformation = (control & 1) === 0 || (control & 0xef) === UNNUMBERED;
  if (dsap === SNAP && isInformation && d.left > 0) {
    snap(d, layer, kind);
    return;
  }
  const target = `${SAPS.get(dsap & 0xfe) ?? 'Unknown'} ${(dsap & 1) === 0 ? 'Individual' : 'Group'}`;
  const source = `${SAPS.get(ssap & 0xfe) ?? 'Unknown'} ${(ssap & 1) === 0 ? 'Command' : 'Response'}`;
  d.setProtocol('LLC', `${kind}; DSAP ${target}, SSAP ${source}`);
  if (!isInformation || d.left === 0) return;
  d.next = dsap === TCP_IP ? NEXT_ETHERTYPE : NEXT_LLC;
  d.nextKey = dsap === TCP_IP ? 0x0800 : dsap;
}

function sap(d: Dissection, layer: FieldNode, filter: string, name: string, value: number, at: number): void {
  const text = hexText(value, 2);
  const known = SAPS.get(value) ?? SAPS.get(value & 0xfe) ?? 'Unknown';
  d.node(layer, filter, `${name}: ${known} (${text})`, text, at, 1);
}

function controlText(d: Dissection, at: number, isResponse: boolean): string {
  const first = d.view.getUint8(at);
  const mark = (bit: boolean): string => (bit ? (isResponse ? ' F' : ' P') : '');
  if ((first & 3) === UNNUMBERED)
    return `U${mark((first & 0x10) !== 0)}, func=${UNNUMBERED_NAMES.get((first >> 2) & 0x3b) ?? 'Unknown'}`;
  const second = d.view.getUint8(at + 1);
  const poll = mark((second & 1) !== 0);
  if ((first & 1) === 0) return `I${poll}, N(R)=${second >> 1}, N(S)=${first >> 1}`;
  return `S${poll}, func=${SUPERVISORY[(first >> 2) & 3] ?? ''}, N(R)=${second >> 1}`;
}

function snap(d: Dissection, layer: FieldNode, kind: string): void {
  const at = d.at;
  if (!d.need(SNAP_SIZE, 'llc')) {
    d.at = d.end;
    return;
  }
  const oui = d.view.getUint32(at) >>> 8;
  const type = d.view.getUint16(at + 3);
  const text = hexText(type, 4);
  layer.length += SNAP_SIZE;
  d.node(layer, 'llc.oui', `Organization Code: ${hexText(oui, 6)}`, String(oui), at, 3);
  const isEther = oui === 0 || oui === 0x0000f8;
  if (isEther) d.node(layer, 'llc.type', `Type: ${etherTypeName(type)} (${text})`, text, at + 3, 2);
  else d.node(layer, 'llc.pid', `Protocol ID: ${text}`, text, at + 3, 2);
  const pid = isEther ? `Type ${text}` : `PID ${text}`;
  d.setProtocol('LLC', `${kind}; SNAP, OUI 0x${oui.toString(16).padStart(6, '0').toUpperCase()} (Unknown), ${pid}`);
  d.at = at + SNAP_SIZE;
  setNext(d, oui, type);
}

export const protocol: Protocol = {
  filter: 'llc',
  name: 'Logical-Link Control',
  attach: { llcSaps: [LLC], etherTypes: [0x0004] },
  fields: [
    { name: 'llc.dsap', kind: 'uint', bits: [0, 8] },
    { name: 'llc.ssap', kind: 'uint', bits: [8, 8] },
    { name: 'llc.control', kind: 'uint' },
    { name: 'llc.oui', kind: 'uint' },
    { name: 'llc.type', kind: 'uint' },
    { name: 'llc.pid', kind: 'uint' },
  ],
  index,
  dissect,
};
