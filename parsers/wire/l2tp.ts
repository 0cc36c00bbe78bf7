// L2TP 2 (RFC 2661): control messages by name, data handed on to PPP.
import type { Dissection } from './dissection.ts';
import { type FrameFacts, NEXT_PPP, PPP } from './facts.ts';
import type { Protocol } from './protocol.ts';

const CONTROL = 0x8000;
const LENGTH = 0x4000;
const SEQUENCE = 0x0800;
const OFFSET = 0x0200;
const NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'SCCRQ'],
  [2, 'SCCRP'],
  [3, 'SCCCN'],
  [4, 'StopCCN'],
  [6, 'Hello'],
  [7, 'OCRQ'],
  [8, 'OCRP'],
  [9, 'OCCN'],
  [10, 'ICRQ'],
  [11, 'ICRP'],
  [12, 'ICCN'],
  [14, 'CDN'],
  [15, 'WEN'],
  [16, 'SLI'],
]);

/** Where the fields stand, after which the payload begins. */
function sizes(flags: number) {
  const ids = 2 + ((flags & LENGTH) !== 0 ? 2 : 0);
  const sequence = ids + 4;
  const offset = sequence + ((flags & SEQUENCE) !== 0 ? 4 : 0);
  return { ids, offset, header: offset + ((flags & OFFSET) !== 0 ? 2 : 0) };
}

function index(facts: FrameFacts): boolean {
  if (!facts.has(2)) return true;
  const flags = facts.view.getUint16(facts.at);
  const { offset, header } = sizes(flags);
  if ((flags & 15) !== 2 || !facts.has(header)) return true;
  const payload = facts.at + header + ((flags & OFFSET) !== 0 ? facts.view.getUint16(facts.at + offset) : 0);
  if ((flags & CONTROL) !== 0 || payload >= facts.end) return true;
  facts.at = payload;
  facts.next = NEXT_PPP;
  facts.nextKey = PPP;
  return true;
}

function dissect(d: Dissection): void {
  const { at, view } = d;
  d.setProtocol('L2TP', '');
  const layer = d.layer('l2tp', 'Layer 2 Tunneling Protocol', at, d.left);
  d.at = d.end;
  if (!d.needAt(at, 2, 'l2tp')) return;
  const flags = view.getUint16(at);
  d.hex(layer, 'l2tp.type', 'Flags', flags >> 15, 1, at, 2);
  d.field(layer, 'l2tp.version', 'Version', flags & 15, at, 2);
  const { ids, offset, header } = sizes(flags);
  if ((flags & 15) !== 2 || !d.needAt(at, header, 'l2tp')) return;
  const tunnel = view.getUint16(at + ids);
  const session = view.getUint16(at + ids + 2);
  if ((flags & LENGTH) !== 0) d.field(layer, 'l2tp.length', 'Length', view.getUint16(at + 2), at + 2, 2);
  d.field(layer, 'l2tp.tunnel', 'Tunnel ID', tunnel, at + ids, 2);
  d.field(layer, 'l2tp.session', 'Session ID', session, at + ids + 2, 2);
  const where = `(tunnel id=${tunnel}, session id=${session})`;
  if ((flags & CONTROL) === 0) {
    d.setProtocol('L2TP', `Data Message ${where}`);
    const payload = at + header + ((flags & OFFSET) !== 0 ? view.getUint16(at + offset) : 0);
    if (payload >= d.end) return;
    layer.length = payload - at;
    d.at = payload;
    d.next = NEXT_PPP;
    d.nextKey = PPP;
    return;
  }
  const isEmpty = (flags & LENGTH) !== 0 && view.getUint16(at + 2) <= header;
  if (isEmpty) {
    d.setProtocol('L2TP', `Control Message - ZLB      ${where}`);
    return;
  }
  if (!d.needAt(at + header, 8, 'l2tp')) return;
  const type = view.getUint16(at + header + 6);
  const name = NAMES.get(type) ?? `Unknown (${type})`;
  d.field(layer, 'l2tp.avp.message_type', 'Message Type', type, at + header + 6, 2);
  d.setProtocol('L2TP', `Control Message - ${name} ${where}`);
}

export const protocol: Protocol = {
  filter: 'l2tp',
  name: 'Layer 2 Tunneling Protocol',
  attach: { udpPorts: [1701] },
  fields: [
    { name: 'l2tp.type', kind: 'uint' },
    { name: 'l2tp.version', kind: 'uint' },
    { name: 'l2tp.length', kind: 'uint' },
    { name: 'l2tp.tunnel', kind: 'uint' },
    { name: 'l2tp.session', kind: 'uint' },
    { name: 'l2tp.avp.message_type', kind: 'uint' },
  ],
  index,
  dissect,
};
