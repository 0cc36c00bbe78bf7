// IGMP of all versions (RFC 1112, 2236, 3376): who listens to which multicast group.
// Surprise: a query's version shows only in its length and its response time; that of a report is in its type.
import type { Dissection } from './dissection.ts';
import type { FrameFacts } from './facts.ts';
import type { FieldNode } from './field.ts';
import type { Protocol } from './protocol.ts';

const HEADER = 8;
const QUERY = 0x11;
const REPORT_1 = 0x12;
const REPORT_2 = 0x16;
const LEAVE = 0x17;
const REPORT_3 = 0x22;
/** Group records of one report that are shown. */
const MAX_RECORDS = 1000;

const TYPES: ReadonlyMap<number, string> = new Map([
  [QUERY, 'Membership Query'],
  [REPORT_1, 'Membership Report'],
  [0x13, 'DVMRP Protocol'],
  [0x14, 'PIM Routing Message'],
  [REPORT_2, 'Membership Report'],
  [LEAVE, 'Leave Group'],
  [REPORT_3, 'Membership Report'],
]);

const RECORDS = [
  '',
  'Mode Is Include',
  'Mode Is Exclude',
  'Change To Include Mode',
  'Change To Exclude Mode',
  'Allow New Sources',
  'Block Old Sources',
];

function index(facts: FrameFacts): boolean {
  facts.has(HEADER);
  return true;
}

function versionOf(d: Dissection, at: number, type: number): number {
  if (type === REPORT_3) return 3;
  if (type !== QUERY) return type === REPORT_1 ? 1 : type === REPORT_2 || type === LEAVE ? 2 : 0;
  if (d.wireEnd - at >= 12) return 3;
  return d.view.getUint8(at + 1) === 0 ? 1 : 2;
}

function dissect(d: Dissection): void {
  const at = d.at;
  const { view } = d;
  d.setProtocol('IGMP', '');
  const layer = d.layer('igmp', 'Internet Group Management Protocol', at, d.left);
  d.at = d.end;
  if (!d.needAt(at, HEADER, 'igmp')) return;
  const type = view.getUint8(at);
  const version = versionOf(d, at, type);
  const name = TYPES.get(type);
  d.setProtocol(
    version === 0 ? 'IGMP' : `IGMPv${version}`,
    name ?? `Unknown Type:0x${type.toString(16).padStart(2, '0')}`,
  );
  if (version > 0) d.generated(layer, 'igmp.version', `IGMP Version: ${version}`, String(version));
  const typeText = `0x${type.toString(16).padStart(2, '0')}`;
  d.node(layer, 'igmp.type', `Type: ${name ?? 'Unknown'} (${typeText})`, typeText, at, 1);
  if (type === REPORT_3) {
    d.hex(layer, 'igmp.checksum', 'Checksum', view.getUint16(at + 2), 4, at + 2, 2);
    d.field(layer, 'igmp.num_grp_recs', 'Num Group Records', view.getUint16(at + 6), at + 6, 2);
    d.setProtocol('IGMPv3', `Membership Report${records(d, layer, at + HEADER, view.getUint16(at + 6))}`);
    return;
  }
  if (version >= 2) {
    const time = view.getUint8(at + 1);
    d.node(layer, 'igmp.max_resp', `Max Resp Time: ${(time / 10).toFixed(1)} sec`, String(time), at + 1, 1);
  }
  d.hex(layer, 'igmp.checksum', 'Checksum', view.getUint16(at + 2), 4, at + 2, 2);
  if (version === 0) return;
  const group = d.ipv4(at + 4);
  d.field(layer, 'igmp.maddr', 'Multicast Address', group, at + 4, 4);
  if (version === 1) return;
  if (type === REPORT_2) d.setProtocol('IGMPv2', `Membership Report group ${group}`);
  else if (type === LEAVE) d.setProtocol('IGMPv2', `Leave Group ${group}`);
  else {
    const general = group === '0.0.0.0' ? 'general' : `specific for group ${group}`;
    d.setProtocol(`IGMPv${version}`, `Membership Query, ${general}`);
    if (version === 3) query3(d, layer, at + HEADER, general);
  }
}

function query3(d: Dissection, layer: FieldNode, at: number, general: string): void {
  if (!d.needAt(at, 4, 'igmp')) return;
  const flags = d.view.getUint8(at);
  const count = d.view.getUint16(at + 2);
  d.bit(layer, 'igmp.s', 'S', (flags & 8) !== 0, at, 1);
  d.field(layer, 'igmp.qrv', 'QRV', flags & 7, at, 1);
  d.field(layer, 'igmp.qqic', 'QQIC', d.view.getUint8(at + 1), at + 1, 1);
  d.field(layer, 'igmp.num_src', 'Num Src', count, at + 2, 2);
  const list = sources(d, layer, at + 4, count);
  if (list.length > 0) d.setProtocol('IGMPv3', `Membership Query, ${general}, source {${list.join(', ')}}`);
}

function sources(d: Dissection, parent: FieldNode, from: number, count: number): string[] {
  const list: string[] = [];
  for (let i = 0; i < count; i++) {
    const at = from + i * 4;
    if (!d.needAt(at, 4, 'igmp')) break;
    const source = d.ipv4(at);
    d.field(parent, 'igmp.saddr', 'Source Address', source, at, 4);
    list.push(source);
  }
  return list;
}

function records(d: Dissection, layer: FieldNode, from: number, count: number): string {
  let info = '';
  let at = from;
  for (let i = 0; i < count && i < MAX_RECORDS; i++) {
    if (!d.needAt(at, 8, 'igmp')) break;
    const type = d.view.getUint8(at);
    const aux = d.view.getUint8(at + 1) * 4;
    const number = d.view.getUint16(at + 2);
    const group = d.ipv4(at + 4);
    const size = 8 + number * 4 + aux;
    const name = RECORDS[type] ?? '';
    const node = d.node(layer, null, `Group Record : ${group}  ${name}`, null, at, size);
    d.node(node, 'igmp.record_type', `Record Type: ${name} (${type})`, String(type), at, 1);
    d.field(node, 'igmp.aux_data_len', 'Aux Data Len', aux / 4, at + 1, 1);
    d.field(node, 'igmp.num_src', 'Num Src', number, at + 2, 2);
    d.field(node, 'igmp.maddr', 'Multicast Address', group, at + 4, 4);
    info += recordInfo(type, group, sources(d, node, at + 8, number));
    at += size;
  }
  return info;
}

function recordInfo(type: number, group: string, list: readonly string[]): string {
  const from = `{${list.join(', ')}}`;
  const none = list.length === 0;
  switch (type) {
    case 1:
    case 3:
      return none ? ` / Leave group ${group}` : ` / Join group ${group} for source ${from}`;
    case 2:
    case 4:
      return none ? ` / Join group ${group} for any sources` : ` / Join group ${group}, for source not ${from}`;
    case 5:
      return ` / Group ${group}, new source ${from}`;
    case 6:
      return ` / Group ${group}, block source ${from}`;
    default:
      return '';
  }
}

export const protocol: Protocol = {
  filter: 'igmp',
  name: 'Internet Group Management Protocol',
  attach: { ipProtocols: [2] },
  fields: [
    { name: 'igmp.version', kind: 'uint' },
    { name: 'igmp.type', kind: 'uint', bits: [0, 8] },
    { name: 'igmp.max_resp', kind: 'uint' },
    { name: 'igmp.checksum', kind: 'uint', bits: [16, 16] },
    { name: 'igmp.num_grp_recs', kind: 'uint' },
    { name: 'igmp.record_type', kind: 'uint' },
    { name: 'igmp.aux_data_len', kind: 'uint' },
    { name: 'igmp.num_src', kind: 'uint' },
    { name: 'igmp.maddr', kind: 'ipv4' },
    { name: 'igmp.saddr', kind: 'ipv4' },
    { name: 'igmp.s', kind: 'bool' },
    { name: 'igmp.qrv', kind: 'uint' },
    { name: 'igmp.qqic', kind: 'uint' },
  ],
  index,
  dissect,
};
