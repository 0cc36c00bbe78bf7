// LLDP (IEEE 802.1AB): what a switch or host tells its neighbours about itself.
// Surprise: type and length share two bytes, seven bits and nine.
import { asciiText, type Dissection, hexText } from './dissection.ts';
import type { FrameFacts } from './facts.ts';
import type { FieldNode } from './field.ts';
import type { Protocol } from './protocol.ts';

const CHASSIS_KINDS = ['', 'CC', 'IA', 'PC', 'MA', 'NA', 'IN', 'LA'];
const PORT_KINDS = ['', 'IA', 'PC', 'MA', 'NA', 'IN', 'AC', 'LA'];
const MAC_OF_CHASSIS = 4;
const ADDRESS_OF_CHASSIS = 5;
const MAC_OF_PORT = 3;
const ADDRESS_OF_PORT = 4;

const TYPES = [
  'End of LLDPDU',
  'Chassis Id',
  'Port Id',
  'Time to Live',
  'Port Description',
  'System Name',
  'System Description',
  'System Capabilities',
  'Management Address',
];

function index(facts: FrameFacts): boolean {
  facts.has(2);
  return true;
}

function dissect(d: Dissection): void {
  let at = d.at;
  const { view } = d;
  d.setProtocol('LLDP', '');
  const layer = d.layer('lldp', 'Link Layer Discovery Protocol', at, d.left);
  d.at = d.end;
  if (!d.needAt(at, 2, 'lldp')) return;
  let info = '';
  while (at + 2 <= d.end) {
    const word = view.getUint16(at);
    const type = word >> 9;
    const size = word & 0x1ff;
    const name = TYPES[type] ?? (type === 127 ? 'Organization Specific' : 'Reserved');
    const node = d.node(layer, null, name, null, at, size + 2);
    d.node(node, 'lldp.tlv.type', `TLV Type: ${name} (${type})`, String(type), at, 2);
    d.field(node, 'lldp.tlv.len', 'TLV Length', size, at, 2);
    if (!d.needAt(at + 2, size, 'lldp')) break;
    info += value(d, node, type, at + 2, size);
    if (type === 0) break;
    at += 2 + size;
  }
  d.setProtocol('LLDP', info);
}

/** Adds the value of a TLV; the answer is what the list says of it. */
function value(d: Dissection, node: FieldNode, type: number, at: number, size: number): string {
  const { view } = d;
  if (type === 1 && size > 1) return identity(d, node, 'chassis', 'Chassis Id', CHASSIS_KINDS, at, size);
  if (type === 2 && size > 1) return identity(d, node, 'port', 'Port Id', PORT_KINDS, at, size);
  if (type === 3 && size === 2) {
    d.field(node, 'lldp.time_to_live', 'Seconds', view.getUint16(at), at, 2);
    return `${view.getUint16(at)} `;
  }
  const text = asciiText(d.bytes, at, at + size);
  if (type === 4) d.field(node, 'lldp.port.desc', 'Port Description', text, at, size);
  else if (type === 5) {
    d.field(node, 'lldp.tlv.system.name', 'System Name', text, at, size);
    return `SysN=${text} `;
  } else if (type === 6) {
    d.field(node, 'lldp.tlv.system.desc', 'System Description', text, at, size);
    return `SysD=${text} `;
  } else if (type === 7 && size >= 4) {
    d.hex(node, 'lldp.tlv.system_cap', 'Capabilities', view.getUint16(at), 4, at, 2);
    d.hex(node, 'lldp.tlv.enable_system_cap', 'Enabled Capabilities', view.getUint16(at + 2), 4, at + 2, 2);
  } else if (type === 8 && size >= 9 && view.getUint8(at) === 5 && view.getUint8(at + 1) === 1)
    d.field(node, 'lldp.mgn.addr.ip4', 'Management Address', d.ipv4(at + 2), at + 2, 4);
  else if (type === 127 && size >= 4) {
    const oui = view.getUint32(at) >>> 8;
    d.node(node, 'lldp.orgtlv.oui', `Organization Unique Code: ${hexText(oui, 6)}`, String(oui), at, 3);
  }
  return '';
}

function identity(
  d: Dissection,
  node: FieldNode,
  what: 'chassis' | 'port',
  name: string,
  kinds: readonly string[],
  at: number,
  size: number,
): string {
  const subtype = d.view.getUint8(at);
  const kind = kinds[subtype] ?? '';
  d.field(node, `lldp.${what}.subtype`, `${name} Subtype`, subtype, at, 1);
  const isMac = subtype === (what === 'chassis' ? MAC_OF_CHASSIS : MAC_OF_PORT) && size === 7;
  const isAddress = subtype === (what === 'chassis' ? ADDRESS_OF_CHASSIS : ADDRESS_OF_PORT) && size === 6;
  if (isMac) {
    const mac = d.mac(at + 1);
    d.field(node, `lldp.${what}.id.mac`, name, mac, at + 1, 6);
    return `${kind}/${mac} `;
  }
  if (isAddress && d.view.getUint8(at + 1) === 1) {
    const address = d.ipv4(at + 2);
    d.field(node, `lldp.${what}.id.ip4`, name, address, at + 2, 4);
    return `${kind}/${address} `;
  }
  const text = asciiText(d.bytes, at + 1, at + size);
  // Wireshark takes a chassis' name for bytes and a port's for text.
  if (what === 'chassis') d.node(node, 'lldp.chassis.id', `${name}: ${text}`, null, at + 1, size - 1);
  else d.field(node, 'lldp.port.id', name, text, at + 1, size - 1);
  return `${kind}/${text} `;
}

export const protocol: Protocol = {
  filter: 'lldp',
  name: 'Link Layer Discovery Protocol',
  attach: { etherTypes: [0x88cc] },
  fields: [
    { name: 'lldp.tlv.type', kind: 'uint' },
    { name: 'lldp.tlv.len', kind: 'uint' },
    { name: 'lldp.chassis.subtype', kind: 'uint' },
    { name: 'lldp.chassis.id', kind: 'bytes' },
    { name: 'lldp.chassis.id.mac', kind: 'mac' },
    { name: 'lldp.chassis.id.ip4', kind: 'ipv4' },
    { name: 'lldp.port.subtype', kind: 'uint' },
    { name: 'lldp.port.id', kind: 'text' },
    { name: 'lldp.port.id.mac', kind: 'mac' },
    { name: 'lldp.port.id.ip4', kind: 'ipv4' },
    { name: 'lldp.port.desc', kind: 'text' },
    { name: 'lldp.time_to_live', kind: 'uint' },
    { name: 'lldp.tlv.system.name', kind: 'text' },
    { name: 'lldp.tlv.system.desc', kind: 'text' },
    { name: 'lldp.tlv.system_cap', kind: 'uint' },
    { name: 'lldp.tlv.enable_system_cap', kind: 'uint' },
    { name: 'lldp.mgn.addr.ip4', kind: 'ipv4' },
    { name: 'lldp.orgtlv.oui', kind: 'uint' },
  ],
  index,
  dissect,
};
