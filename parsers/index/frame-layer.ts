// The first layer of every tree: what the capture file says about the frame, before any of its bytes.
import type { Dissection } from '../wire/dissection.ts';
import type { FieldNode } from '../wire/field.ts';
import type { FieldSpec } from '../wire/protocol.ts';
import type { PacketIndex } from './packet-index.ts';

export const FRAME_FIELDS: readonly FieldSpec[] = [
  { name: 'frame', kind: 'none' },
  { name: 'frame.number', kind: 'uint' },
  { name: 'frame.len', kind: 'uint' },
  { name: 'frame.cap_len', kind: 'uint' },
  { name: 'frame.time', kind: 'text' },
  { name: 'frame.time_epoch', kind: 'seconds' },
  { name: 'frame.time_delta', kind: 'seconds' },
  { name: 'frame.time_relative', kind: 'seconds' },
  { name: 'frame.interface_id', kind: 'uint' },
  { name: 'frame.interface_name', kind: 'text' },
  { name: 'frame.interface_description', kind: 'text' },
  { name: 'frame.protocols', kind: 'text' },
];

/** Nanoseconds as seconds with nine decimals. */
export function secondsText(ns: bigint): string {
  const sign = ns < 0n ? '-' : '';
  const size = ns < 0n ? -ns : ns;
  return `${sign}${size / 1_000_000_000n}.${String(size % 1_000_000_000n).padStart(9, '0')}`;
}

/** The layer's name, with `ethertype` behind where tshark looks the next one up by it. */
function protocolName({ filter, children }: FieldNode): string {
  const hasType = children.some((child) =>
    /^(eth\.type|vlan\.etype|ieee8021ad\.etype|sll\.etype)$/.test(child.filter ?? ''),
  );
  return `${filter}${hasType ? ':ethertype' : ''}`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Nov 24, 2026 05:55:14.123456789 UTC`, as tshark prints it. */
function dateText(ns: bigint): string {
  const date = new Date(Number(ns / 1_000_000n));
  if (Number.isNaN(date.getTime())) return '';
  const day = String(date.getUTCDate()).padStart(2, ' ');
  const clock = date.toISOString().slice(-13, -5);
  const decimals = String(ns % 1_000_000_000n).padStart(9, '0');
  return `${MONTHS[date.getUTCMonth()]} ${day}, ${date.getUTCFullYear()} ${clock}.${decimals} UTC`;
}

export function frameLayer(index: PacketIndex, row: number, frame: Uint8Array, d: Dissection): FieldNode {
  const length = index.length(row);
  const caplen = index.caplen(row);
  const ns = index.timestampNs(row);
  const relative = secondsText(ns - index.timestampNs(0));
  const delta = secondsText(row === 0 ? 0n : ns - index.timestampNs(row - 1));
  const id = index.interfaceOf(row);
  const point = index.interfaces[id];
  const children: FieldNode[] = [];
  const add = (filter: string | null, label: string, value: string, generated: boolean): void => {
    children.push({ filter, label, value, source: 0, offset: 0, length: 0, generated, severity: null, children: [] });
  };
  if (index.format === 'pcapng') {
    add('frame.interface_id', `Interface id: ${id}${point?.name ? ` (${point.name})` : ''}`, String(id), false);
    if (point?.name) add('frame.interface_name', `Interface name: ${point.name}`, point.name, false);
    if (point?.description)
      add('frame.interface_description', `Interface description: ${point.description}`, point.description, false);
  }
  add(null, `Encapsulation type: ${point?.linkTypeName ?? 'unknown'}`, point?.linkTypeName ?? '', false);
  const time = dateText(ns);
  add('frame.time', `Arrival Time: ${time}`, time, false);
  add('frame.time_epoch', `Epoch Time: ${secondsText(ns)} seconds`, secondsText(ns), false);
  add('frame.time_delta', `[Time delta from previous captured frame: ${delta} seconds]`, delta, true);
  add('frame.time_relative', `[Time since first frame: ${relative} seconds]`, relative, true);
  add('frame.number', `Frame Number: ${row + 1}`, String(row + 1), false);
  add('frame.len', `Frame Length: ${length} bytes (${length * 8} bits)`, String(length), false);
  add('frame.cap_len', `Capture Length: ${caplen} bytes (${caplen * 8} bits)`, String(caplen), false);
  const protocols = d.layers.map(protocolName).join(':');
  add('frame.protocols', `[Protocols in frame: ${protocols}]`, protocols, true);
  return {
    filter: 'frame',
    label: `Frame ${row + 1}: ${length} bytes on wire (${length * 8} bits), ${caplen} bytes captured (${caplen * 8} bits)`,
    value: null,
    source: 0,
    offset: 0,
    length: frame.length,
    generated: false,
    severity: null,
    children,
  };
}
