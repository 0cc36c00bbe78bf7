// SNMP (RFC 1157, 3416): version, community, kind of request and the objects it names.
// Surprise: of version 3 only what is not encrypted can be read, and the list says so.
import { type BerItem, berAt, berItems, berNumber, berObject } from './ber.ts';
import { asciiText, type Dissection } from './dissection.ts';
import type { FieldNode } from './field.ts';
import { oneLine } from './one-line.ts';

const KINDS: ReadonlyMap<number, string> = new Map([
  [0xa0, 'get-request'],
  [0xa1, 'get-next-request'],
  [0xa2, 'get-response'],
  [0xa3, 'set-request'],
  [0xa4, 'trap'],
  [0xa5, 'getBulkRequest'],
  [0xa6, 'informRequest'],
  [0xa7, 'snmpV2-trap'],
  [0xa8, 'report'],
]);
const TRAP = 0xa4;
const SEQUENCE = 0x30;
const OCTETS = 4;
const ENCRYPTED = 2;
const MAX_ITEMS = 500;

function pdu(d: Dissection, layer: FieldNode, item: BerItem): string {
  const { bytes, end } = d;
  const kind = KINDS.get(item.tag) ?? 'unknown';
  d.node(layer, 'snmp.data', `data: ${kind} (${item.tag & 31})`, String(item.tag & 31), item.from, item.to - item.from);
  const items = berItems(bytes, item.from, item.to, end, 8);
  let names = '';
  if (item.tag === TRAP) {
    const [enterprise, address] = items;
    if (enterprise) {
      const text = berObject(bytes, enterprise);
      d.field(layer, 'snmp.enterprise', 'enterprise', text, enterprise.from, enterprise.to - enterprise.from);
      // Wireshark names the first number here, and here alone.
      names = ` ${text.replace(/^1\./, 'iso.')}`;
    }
    if (address && address.to <= end)
      d.field(layer, 'snmp.agent_addr', 'agent-addr', d.ipv4(address.from), address.from, 4);
  } else if (items[0]) {
    const id = berNumber(bytes, items[0]);
    d.field(layer, 'snmp.request_id', 'request-id', id, items[0].from, items[0].to - items[0].from);
  }
  const list = items.at(-1);
  if (list?.tag === SEQUENCE)
    for (const pair of berItems(bytes, list.from, list.to, end, MAX_ITEMS)) {
      const name = berAt(bytes, pair.from, end);
      if (name === null || name.to > end) break;
      const text = berObject(bytes, name);
      d.field(layer, 'snmp.name', 'Object Name', text, name.from, name.to - name.from);
      names += ` ${text}`;
    }
  return `${kind}${names}`;
}

function version3(d: Dissection, layer: FieldNode, items: readonly BerItem[]): string {
  const { bytes, end } = d;
  const header = items[1];
  const flags = header ? berItems(bytes, header.from, header.to, end, 4)[2] : undefined;
  const data = items[3];
  const isEncrypted = flags !== undefined && ((bytes[flags.from] ?? 0) & ENCRYPTED) !== 0;
  if (isEncrypted || data?.tag === OCTETS) return 'encryptedPDU: privKey Unknown';
  const inner = data ? berItems(bytes, data.from, data.to, end, 4)[2] : undefined;
  return inner ? pdu(d, layer, inner) : '';
}

export const protocol = oneLine({
  filter: 'snmp',
  name: 'Simple Network Management Protocol',
  column: 'SNMP',
  attach: { udpPorts: [161, 162] },
  header: 2,
  fields: [
    ['snmp.version', 'uint'],
    ['snmp.msgVersion', 'uint'],
    ['snmp.community', 'text'],
    ['snmp.data', 'uint'],
    ['snmp.request_id', 'uint'],
    ['snmp.enterprise', 'text'],
    ['snmp.agent_addr', 'ipv4'],
    ['snmp.name', 'text'],
  ],
  read(d, layer, at) {
    const { bytes, end } = d;
    const whole = berAt(bytes, at, end);
    if (whole === null) return '';
    if (whole.to > end) d.needAt(end, whole.to - end, 'snmp');
    const items = berItems(bytes, whole.from, whole.to, end, 4);
    const [version, community, data] = items;
    if (version === undefined) return '';
    const number = berNumber(bytes, version);
    const name = number === 3 ? 'msgVersion' : 'version';
    d.field(layer, `snmp.${name}`, name, number, version.from, version.to - version.from);
    if (number === 3) return version3(d, layer, items);
    if (community && community.to <= end) {
      const text = asciiText(bytes, community.from, community.to);
      d.field(layer, 'snmp.community', 'community', text, community.from, community.to - community.from);
    }
    return data ? pdu(d, layer, data) : '';
  },
});
