// The packets of a list joined across capture points. Runs over the list in slices and only forward, as filters do; eight bytes a packet
// remember which row shows the same packet before and after. Captures of a single point are not read at all.
import type { SightingDto } from '../../api/joined.ts';
import type { KnownRewrite } from '../../netpath/join/conntrack-pairs.ts';
import type { Conversation } from '../../netpath/join/conversations.ts';
import { PacketJoin } from '../../netpath/join/packet-join.ts';
import { readSighting, Sighting } from '../../netpath/join/sighting.ts';
import { endpointText } from '../../parsers/core/address.ts';
import type { Capture } from './capture.ts';
import type { MergedList } from './merged-list.ts';
import { Uint32List } from './uint32-list.ts';

const batch = 128;
/** Sightings of one packet that are told. */
const chainLimit = 64;
const linkTypesOfAny = new Set([113, 276]);
const packetTypeOutgoing = 4;

export interface Addresses {
  readonly source: string;
  readonly destination: string;
}

export class JoinedPackets {
  private readonly list: MergedList;
  private readonly pointName: (capture: Capture, interfaceId: number) => string;
  private readonly sighting = new Sighting();
  private generation = -1;
  private scanned = 0;
  /** Place + 1 of the row that shows the same packet before and after; 0 without. */
  private before = new Uint32List();
  private after = new Uint32List();
  private started: PacketJoin | null = null;
  private pointNumbers = new Map<string, number>();
  private labels: string[] = [];
  private owners: { capture: Capture; interfaceId: number }[] = [];
  /** Flow and conversation: the directed number of the addresses of each capture's flows. */
  private flowTuples = new Map<Capture, Map<number, number>>();
  private baseNs: bigint | null = null;
  private isEnded = false;
  private known: readonly KnownRewrite[] = [];

  constructor(list: MergedList, pointName: (capture: Capture, interfaceId: number) => string) {
    this.list = list;
    this.pointName = pointName;
  }

  /** Is there more than one point, so that a packet can be seen twice? */
  applies(captures: readonly Capture[]): boolean {
    let points = 0;
    for (const { index } of captures) {
      if (index.packetCount === 0) continue;
      points += Math.max(1, index.interfaces.length);
      if (points > 1 || index.interfaces.some(({ linkType }) => linkTypesOfAny.has(linkType))) return true;
    }
    return false;
  }

  /** Rewrites that the node's dumps tell; what was joined without them is joined again. */
  know(rewrites: readonly KnownRewrite[]): void {
    if (rewrites.length === this.known.length) return;
    this.known = rewrites;
    this.generation = -1;
  }

  private reset(): void {
    this.generation = this.list.generation;
    this.scanned = 0;
    this.before = new Uint32List();
    this.after = new Uint32List();
    this.pointNumbers = new Map();
    this.labels = [];
    this.owners = [];
    this.flowTuples = new Map();
    this.baseNs = null;
    this.isEnded = false;
    const { before, after } = this;
    this.started = new PacketJoin((earlier, later) => {
      after.set(earlier, later + 1);
      before.set(later, earlier + 1);
    });
    for (const rewrite of this.known) this.started.know(rewrite.before, rewrite.after);
  }

  /** Joins the rows before `until`, until it is done or `keepOn` says to stop. True when all of them have been looked at. */
  advance(keepOn: () => boolean, until = Number.POSITIVE_INFINITY): boolean {
    if (this.generation !== this.list.generation || this.started === null) this.reset();
    const { started, list } = this;
    if (started === null) return true;
    for (let last = Math.min(list.total, until); this.scanned < last; ) {
      const end = Math.min(last, this.scanned + batch);
      for (; this.scanned < end; this.scanned++) this.take(started, this.scanned);
      if (!keepOn()) return this.scanned >= last;
    }
    return true;
  }

  private take(join: PacketJoin, place: number): void {
    const { capture, row } = this.list.at(place);
    const { index } = capture;
    this.before.push(0);
    this.after.push(0);
    const flow = index.flowOf(row);
    if (flow === null) return;
    const frame = capture.frame(row);
    const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
    const interfaceId = index.interfaceOf(row);
    const linkType = index.interfaces[interfaceId]?.linkType ?? 1;
    if (!readSighting(this.sighting, view, index.length(row), linkType)) return;
    this.isEnded = false;
    const ns = index.timestampNs(row);
    this.baseNs ??= ns;
    const point = this.pointNumber(capture, interfaceId, this.sighting.device);
    const tuple = join.take(this.sighting, place, point, Number(ns - this.baseNs));
    let tuples = this.flowTuples.get(capture);
    if (tuples === undefined) {
      tuples = new Map();
      this.flowTuples.set(capture, tuples);
    }
    if (!tuples.has(flow)) tuples.set(flow, tuple);
  }

  private pointNumber(capture: Capture, interfaceId: number, device: number): number {
    const name = this.pointName(capture, interfaceId);
    const key = `${name}\n${device}`;
    const known = this.pointNumbers.get(key);
    if (known !== undefined) return known;
    const number = this.labels.length;
    this.pointNumbers.set(key, number);
    this.labels.push(device < 0 ? name : `${name} (${deviceText(device)})`);
    this.owners.push({ capture, interfaceId });
    return number;
  }

  /** Says that all packets are there: what still waits for sightings waits no more. */
  end(): PacketJoin | null {
    if (!this.isEnded) this.started?.end();
    this.isEnded = true;
    return this.started;
  }

  get join(): PacketJoin | null {
    return this.started;
  }

  label(point: number): string {
    return this.labels[point] ?? '';
  }

  get points(): readonly string[] {
    return this.labels;
  }

  /** What the capture file says was lost at a point. */
  dropped(point: number): number | null {
    const owner = this.owners[point];
    return owner === undefined ? null : (owner.capture.index.interfaces[owner.interfaceId]?.dropped ?? null);
  }

  conversationOf(capture: Capture, flow: number): Conversation | null {
    const tuple = this.flowTuples.get(capture)?.get(flow);
    return tuple === undefined ? null : (this.started?.conversations.of(tuple) ?? null);
  }

  /** How many places are compared, from the first. */
  get upTo(): number {
    return this.generation === this.list.generation ? this.scanned : 0;
  }

  private neighbour(side: Uint32List, place: number): number | null {
    const found = place < this.upTo ? side.at(place) : 0;
    return found === 0 ? null : found - 1;
  }

  addressesAt(place: number): Addresses | null {
    const { capture, row } = this.list.at(place);
    const ends = capture.index.endpoints(row);
    if (ends === null) return null;
    return { source: endpointText(ends.src, ends.sport), destination: endpointText(ends.dst, ends.dport) };
  }

  /** Its capture point; with the interface and direction where that is `any`. */
  pointOf(place: number): string {
    const { capture, row } = this.list.at(place);
    const { index } = capture;
    const id = index.interfaceOf(row);
    const name = this.pointName(capture, id);
    const linkType = index.interfaces[id]?.linkType ?? 1;
    if (!linkTypesOfAny.has(linkType)) return name;
    const frame = capture.frame(row);
    const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
    const isRead = readSighting(this.sighting, view, index.length(row), linkType);
    return isRead && this.sighting.device >= 0 ? `${name} (${deviceText(this.sighting.device)})` : name;
  }

  /** The nearest places before and after where the packet had other addresses. */
  rewritesOf(place: number): { before: number | null; after: number | null } | null {
    const own = this.neighbour(this.before, place) === null && this.neighbour(this.after, place) === null;
    if (own) return null;
    const here = this.addressesAt(place);
    if (here === null) return null;
    const other = (side: Uint32List): number | null => {
      let at = this.neighbour(side, place);
      for (let i = 0; at !== null && i < chainLimit; i++) {
        const there = this.addressesAt(at);
        if (there !== null && (there.source !== here.source || there.destination !== here.destination)) return at;
        at = this.neighbour(side, at);
      }
      return null;
    };
    const found = { before: other(this.before), after: other(this.after) };
    return found.before === null && found.after === null ? null : found;
  }

  /** Every place that shows the packet of this one, in order of time; only itself where it was seen once. */
  placesOf(place: number): number[] {
    let first = place;
    for (let i = 0; i < chainLimit; i++) {
      const earlier = this.neighbour(this.before, first);
      if (earlier === null) break;
      first = earlier;
    }
    const places: number[] = [];
    for (let at: number | null = first; at !== null && places.length < chainLimit; at = this.neighbour(this.after, at))
      places.push(at);
    return places;
  }

  sightingsOf(place: number): SightingDto[] {
    let firstNs: bigint | null = null;
    return this.placesOf(place).map((at) => {
      const { capture, row } = this.list.at(at);
      const ns = capture.index.timestampNs(row);
      firstNs ??= ns;
      const addresses = this.addressesAt(at) ?? { source: '', destination: '' };
      return { no: at + 1, point: this.pointOf(at), tsNs: ns.toString(), offsetNs: Number(ns - firstNs), ...addresses };
    });
  }
}

function deviceText(device: number): string {
  const way = (device & 7) === packetTypeOutgoing ? 'out' : 'in';
  return device >= 8 ? `ifindex ${device >> 3}, ${way}` : way;
}
