// OSPF 2 and 3 (RFC 2328, 5340): the header, and what a Hello says. Link state is not read.
// Surprise: version 3 has no authentication in its header, which makes it eight bytes shorter.
import type { Dissection } from './dissection.ts';
import type { FrameFacts } from './facts.ts';
import type { Protocol } from './protocol.ts';

const HEADER = 16;
const NAMES = ['', 'Hello Packet', 'DB Description', 'LS Request', 'LS Update', 'LS Acknowledge'];

function index(facts: FrameFacts): boolean {
  facts.has(HEADER);
  return true;
}

function dissect(d: Dissection): void {
  const at = d.at;
  const { view } = d;
  d.setProtocol('OSPF', '');
  const layer = d.layer('ospf', 'Open Shortest Path First', at, d.left);
  d.at = d.end;
  if (!d.needAt(at, HEADER, 'ospf')) return;
  const version = view.getUint8(at);
  const type = view.getUint8(at + 1);
  const name = NAMES[type] ?? `Unknown (${type})`;
  d.setProtocol('OSPF', name);
  d.field(layer, 'ospf.version', 'Version', version, at, 1);
  d.node(layer, 'ospf.msg', `Message Type: ${name} (${type})`, String(type), at + 1, 1);
  d.field(layer, 'ospf.packet_length', 'Packet Length', view.getUint16(at + 2), at + 2, 2);
  d.field(layer, 'ospf.srcrouter', 'Source OSPF Router', d.ipv4(at + 4), at + 4, 4);
  d.field(layer, 'ospf.area_id', 'Area ID', d.ipv4(at + 8), at + 8, 4);
  d.hex(layer, 'ospf.checksum', 'Checksum', view.getUint16(at + 12), 4, at + 12, 2);
  if (version === 2) {
    d.field(layer, 'ospf.auth.type', 'Auth Type', view.getUint16(at + 14), at + 14, 2);
    if (type === 1) hello2(d, layer, at + 24);
  } else d.field(layer, 'ospf.instance_id', 'Instance ID', view.getUint8(at + 14), at + 14, 1);
}

function hello2(d: Dissection, layer: ReturnType<Dissection['layer']>, at: number): void {
  if (!d.needAt(at, 20, 'ospf')) return;
  const { view } = d;
  const node = d.node(layer, 'ospf.hello', 'OSPF Hello Packet', null, at, d.end - at);
  d.field(node, 'ospf.hello.network_mask', 'Network Mask', d.ipv4(at), at, 4);
  d.field(node, 'ospf.hello.hello_interval', 'Hello Interval [sec]', view.getUint16(at + 4), at + 4, 2);
  d.field(node, 'ospf.hello.router_priority', 'Router Priority', view.getUint8(at + 7), at + 7, 1);
  d.field(node, 'ospf.hello.router_dead_interval', 'Router Dead Interval [sec]', view.getUint32(at + 8), at + 8, 4);
  d.field(node, 'ospf.hello.designated_router', 'Designated Router', d.ipv4(at + 12), at + 12, 4);
  d.field(node, 'ospf.hello.backup_designated_router', 'Backup Designated Router', d.ipv4(at + 16), at + 16, 4);
  for (let from = at + 20; from + 4 <= d.end; from += 4)
    d.field(node, 'ospf.hello.active_neighbor', 'Active Neighbor', d.ipv4(from), from, 4);
}

export const protocol: Protocol = {
  filter: 'ospf',
  name: 'Open Shortest Path First',
  attach: { ipProtocols: [89] },
  fields: [
    { name: 'ospf.version', kind: 'uint', bits: [0, 8] },
    { name: 'ospf.msg', kind: 'uint', bits: [8, 8] },
    { name: 'ospf.packet_length', kind: 'uint', bits: [16, 16] },
    { name: 'ospf.srcrouter', kind: 'ipv4' },
    { name: 'ospf.area_id', kind: 'ipv4' },
    { name: 'ospf.checksum', kind: 'uint', bits: [96, 16] },
    { name: 'ospf.auth.type', kind: 'uint' },
    { name: 'ospf.instance_id', kind: 'uint' },
    { name: 'ospf.hello', kind: 'none' },
    { name: 'ospf.hello.network_mask', kind: 'ipv4' },
    { name: 'ospf.hello.hello_interval', kind: 'uint' },
    { name: 'ospf.hello.router_priority', kind: 'uint' },
    { name: 'ospf.hello.router_dead_interval', kind: 'uint' },
    { name: 'ospf.hello.designated_router', kind: 'ipv4' },
    { name: 'ospf.hello.backup_designated_router', kind: 'ipv4' },
    { name: 'ospf.hello.active_neighbor', kind: 'ipv4' },
  ],
  index,
  dissect,
};
