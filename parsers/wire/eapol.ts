// 802.1X: EAPOL frames (IEEE 802.1X), the EAP messages in them by name, and which of a Wi-Fi handshake's four messages a key frame is.
// Surprise: no field numbers the four messages; the bits of the key information and the length of the key data tell.
import { asciiText, type Dissection, hexText } from './dissection.ts';
import type { FrameFacts } from './facts.ts';
import type { FieldNode } from './field.ts';
import type { Protocol } from './protocol.ts';

const HEADER = 4;
const TYPES = ['EAP Packet', 'Start', 'Logoff', 'Key', 'Encapsulated ASF Alert', 'MKA'];
const CODES = ['', 'Request', 'Response', 'Success', 'Failure', 'Initiate', 'Finish'];
const METHODS: ReadonlyMap<number, string> = new Map([
  [1, 'Identity'],
  [2, 'Notification'],
  [3, 'Legacy Nak (Response Only)'],
  [4, 'MD5-Challenge EAP (EAP-MD5-CHALLENGE)'],
  [5, 'One-Time Password EAP (EAP-OTP)'],
  [6, 'Generic Token Card EAP (EAP-GTC)'],
  [13, 'TLS EAP (EAP-TLS)'],
  [18, 'GSM Subscriber Identity Modules EAP (EAP-SIM)'],
  [21, 'Tunneled TLS EAP (EAP-TTLS)'],
  [23, 'UMTS Authentication and Key Agreement EAP (EAP-AKA)'],
  [25, 'Protected EAP (EAP-PEAP)'],
  [26, 'MS-Authentication EAP (EAP-MS-AUTH)'],
  [29, 'MS-CHAP-v2 EAP (EAP-MS-CHAP-V2)'],
  [43, 'Flexible Authentication via Secure Tunneling EAP (EAP-FAST)'],
]);

const KEY_RSN = 2;
const KEY_ACK = 0x80;
const KEY_MIC = 0x100;
const KEY_SECURE = 0x200;
const KEY_PAIRWISE = 8;
/** From the start of the key frame's body to the length of its data. */
const AT_KEY_DATA_LENGTH = 93;

function index(facts: FrameFacts): boolean {
  facts.has(HEADER);
  return true;
}

function dissect(d: Dissection): void {
  const at = d.at;
  const { view } = d;
  d.setProtocol('EAPOL', '');
  const layer = d.layer('eapol', '802.1X Authentication', at, d.left);
  d.at = d.end;
  if (!d.needAt(at, HEADER, 'eapol')) return;
  const type = view.getUint8(at + 1);
  const size = view.getUint16(at + 2);
  const name = TYPES[type] ?? 'Unknown';
  d.setProtocol('EAPOL', name);
  d.field(layer, 'eapol.version', 'Version', view.getUint8(at), at, 1);
  d.node(layer, 'eapol.type', `Type: ${name} (${type})`, String(type), at + 1, 1);
  d.field(layer, 'eapol.len', 'Length', size, at + 2, 2);
  if (!d.needAt(at + HEADER, size, 'eapol')) return;
  if (type === 0 && size >= 4) eap(d, layer, at + HEADER, size);
  else if (type === 3 && size >= 3) key(d, layer, at + HEADER, size);
}

function eap(d: Dissection, layer: FieldNode, at: number, size: number): void {
  const { view } = d;
  const code = view.getUint8(at);
  const name = CODES[code] ?? 'Unknown';
  const node = d.node(layer, 'eap', 'Extensible Authentication Protocol', null, at, size);
  d.node(node, 'eap.code', `Code: ${name} (${code})`, String(code), at, 1);
  d.field(node, 'eap.id', 'Id', view.getUint8(at + 1), at + 1, 1);
  d.field(node, 'eap.len', 'Length', view.getUint16(at + 2), at + 2, 2);
  d.setProtocol('EAP', name);
  if ((code !== 1 && code !== 2) || size < 5) return;
  const type = view.getUint8(at + 4);
  const method = METHODS.get(type) ?? 'Unknown';
  d.node(node, 'eap.type', `Type: ${method} (${type})`, String(type), at + 4, 1);
  d.setProtocol('EAP', `${name}, ${method}`);
  if (type === 1 && size > 5)
    d.field(node, 'eap.identity', 'Identity', asciiText(d.bytes, at + 5, at + size), at + 5, size - 5);
}

function key(d: Dissection, layer: FieldNode, at: number, size: number): void {
  const { view } = d;
  const kind = view.getUint8(at);
  d.field(layer, 'eapol.keydes.type', 'Key Descriptor Type', kind, at, 1);
  if (kind !== KEY_RSN || size < AT_KEY_DATA_LENGTH + 2) return;
  const info = view.getUint16(at + 1);
  d.field(layer, 'wlan_rsna_eapol.keydes.key_info', 'Key Information', hexText(info, 4), at + 1, 2);
  d.field(layer, 'eapol.keydes.key_len', 'Key Length', view.getUint16(at + 3), at + 3, 2);
  const dataLength = view.getUint16(at + AT_KEY_DATA_LENGTH);
  d.field(layer, 'wlan_rsna_eapol.keydes.data_len', 'WPA Key Data Length', dataLength, at + AT_KEY_DATA_LENGTH, 2);
  const bits = info & (KEY_ACK | KEY_MIC | KEY_SECURE);
  if ((info & KEY_PAIRWISE) === 0) {
    const group = (info & KEY_ACK) !== 0 ? 1 : 2;
    d.setProtocol('EAPOL', `Key (Group Message ${group} of 2)`);
    return;
  }
  const isLast = (bits & KEY_SECURE) !== 0 || dataLength === 0;
  const number = (bits & KEY_ACK) !== 0 ? ((bits & KEY_MIC) !== 0 ? 3 : 1) : isLast ? 4 : 2;
  d.setProtocol('EAPOL', `Key (Message ${number} of 4)`);
}

export const protocol: Protocol = {
  filter: 'eapol',
  name: '802.1X Authentication',
  attach: { etherTypes: [0x888e] },
  fields: [
    { name: 'eapol.version', kind: 'uint', bits: [0, 8] },
    { name: 'eapol.type', kind: 'uint', bits: [8, 8] },
    { name: 'eapol.len', kind: 'uint', bits: [16, 16] },
    { name: 'eap', kind: 'none' },
    { name: 'eap.code', kind: 'uint' },
    { name: 'eap.id', kind: 'uint' },
    { name: 'eap.len', kind: 'uint' },
    { name: 'eap.type', kind: 'uint' },
    { name: 'eap.identity', kind: 'text' },
    { name: 'eapol.keydes.type', kind: 'uint' },
    { name: 'eapol.keydes.key_len', kind: 'uint' },
    { name: 'wlan_rsna_eapol.keydes.key_info', kind: 'uint' },
    { name: 'wlan_rsna_eapol.keydes.data_len', kind: 'uint' },
  ],
  index,
  dissect,
};
