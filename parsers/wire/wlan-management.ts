// The bodies of 802.11 management frames: beacon interval, reason, and the tagged parameters with the network's name (SSID).
// Surprise: a name is any 32 bytes; Wireshark quotes it when it is printable UTF-8, and shows its bytes when not.
import { decodeUtf8 } from '../capture/utf8.ts';
import { type Dissection, hexBytes, hexText } from './dissection.ts';
import type { FieldNode } from './field.ts';

const SSID = 0;
const BEACON = 0x08;
const PROBE_RESPONSE = 0x05;
const ACTION = 0x0d;
const BLOCK_ACK = 3;
const AT_INTERVAL = 8;

/** Bytes before the tagged parameters; of kinds that are not listed nothing is read. */
const FIXED: ReadonlyMap<number, number> = new Map([
  [0x00, 4],
  [0x01, 6],
  [0x02, 10],
  [0x03, 6],
  [0x04, 0],
  [PROBE_RESPONSE, 12],
  [BEACON, 12],
  [0x0a, 2],
  [0x0b, 6],
  [0x0c, 2],
]);

/** Adds the body at `at`; the answer is what Info says of it, after the header's part. */
export function management(d: Dissection, layer: FieldNode, kind: number, at: number): string {
  if (at >= d.end) return '';
  const node = d.node(layer, 'wlan.mgt', 'IEEE 802.11 Wireless Management', null, at, d.end - at);
  // Only in these two does an action's third byte always name the dialog.
  if (kind === ACTION && at + 3 <= d.end && d.bytes[at] === BLOCK_ACK && (d.bytes[at + 1] ?? 0) <= 1)
    return `, Dialog Token=${d.bytes[at + 2]}`;
  const fixed = FIXED.get(kind);
  if (fixed === undefined || !d.needAt(at, fixed, 'wlan.mgt')) return '';
  let info = '';
  if (kind === BEACON || kind === PROBE_RESPONSE) {
    const interval = d.view.getUint16(at + AT_INTERVAL, true);
    const text = `Beacon Interval: ${((interval * 1024) / 1_000_000).toFixed(6)} [Seconds]`;
    d.node(node, 'wlan.fixed.beacon', text, String(interval), at + AT_INTERVAL, 2);
    info = `, BI=${interval}`;
  } else if (fixed === 2) {
    const reason = hexText(d.view.getUint16(at, true), 4);
    d.field(node, 'wlan.fixed.reason_code', 'Reason code', reason, at, 2);
  }
  return info + tags(d, node, at + fixed);
}

function tags(d: Dissection, parent: FieldNode, from: number): string {
  let name: string | null = null;
  for (let at = from; at + 2 <= d.end; ) {
    const number = d.view.getUint8(at);
    const size = d.view.getUint8(at + 1);
    if (!d.needAt(at + 2, size, 'wlan.mgt')) break;
    const node = d.node(parent, 'wlan.tag', `Tag: ${number}`, null, at, 2 + size);
    d.field(node, 'wlan.tag.number', 'Tag Number', number, at, 1);
    d.field(node, 'wlan.tag.length', 'Tag length', size, at + 1, 1);
    if (number === SSID) {
      const text = ssidText(d.bytes.subarray(at + 2, at + 2 + size));
      const value = size === 0 ? '<MISSING>' : hexBytes(d.bytes, at + 2, at + 2 + size);
      node.label = `Tag: SSID parameter set: ${text}`;
      d.node(node, 'wlan.ssid', `SSID: ${text}`, value, at + 2, size);
      name ??= text;
    }
    at += 2 + size;
  }
  return name === null ? '' : `, SSID=${name}`;
}

function ssidText(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'Wildcard (Broadcast)';
  const text = decodeUtf8(bytes);
  return /[\p{Cc}\p{Cf}\p{Cn}\p{Cs}\ufffd]/u.test(text) ? hexBytes(bytes, 0, bytes.length) : `"${text}"`;
}
