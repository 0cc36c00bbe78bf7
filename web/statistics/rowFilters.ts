// The display filter behind each row and bar of the statistics. Pure.
import type { Conversation, Endpoint, LengthRange } from '../../api/statistics.ts';

export type Kind = 'eth' | 'ip' | 'ipv6' | 'tcp' | 'udp';

const layerOf = (kind: Kind, address: string): string => {
  if (kind === 'eth') return 'eth';
  return address.includes(':') ? 'ipv6' : 'ip';
};

export function endpointFilter(kind: Kind, { address, port }: Endpoint): string {
  const host = `${layerOf(kind, address)}.addr == ${address}`;
  return port === null ? host : `${host} && ${kind}.port == ${port}`;
}

/** Wireshark's conversation filter, both directions. */
export function conversationFilter(kind: Kind, row: Conversation): string {
  const { addressA, portA, addressB, portB } = row;
  const layer = layerOf(kind, addressA);
  const parts = [`${layer}.addr == ${addressA}`, `${layer}.addr == ${addressB}`];
  if (portA !== null && portB !== null) parts.push(`${kind}.port == ${portA}`, `${kind}.port == ${portB}`);
  return parts.join(' && ');
}

export function lengthFilter({ from, to }: LengthRange): string {
  return to === null ? `frame.len >= ${from}` : `frame.len >= ${from} && frame.len <= ${to}`;
}

/** tshark's marks of where reading ended are no protocols. */
export const protocolFilter = (protocol: string): string | null => (protocol.startsWith('_ws.') ? null : protocol);

const epochText = (ns: bigint): string => `${ns / 1_000_000_000n}.${(ns % 1_000_000_000n).toString().padStart(9, '0')}`;

/** From one interval's beginning up to the next one's; by epoch, because captures of a case begin at different times. */
export function intervalFilter(fromNs: string, intervalNs: number, first: number, last = first): string {
  const start = BigInt(fromNs) + BigInt(first) * BigInt(intervalNs);
  const end = BigInt(fromNs) + BigInt(last + 1) * BigInt(intervalNs);
  return `frame.time_epoch >= ${epochText(start)} && frame.time_epoch < ${epochText(end)}`;
}

/** Both must hold. */
export function narrowed(filter: string, more: string): string {
  const rest = filter.trim();
  if (rest === '') return more;
  return `${/\|\||\bor\b/i.test(rest) ? `(${rest})` : rest} && ${more}`;
}

/** 1, 2 or 5 times a power of ten: the shortest interval, in seconds, of which at most `most` make up the duration. */
export function niceInterval(durationNs: number, most: number): number {
  const wanted = Math.max(1e-6, durationNs / 1e9 / most);
  const power = 10 ** Math.floor(Math.log10(wanted));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= wanted * (1 - 1e-9)) ?? 10;
  return Number((step * power).toPrecision(1));
}
