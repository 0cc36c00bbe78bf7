// Joins whole captures for tests: each file is a capture point, as its name says; pcapng files have one for each interface.
import { CaptureIndexer } from '../../parsers/index/capture-index.ts';
import type { KnownRewrite } from './conntrack-pairs.ts';
import type { JoinLimits } from './conversations.ts';
import { PacketJoin } from './packet-join.ts';
import { readSighting, Sighting } from './sighting.ts';
import { destinationText, sourceText } from './tuples.ts';

export interface NamedCapture {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface JoinedCaptures {
  readonly join: PacketJoin;
  readonly points: readonly string[];
  /** For each packet its sightings in order: `veth client 10.0.0.1:1 > 10.0.0.2:2 ttl 64`. */
  readonly packets: readonly (readonly string[])[];
  /** Point names of each packet, and the frame of its first sighting. */
  readonly paths: readonly (readonly string[])[];
}

export function joinCaptures(
  captures: readonly NamedCapture[],
  known: readonly KnownRewrite[] = [],
  limits?: JoinLimits,
): JoinedCaptures {
  const rows = captures.flatMap(({ name, bytes }) => {
    const indexer = new CaptureIndexer();
    indexer.append(bytes);
    indexer.end();
    const { index } = indexer;
    return Array.from({ length: index.packetCount }, (_, row) => {
      const offset = index.fileOffset(row);
      const captured = index.interfaces[index.interfaceOf(row)];
      return {
        ns: index.timestampNs(row),
        point: captured?.name == null ? name : captured.name,
        frame: bytes.subarray(offset, offset + index.caplen(row)),
        length: index.length(row),
        linkType: captured?.linkType ?? 1,
      };
    });
  });
  rows.sort((a, b) => (a.ns < b.ns ? -1 : a.ns > b.ns ? 1 : 0));
  const next = new Map<number, number>();
  const later = new Set<number>();
  const join = new PacketJoin((from, to) => {
    next.set(from, to);
    later.add(to);
  }, limits);
  for (const { before, after } of known) join.know(before, after);
  const points: string[] = [];
  const told = new Map<number, string>();
  const pointAt = new Map<number, string>();
  const sighting = new Sighting();
  const startNs = rows[0]?.ns ?? 0n;
  for (const [place, { ns, point, frame, length, linkType }] of rows.entries()) {
    const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
    if (!readSighting(sighting, view, length, linkType)) continue;
    const name = sighting.device < 0 ? point : `${point}:${sighting.device >> 3}:${sighting.device & 7}`;
    if (!points.includes(name)) points.push(name);
    join.take(sighting, place, points.indexOf(name), Number(ns - startNs));
    const tuple = join.joiner.tuples.of(join.joiner.tuples.numberOf(sighting));
    pointAt.set(place, name);
    if (tuple !== null) told.set(place, `${name} ${sourceText(tuple)} > ${destinationText(tuple)} ttl ${sighting.ttl}`);
  }
  join.end();
  const packets: string[][] = [];
  const paths: string[][] = [];
  for (const place of told.keys()) {
    if (later.has(place)) continue;
    const seen: string[] = [];
    const path: string[] = [];
    for (let at: number | undefined = place; at !== undefined; at = next.get(at)) {
      seen.push(told.get(at) ?? '');
      path.push(pointAt.get(at) ?? '');
    }
    packets.push(seen);
    paths.push(path);
  }
  return { join, points, packets, paths };
}
