// NTP (RFC 5905) on UDP port 123: the 48 bytes that clients and servers exchange; control and private messages by name.
// Surprise: its time begins in 1900, so seconds are 2,208,988,800 ahead of Unix', and go round in 2036.
import type { Dissection } from './dissection.ts';
import type { FrameFacts } from './facts.ts';
import type { Protocol } from './protocol.ts';

const HEADER = 48;
const CONTROL = 6;
const PRIVATE = 7;
const UNIX_IN_NTP = 2_208_988_800;
const ERA = 0x1_0000_0000;
const MODES = [
  'reserved',
  'symmetric active',
  'symmetric passive',
  'client',
  'server',
  'broadcast',
  'control',
  'private',
];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function index(facts: FrameFacts): boolean {
  facts.has(1);
  return true;
}

function dissect(d: Dissection): void {
  const at = d.at;
  const { view } = d;
  d.setProtocol('NTP', '');
  const layer = d.layer('ntp', 'Network Time Protocol', at, d.left);
  d.at = d.end;
  if (!d.needAt(at, 1, 'ntp')) return;
  const flags = view.getUint8(at);
  const version = (flags >> 3) & 7;
  const mode = flags & 7;
  const summary = `NTP Version ${version}, ${MODES[mode] ?? ''}`;
  layer.label += ` (${summary})`;
  d.setProtocol('NTP', summary);
  const node = d.hex(layer, 'ntp.flags', 'Flags', flags, 2, at, 1);
  if (mode !== PRIVATE) d.field(node, 'ntp.flags.li', 'Leap Indicator', flags >> 6, at, 1);
  d.field(node, 'ntp.flags.vn', 'Version number', version, at, 1);
  d.node(node, 'ntp.flags.mode', `Mode: ${MODES[mode] ?? ''} (${mode})`, String(mode), at, 1);
  if (mode === CONTROL || mode === PRIVATE || !d.needAt(at, HEADER, 'ntp')) return;
  d.field(layer, 'ntp.stratum', 'Peer Clock Stratum', view.getUint8(at + 1), at + 1, 1);
  d.field(layer, 'ntp.ppoll', 'Peer Polling Interval', view.getUint8(at + 2), at + 2, 1);
  d.field(layer, 'ntp.precision', 'Peer Clock Precision', view.getUint8(at + 3), at + 3, 1);
  const delay = view.getUint32(at + 4);
  const dispersion = view.getUint32(at + 8);
  d.node(layer, 'ntp.rootdelay', `Root Delay: ${(delay / 65_536).toFixed(6)} seconds`, String(delay), at + 4, 4);
  const spread = (dispersion / 65_536).toFixed(6);
  d.node(layer, 'ntp.rootdispersion', `Root Dispersion: ${spread} seconds`, String(dispersion), at + 8, 4);
  d.node(layer, 'ntp.refid', `Reference ID: ${d.ipv4(at + 12)}`, null, at + 12, 4);
  stamp(d, layer, 'ntp.reftime', 'Reference Timestamp', at + 16);
  stamp(d, layer, 'ntp.org', 'Origin Timestamp', at + 24);
  stamp(d, layer, 'ntp.rec', 'Receive Timestamp', at + 32);
  stamp(d, layer, 'ntp.xmt', 'Transmit Timestamp', at + 40);
}

function stamp(d: Dissection, layer: ReturnType<Dissection['layer']>, filter: string, name: string, at: number): void {
  const text = timeText(d.view.getUint32(at), d.view.getUint32(at + 4));
  d.field(layer, filter, name, text, at, 8);
}

/** As tshark prints it: `Aug  2, 2023 21:20:00.500000000 UTC`, and `NULL` for zero. */
function timeText(seconds: number, fraction: number): string {
  if (seconds === 0 && fraction === 0) return 'NULL';
  const unix = seconds >= 0x8000_0000 ? seconds - UNIX_IN_NTP : seconds + ERA - UNIX_IN_NTP;
  const date = new Date(unix * 1000);
  const nanos = Math.floor((fraction / ERA) * 1e9);
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = String(date.getUTCDate()).padStart(2, ' ');
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  return `${MONTHS[date.getUTCMonth()]} ${day}, ${date.getUTCFullYear()} ${time}.${String(nanos).padStart(9, '0')} UTC`;
}

export const protocol: Protocol = {
  filter: 'ntp',
  name: 'Network Time Protocol',
  attach: { udpPorts: [123] },
  fields: [
    { name: 'ntp.flags', kind: 'uint', bits: [0, 8] },
    { name: 'ntp.flags.li', kind: 'uint' },
    { name: 'ntp.flags.vn', kind: 'uint', bits: [2, 3] },
    { name: 'ntp.flags.mode', kind: 'uint', bits: [5, 3] },
    { name: 'ntp.stratum', kind: 'uint' },
    { name: 'ntp.ppoll', kind: 'uint' },
    { name: 'ntp.precision', kind: 'uint' },
    { name: 'ntp.rootdelay', kind: 'uint' },
    { name: 'ntp.rootdispersion', kind: 'uint' },
    { name: 'ntp.refid', kind: 'bytes' },
    { name: 'ntp.reftime', kind: 'text' },
    { name: 'ntp.org', kind: 'text' },
    { name: 'ntp.rec', kind: 'text' },
    { name: 'ntp.xmt', kind: 'text' },
  ],
  index,
  dissect,
};
