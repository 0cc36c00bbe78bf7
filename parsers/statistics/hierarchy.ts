// Protocol hierarchy as tshark's `-z io,phs`: each packet's layers as a path, frames and bytes counted along it.
// Surprise: `tcp.segments` is a level of its own where a message was put together, because tshark's tree has it beside the protocols.
import { NOT_READ_AGAIN } from '../flow/analysis-flags.ts';
import { dissectRow } from '../index/row-view.ts';
import { SEGMENT_MASK } from '../index/segment.ts';
import type { ByteSource } from '../wire/dissection.ts';
import { HAS_INNER, HAS_ISSUE, HAS_TCP } from '../wire/facts.ts';
import type { FieldNode } from '../wire/field.ts';
import { PROTOCOLS } from '../wire/registry.gen.ts';
import type { CountedPacket, Statistic } from './counted.ts';
import { walkHeaders } from './header-walk.ts';

/** A protocol below the one that carries it, in the order they were met; bytes are whole frames. */
export interface HierarchyNode {
  readonly protocol: string;
  readonly packets: number;
  readonly bytes: number;
  readonly children: readonly HierarchyNode[];
}

interface Node {
  readonly protocol: string;
  packets: number;
  bytes: number;
  readonly children: Node[];
}

/** Headers whose hot decoder says as much as the tree: paths made of these alone are not dissected. */
const PLAIN: ReadonlySet<string> = new Set(['eth', 'sll', 'ip', 'ipv6', 'tcp']);
/** Protocols of which a segment has one item, however many messages it has. */
const ONE_ITEM: ReadonlySet<string> = new Set(PROTOCOLS.flatMap(({ oneItem, filter }) => (oneItem ? [filter] : [])));
/** Headers that are no protocol's item in tshark's tree. */
const NO_ITEM: ReadonlySet<string> = new Set(['nflog']);
const MAX_PATH = 64;
const FIN = 1;
const RST = 4;
const CUT = '[Packet size limited during capture]';
const MALFORMED = '[Malformed Packet]';

export class Hierarchy implements Statistic<readonly HierarchyNode[]> {
  private readonly roots: Node[] = [];

  take(packet: CountedPacket): void {
    let level = this.roots;
    for (const protocol of pathOf(packet)) {
      let node = level.find((candidate) => candidate.protocol === protocol);
      if (node === undefined) {
        node = { protocol, packets: 0, bytes: 0, children: [] };
        level.push(node);
      }
      node.packets++;
      node.bytes += packet.length;
      level = node.children;
    }
  }

  result(): readonly HierarchyNode[] {
    return this.roots.map(copyOf);
  }
}

function copyOf(node: Node): HierarchyNode {
  return { ...node, children: node.children.map(copyOf) };
}

function pathOf(packet: CountedPacket): readonly string[] {
  const { index, row } = packet;
  const segment = index.segmentOf(row);
  const at = row & SEGMENT_MASK;
  const layers = segment.layers[at] ?? 0;
  const isFin = ((segment.tcpFlags[at] ?? 0) & FIN) !== 0;
  if (
    (layers & (HAS_INNER | HAS_ISSUE)) === 0 &&
    (layers & HAS_TCP) !== 0 &&
    segment.payloadLength[at] === 0 &&
    !isFin
  ) {
    const path: string[] = [];
    walkHeaders(index, row, packet.frame(), (number) => path.push(PROTOCOLS[number - 1]?.filter ?? ''));
    if (path.every((protocol) => PLAIN.has(protocol))) return path;
  }
  if ((layers & (HAS_INNER | HAS_ISSUE)) === 0 && (layers & HAS_TCP) !== 0) {
    const path = streamPath(packet);
    if (path !== null) return path;
  }
  const { layers: tree, columns, sources } = dissectRow(index, row, packet.frame());
  const path = pathOfLayers(tree, sources);
  if (columns.info.endsWith(CUT)) return ended(path, '_ws.short');
  if (columns.info.endsWith(MALFORMED)) return ended(path, '_ws.malformed');
  // What a repeated segment carries is not read again, and a reset carries words, not data.
  const isUnread = ((segment.analysis[at] ?? 0) & NOT_READ_AGAIN) !== 0 || ((segment.tcpFlags[at] ?? 0) & RST) !== 0;
  return (layers & HAS_TCP) !== 0 && isUnread ? path.slice(0, path.lastIndexOf('tcp') + 1) : path;
}

/**
 * The path of a segment with data whose stream says enough: nothing ends in it, or what ends is an item of its own with nothing inside.
 * Null where the bytes have to be read.
 */
function streamPath(packet: CountedPacket): readonly string[] | null {
  const { index, row } = packet;
  const { streams } = index;
  const flow = index.flowOf(row);
  const segment = index.segmentOf(row);
  const at = row & SEGMENT_MASK;
  const flags = segment.tcpFlags[at] ?? 0;
  if (streams === null || flow === null || (flags & (RST | FIN)) !== 0 || index.caplen(row) < index.length(row))
    return null;
  const path: string[] = [];
  walkHeaders(index, row, packet.frame(), (number) => path.push(PROTOCOLS[number - 1]?.filter ?? ''));
  const tcp = path.indexOf('tcp');
  if (tcp < 0 || !path.slice(0, tcp).every((protocol) => PLAIN.has(protocol))) return null;
  const headers = path.slice(0, tcp + 1);
  if (((segment.analysis[at] ?? 0) & NOT_READ_AGAIN) !== 0) return headers;
  const plan = streams.outlineOf(flow, row);
  if (plan === null) return null;
  const { parts, begun, dataFrom } = plan;
  const items = parts.map(({ protocol }) => itemOf(protocol));
  if (items.some((item) => item === null)) return null;
  for (const [i, part] of parts.entries()) {
    const item = items[i] ?? '';
    if (part.pieces !== null) headers.push(item, 'tcp.segments');
    else if (headers.at(-1) !== item) headers.push(item);
  }
  const beginner = parts.length === 0 ? itemOf(begun) : null;
  if (beginner !== null) headers.push(beginner);
  const hasData = dataFrom >= 0 && dataFrom < (segment.payloadLength[at] ?? 0);
  return hasData ? [...headers, 'data'] : headers;
}

/** Display-filter name of a protocol of which a segment has one item; null for others. */
function itemOf(number: number): string | null {
  const protocol = PROTOCOLS[number - 1];
  return protocol?.oneItem ? protocol.filter : null;
}

/** tshark's mark stands where reading ended, in the place of the bytes that were left. */
function ended(path: readonly string[], mark: string): string[] {
  if (path.at(-1) === mark) return [...path];
  return [...(path.at(-1) === 'data' ? path.slice(0, -1) : path), mark];
}

/** The layers of a tree without the frame's, by tshark's names; what an ICMP error quotes is left out. */
export function pathOfLayers(layers: readonly FieldNode[], sources: readonly ByteSource[]): string[] {
  const path: string[] = [];
  let isQuoted = false;
  // Which message of several segments each layer belongs to: what is unpacked from one is still part of it.
  let message = 0;
  const messages = layers.map(({ source }) => {
    if (source === 0 || isOfSegments(sources[source])) message = source;
    return message;
  });
  const ofSegments = layers.some(hasSegments);
  const isEmptySegment = layers.some((layer) => hasSegments(layer) && !hasPayload(layer));
  for (const [i, layer] of layers.entries()) {
    const before = layers[i - 1];
    if (
      layer.filter === null ||
      NO_ITEM.has(layer.filter) ||
      (layer.filter === 'ah' && path.at(-1) === 'ipv6') ||
      path.length >= MAX_PATH
    )
      continue;
    // Unclaimed bytes of a quoted datagram do count.
    if (isQuoted && !(layer.filter === 'data' && before?.filter === 'udp')) continue;
    const isSameItem = ONE_ITEM.has(layer.filter) && before?.filter === layer.filter && before.source === layer.source;
    const isTag = layer.filter === 'vlan' && before !== undefined && isServiceTag(before);
    // What a FIN without data completes stands behind its segments.
    const isFirstOfMessage = messages[i] !== 0 && messages[i - 1] !== messages[i];
    if (isFirstOfMessage && isEmptySegment) path.push('tcp.segments');
    if (!isSameItem) path.push(isTag ? 'ieee8021ad' : layer.filter);
    if (layer.filter === 'icmp' || layer.filter === 'icmpv6') isQuoted = true;
    const isLastOfMessage = messages[i] !== 0 && messages[i + 1] !== messages[i];
    if (isLastOfMessage && ofSegments && !isEmptySegment) path.push('tcp.segments');
  }
  return path;
}

function isOfSegments(source: ByteSource | undefined): boolean {
  return source?.name.startsWith('Reassembled TCP') ?? false;
}

function hasPayload(layer: FieldNode): boolean {
  return layer.children.some((child) => child.filter === 'tcp.payload');
}

function hasSegments(layer: FieldNode): boolean {
  return layer.filter === 'tcp' && layer.children.some((child) => child.filter === 'tcp.segments');
}

/** True for a header whose type announces a service tag (IEEE 802.1ad). */
function isServiceTag(layer: FieldNode): boolean {
  return layer.children.some(({ filter, value }) => value === '0x88a8' && (filter?.endsWith('type') ?? false));
}
