// ISAKMP and IKEv2 (RFC 2408, 7296) on UDP port 500: which exchange, and whose turn it is.
import { type Dissection, hexText } from './dissection.ts';
import { IKE } from './facts.ts';
import type { FieldNode } from './field.ts';
import { oneLine } from './one-line.ts';

const HEADER = 28;
const INITIATOR = 8;
const RESPONSE = 0x20;
const EXCHANGES: ReadonlyMap<number, string> = new Map([
  [0, 'NONE'],
  [1, 'Base'],
  [2, 'Identity Protection (Main Mode)'],
  [3, 'Authentication Only'],
  [4, 'Aggressive'],
  [5, 'Informational'],
  [6, 'Transaction (Config Mode)'],
  [32, 'Quick Mode'],
  [33, 'New Group Mode'],
  [34, 'IKE_SA_INIT'],
  [35, 'IKE_AUTH'],
  [36, 'CREATE_CHILD_SA'],
  [37, 'INFORMATIONAL'],
  [38, 'IKE_SESSION_RESUME'],
]);

function read(d: Dissection, layer: FieldNode, at: number): string {
  const { view } = d;
  const version = view.getUint8(at + 17);
  const exchange = view.getUint8(at + 18);
  const flags = view.getUint8(at + 19);
  const message = view.getUint32(at + 20);
  const name = EXCHANGES.get(exchange) ?? `Unknown (${exchange})`;
  d.node(layer, 'isakmp.ispi', 'Initiator SPI', null, at, 8);
  d.node(layer, 'isakmp.rspi', 'Responder SPI', null, at + 8, 8);
  d.field(layer, 'isakmp.nextpayload', 'Next payload', view.getUint8(at + 16), at + 16, 1);
  d.hex(layer, 'isakmp.version', 'Version', version, 2, at + 17, 1);
  d.node(layer, 'isakmp.exchangetype', `Exchange type: ${name} (${exchange})`, String(exchange), at + 18, 1);
  d.hex(layer, 'isakmp.flags', 'Flags', flags, 2, at + 19, 1);
  d.hex(layer, 'isakmp.messageid', 'Message ID', message, 8, at + 20, 4);
  d.field(layer, 'isakmp.length', 'Length', view.getUint32(at + 24), at + 24, 4);
  if (version >> 4 !== 2) return name;
  const id = hexText(message, 2).slice(2);
  const who = (flags & INITIATOR) !== 0 ? 'Initiator' : 'Responder';
  return `${name} MID=${id} ${who} ${(flags & RESPONSE) !== 0 ? 'Response' : 'Request'}`;
}

export const protocol = oneLine({
  filter: 'isakmp',
  name: 'Internet Security Association and Key Management Protocol',
  column: 'ISAKMP',
  attach: { udpPorts: [500], llcSaps: [IKE] },
  header: HEADER,
  fields: [
    ['isakmp.ispi', 'bytes'],
    ['isakmp.rspi', 'bytes'],
    ['isakmp.nextpayload', 'uint'],
    ['isakmp.version', 'uint'],
    ['isakmp.exchangetype', 'uint'],
    ['isakmp.flags', 'uint'],
    ['isakmp.messageid', 'uint'],
    ['isakmp.length', 'uint'],
  ],
  read,
});
