// TCP options (RFC 9293, 7323, 2018): end, no-operation, MSS, window scale, SACK permitted, SACK, timestamps, fast open; others by number.
// Surprise: an option whose length is wrong ends the list, the rest of the header is not guessed at.
import { type Dissection, hexBytes } from './dissection.ts';
import type { FieldNode } from './field.ts';
import type { FieldSpec } from './protocol.ts';

const END = 0;
const NOP = 1;
const MSS = 2;
const WINDOW_SCALE = 3;
const SACK_PERMITTED = 4;
const SACK = 5;
const TIMESTAMPS = 8;
const FAST_OPEN = 34;

export const OPTION_FIELDS: readonly FieldSpec[] = [
  { name: 'tcp.options', kind: 'none' },
  { name: 'tcp.options.mss_val', kind: 'uint' },
  { name: 'tcp.options.wscale.shift', kind: 'uint' },
  { name: 'tcp.options.wscale.multiplier', kind: 'uint' },
  { name: 'tcp.options.sack_perm', kind: 'none' },
  { name: 'tcp.options.sack_le', kind: 'uint' },
  { name: 'tcp.options.sack_re', kind: 'uint' },
  { name: 'tcp.options.sack.count', kind: 'uint' },
  { name: 'tcp.options.tfo', kind: 'none' },
  { name: 'tcp.options.tfo.request', kind: 'none' },
  { name: 'tcp.options.tfo.cookie', kind: 'bytes' },
  { name: 'tcp.options.timestamp.tsval', kind: 'uint' },
  { name: 'tcp.options.timestamp.tsecr', kind: 'uint' },
];

/** Adds the options between `from` and `to` to the tree (SACK edges count from `baseAck`); the answer is what the list's Info shows of them, each after a space. */
export function dissectOptions(d: Dissection, layer: FieldNode, from: number, to: number, baseAck: number): string {
  const end = Math.min(to, d.end);
  if (end <= from) return '';
  const parent = d.node(
    layer,
    'tcp.options',
    `Options: (${to - from} bytes)`,
    hexBytes(d.bytes, from, end),
    from,
    end - from,
  );
  let info = '';
  for (let at = from; at < end; ) {
    const kind = d.view.getUint8(at);
    if (kind === END || kind === NOP) {
      d.node(
        parent,
        null,
        kind === END ? 'TCP Option - End of Option List (EOL)' : 'TCP Option - No-Operation (NOP)',
        null,
        at,
        1,
      );
      if (kind === END) break;
      at++;
      continue;
    }
    const size = at + 1 < end ? d.view.getUint8(at + 1) : 0;
    if (size < 2 || at + size > end) {
      if (kind === SACK && to > d.end && (size - 2) % 8 === 0) info += sack(d, parent, at, size, baseAck);
      if (to <= d.end)
        d.malformed('tcp', at, `TCP option ${kind} has a length of ${size} that does not fit the header.`);
      break;
    }
    info += option(d, parent, at, kind, size, baseAck);
    at += size;
  }
  return info;
}

function option(d: Dissection, parent: FieldNode, at: number, kind: number, size: number, baseAck: number): string {
  const { view } = d;
  if (kind === MSS && size === 4) {
    const mss = view.getUint16(at + 2);
    const node = d.node(parent, null, `TCP Option - Maximum segment size: ${mss} bytes`, null, at, size);
    d.field(node, 'tcp.options.mss_val', 'MSS Value', mss, at + 2, 2);
    return ` MSS=${mss}`;
  }
  if (kind === WINDOW_SCALE && size === 3) {
    const shift = view.getUint8(at + 2);
    const factor = 2 ** Math.min(14, shift);
    const node = d.node(parent, null, `TCP Option - Window scale: ${shift} (multiply by ${factor})`, null, at, size);
    d.field(node, 'tcp.options.wscale.shift', 'Shift count', shift, at + 2, 1);
    d.generated(node, 'tcp.options.wscale.multiplier', `Multiplier: ${factor}`, String(factor));
    return ` WS=${factor}`;
  }
  if (kind === SACK_PERMITTED && size === 2) {
    d.node(parent, 'tcp.options.sack_perm', 'TCP Option - SACK permitted', null, at, size);
    return ' SACK_PERM';
  }
  if (kind === TIMESTAMPS && size === 10) {
    const value = view.getUint32(at + 2);
    const echo = view.getUint32(at + 6);
    const node = d.node(parent, null, `TCP Option - Timestamps: TSval ${value}, TSecr ${echo}`, null, at, size);
    d.field(node, 'tcp.options.timestamp.tsval', 'Timestamp value', value, at + 2, 4);
    d.field(node, 'tcp.options.timestamp.tsecr', 'Timestamp echo reply', echo, at + 6, 4);
    return ` TSval=${value} TSecr=${echo}`;
  }
  if (kind === SACK && size >= 10 && (size - 2) % 8 === 0) return sack(d, parent, at, size, baseAck);
  if (kind === FAST_OPEN) {
    const node = d.node(parent, 'tcp.options.tfo', 'TCP Option - Fast Open', null, at, size);
    if (size === 2) d.node(node, 'tcp.options.tfo.request', 'Fast Open Cookie Request', null, at, size);
    else
      d.node(
        node,
        'tcp.options.tfo.cookie',
        'Fast Open Cookie',
        hexBytes(d.bytes, at + 2, at + size),
        at + 2,
        size - 2,
      );
    return size === 2 ? ' TFO=R' : ' TFO=C';
  }
  d.node(parent, null, `TCP Option - Unknown (${kind})`, null, at, size);
  return '';
}

function sack(d: Dissection, parent: FieldNode, at: number, size: number, base: number): string {
  const node = d.node(parent, null, 'TCP Option - SACK', null, at, size);
  let info = '';
  const end = Math.min(d.end, at + size);
  for (let block = at + 2; block + 4 <= end; block += 8) {
    const left = (d.view.getUint32(block) - base) >>> 0;
    d.field(node, 'tcp.options.sack_le', 'left edge', left, block, 4);
    if (block + 8 > end) break;
    const right = (d.view.getUint32(block + 4) - base) >>> 0;
    d.field(node, 'tcp.options.sack_re', 'right edge', right, block + 4, 4);
    info += ` SLE=${left} SRE=${right}`;
  }
  if (end < at + size) return info;
  const count = (size - 2) >> 3;
  d.generated(node, 'tcp.options.sack.count', `TCP SACK Count: ${count}`, String(count));
  return info;
}
