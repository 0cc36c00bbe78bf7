// Spanning tree BPDUs (IEEE 802.1D, 802.1w, 802.1s as far as the common part goes).
// Surprise: a bridge's priority is the upper four bits of a field whose lower twelve are the VLAN.
import { type Dissection, hexText } from './dissection.ts';
import type { FrameFacts } from './facts.ts';
import type { FieldNode } from './field.ts';
import type { Protocol } from './protocol.ts';

const HEAD = 4;
const CONFIGURATION = 35;
const CHANGE = 0x80;
const RAPID = 2;
const MULTIPLE = 3;
const ROLES = ['Unknown', 'Alternate or Backup', 'Root', 'Designated'];

function index(facts: FrameFacts): boolean {
  facts.has(HEAD);
  return true;
}

function dissect(d: Dissection): void {
  const at = d.at;
  const { view } = d;
  d.setProtocol('STP', '');
  const layer = d.layer('stp', 'Spanning Tree Protocol', at, d.left);
  d.at = d.end;
  if (!d.needAt(at, HEAD, 'stp')) return;
  const version = view.getUint8(at + 2);
  const type = view.getUint8(at + 3);
  d.hex(layer, 'stp.protocol', 'Protocol Identifier', view.getUint16(at), 4, at, 2);
  d.field(layer, 'stp.version', 'Protocol Version Identifier', version, at + 2, 1);
  d.hex(layer, 'stp.type', 'BPDU Type', type, 2, at + 3, 1);
  if (type === CHANGE) {
    d.setProtocol('STP', 'Topology Change Notification');
    return;
  }
  if ((type !== 0 && type !== RAPID) || !d.needAt(at, CONFIGURATION, 'stp')) return;
  const flags = view.getUint8(at + 4);
  flagNodes(d, layer, at + 4, flags, type === RAPID);
  const root = bridge(d, layer, 'root', 'Root Bridge', at + 5);
  const cost = view.getUint32(at + 13);
  d.field(layer, 'stp.root.cost', 'Root Path Cost', cost, at + 13, 4);
  bridge(d, layer, 'bridge', 'Bridge', at + 17);
  const port = hexText(view.getUint16(at + 25), 4);
  d.field(layer, 'stp.port', 'Port identifier', port, at + 25, 2);
  d.field(layer, 'stp.msg_age', 'Message Age', view.getUint16(at + 27) / 256, at + 27, 2);
  d.field(layer, 'stp.max_age', 'Max Age', view.getUint16(at + 29) / 256, at + 29, 2);
  d.field(layer, 'stp.hello', 'Hello Time', view.getUint16(at + 31) / 256, at + 31, 2);
  d.field(layer, 'stp.forward', 'Forward Delay', view.getUint16(at + 33) / 256, at + 33, 2);
  const kind = type === 0 ? 'Conf' : version === MULTIPLE ? 'MST' : 'RST';
  const change = (flags & 1) !== 0 ? 'TC + ' : '';
  d.setProtocol('STP', `${kind}. ${change}Root = ${root}  Cost = ${cost}  Port = ${port}`);
}

function flagNodes(d: Dissection, layer: FieldNode, at: number, flags: number, isRapid: boolean): void {
  const node = d.hex(layer, 'stp.flags', 'BPDU flags', flags, 2, at, 1);
  d.bit(node, 'stp.flags.tcack', 'Topology Change Acknowledgment', (flags & 0x80) !== 0, at, 1);
  if (isRapid) {
    const role = (flags >> 2) & 3;
    d.bit(node, 'stp.flags.agreement', 'Agreement', (flags & 0x40) !== 0, at, 1);
    d.bit(node, 'stp.flags.forwarding', 'Forwarding', (flags & 0x20) !== 0, at, 1);
    d.bit(node, 'stp.flags.learning', 'Learning', (flags & 0x10) !== 0, at, 1);
    d.node(node, 'stp.flags.port_role', `Port Role: ${ROLES[role] ?? ''} (${role})`, String(role), at, 1);
    d.bit(node, 'stp.flags.proposal', 'Proposal', (flags & 2) !== 0, at, 1);
  }
  d.bit(node, 'stp.flags.tc', 'Topology Change', (flags & 1) !== 0, at, 1);
}

function bridge(d: Dissection, layer: FieldNode, which: 'root' | 'bridge', name: string, at: number): string {
  const word = d.view.getUint16(at);
  const mac = d.mac(at + 2);
  const priority = word & 0xf000;
  const extension = word & 0xfff;
  const node = d.node(layer, null, `${name} Identifier: ${priority} / ${extension} / ${mac}`, null, at, 8);
  d.field(node, `stp.${which}.prio`, `${name} Priority`, priority, at, 2);
  d.field(node, `stp.${which}.ext`, `${name} System ID Extension`, extension, at, 2);
  d.field(node, `stp.${which}.hw`, `${name} System ID`, mac, at + 2, 6);
  return `${priority}/${extension}/${mac}`;
}

export const protocol: Protocol = {
  filter: 'stp',
  name: 'Spanning Tree Protocol',
  attach: { llcSaps: [0x42] },
  fields: [
    { name: 'stp.protocol', kind: 'uint' },
    { name: 'stp.version', kind: 'uint' },
    { name: 'stp.type', kind: 'uint' },
    { name: 'stp.flags', kind: 'uint' },
    { name: 'stp.flags.tcack', kind: 'bool' },
    { name: 'stp.flags.agreement', kind: 'bool' },
    { name: 'stp.flags.forwarding', kind: 'bool' },
    { name: 'stp.flags.learning', kind: 'bool' },
    { name: 'stp.flags.port_role', kind: 'uint' },
    { name: 'stp.flags.proposal', kind: 'bool' },
    { name: 'stp.flags.tc', kind: 'bool' },
    { name: 'stp.root.prio', kind: 'uint' },
    { name: 'stp.root.ext', kind: 'uint' },
    { name: 'stp.root.hw', kind: 'mac' },
    { name: 'stp.root.cost', kind: 'uint' },
    { name: 'stp.bridge.prio', kind: 'uint' },
    { name: 'stp.bridge.ext', kind: 'uint' },
    { name: 'stp.bridge.hw', kind: 'mac' },
    { name: 'stp.port', kind: 'uint' },
    { name: 'stp.msg_age', kind: 'seconds' },
    { name: 'stp.max_age', kind: 'seconds' },
    { name: 'stp.hello', kind: 'seconds' },
    { name: 'stp.forward', kind: 'seconds' },
  ],
  index,
  dissect,
};
