// Sorting of flows by column, and the display filter of one flow. Pure.
import type { FlowRow } from '../../api/schemas.ts';
import { secondsBetween } from '../ui/time.ts';

export type FlowColumn =
  | 'id'
  | 'protocol'
  | 'client'
  | 'server'
  | 'point'
  | 'packets'
  | 'bytes'
  | 'start'
  | 'duration'
  | 'rtt'
  | 'state';

export interface FlowOrder {
  column: FlowColumn;
  descending: boolean;
}

export const durationOf = ({ firstNs, lastNs }: FlowRow) => secondsBetween(firstNs, lastNs);

const keys: Record<FlowColumn, (flow: FlowRow) => number | string> = {
  id: ({ id }) => id,
  protocol: ({ protocol }) => protocol,
  client: ({ client }) => client,
  server: ({ server }) => server,
  point: ({ point }) => point,
  packets: ({ packets }) => packets,
  bytes: ({ bytes }) => bytes,
  start: ({ firstNs }) => Number(firstNs),
  duration: durationOf,
  rtt: ({ initialRtt }) => initialRtt ?? -1,
  state: ({ state }) => state,
};

const collator = new Intl.Collator('en', { numeric: true });

export function sortedFlows(flows: readonly FlowRow[], { column, descending }: FlowOrder): FlowRow[] {
  const key = keys[column];
  const sign = descending ? -1 : 1;
  const keyed = flows.map((flow) => ({ flow, value: key(flow) }));
  const compare = (a: number | string, b: number | string) =>
    typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b));
  return keyed.sort((a, b) => sign * compare(a.value, b.value) || a.flow.id - b.flow.id).map(({ flow }) => flow);
}

export function matchingFlows(flows: readonly FlowRow[], text: string): FlowRow[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...flows];
  return flows.filter(({ protocol, client, server, point, state }) => {
    const all = `${protocol} ${client} ${server} ${point} ${state}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
}

function split(endpoint: string): { address: string; port: string | null } {
  const bracketed = /^\[(.+)\]:(\d+)$/.exec(endpoint);
  const plain = bracketed ?? /^([^:]+):(\d+)$/.exec(endpoint);
  const [, address, port] = plain ?? [];
  return { address: address ?? endpoint, port: port ?? null };
}

/** Wireshark's conversation filter, both directions. */
export function flowFilter({ protocol, client, server }: FlowRow): string {
  const [a, b] = [split(client), split(server)];
  const layer = (address: string) =>
    /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(address) ? 'eth' : address.includes(':') ? 'ipv6' : 'ip';
  const parts = [`${layer(a.address)}.addr == ${a.address}`, `${layer(b.address)}.addr == ${b.address}`];
  const transport = protocol.toLowerCase();
  if (a.port !== null && b.port !== null && ['tcp', 'udp', 'sctp'].includes(transport)) {
    parts.push(`${transport}.port == ${a.port}`, `${transport}.port == ${b.port}`);
  } else if (/^[a-z0-9]+$/.test(transport)) parts.push(transport);
  return parts.join(' && ');
}

/** How many points saw each conversation, by its number. */
export function pointsOfConversations(flows: readonly FlowRow[]): ReadonlyMap<number, number> {
  const points = new Map<number, Set<string>>();
  for (const { conversation, point } of flows) {
    if (conversation === null) continue;
    const known = points.get(conversation);
    if (known === undefined) points.set(conversation, new Set([point]));
    else known.add(point);
  }
  return new Map([...points].map(([conversation, names]) => [conversation, names.size]));
}
