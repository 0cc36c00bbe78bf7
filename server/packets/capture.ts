// One capture: its index, its frames, and the names of its points.
import { NAMES_BLOCK, readNames } from '../../parsers/capture/names.ts';
import type { OtherBlock } from '../../parsers/capture/notes.ts';
import { commentsIn, littleOptions, optionsRange, PACKET_HEAD } from '../../parsers/capture/packet-options.ts';
import { MAX_KEPT_BYTES } from '../../parsers/capture/rewrite-blocks.ts';
import type { CaptureIndex } from '../../parsers/index/capture-index.ts';
import { pointOf } from './capture-point.ts';
import { CommentEdits, type Commented } from './comment-edits.ts';
import type { FrameFile } from './frame-file.ts';

const none: readonly string[] = [];
/** Addresses of a file whose names are kept. */
const mostNames = 100_000;

export class Capture {
  /** Path in the case, or as the user named it. */
  readonly path: string;
  readonly index: CaptureIndex;
  readonly frames: FrameFile;

  private readonly names = new Map<string, string>();
  private namesRead = 0;
  /** What people said of it; the case keeps it. */
  edits = new CommentEdits();

  constructor(path: string, index: CaptureIndex, frames: FrameFile) {
    this.path = path;
    this.index = index;
    this.frames = frames;
    index.readFramesWith((row) => this.frame(row));
  }

  /** Lent until the next call. */
  frame(row: number): Uint8Array {
    return this.frames.frame(this.index.fileOffset(row), this.index.caplen(row));
  }

  /** Options of the row's pcapng block (comments among them), little-endian, as a copy; null without any. */
  optionsOf(row: number): Uint8Array | null {
    if (this.index.format !== 'pcapng') return null;
    const start = this.index.fileOffset(row) - PACKET_HEAD;
    const range = start < 0 ? null : optionsRange(this.frames.frame(start, PACKET_HEAD), this.index.caplen(row));
    return range === null ? null : littleOptions(this.frames.frame(start + range.from, range.size), range.little);
  }

  /** Comments of a packet as the file has them. */
  private commentsInFile(row: number): readonly string[] {
    if (this.index.notes?.hasComment(row) !== true) return none;
    const options = this.optionsOf(row);
    return options === null ? none : commentsIn(options);
  }

  /** Comments of a packet that hold: the file's, or what somebody made of them. */
  commentsOf(row: number): readonly string[] {
    return this.edits.get('packets', row + 1) ?? this.commentsInFile(row);
  }

  /** Comments of the file's sections or interfaces that hold. */
  commentsAt(what: 'sections' | 'interfaces', number: number): readonly string[] {
    return this.edits.get(what, number) ?? this.inFile(what, number);
  }

  private inFile(what: Commented, number: number): readonly string[] {
    if (what === 'packets') return this.commentsInFile(number - 1);
    if (what === 'sections') return this.index.notes?.sections[number]?.comments ?? none;
    return this.index.interfaces[number]?.comments ?? none;
  }

  /** Says what holds from now on; what the file has by itself needs no saying. */
  setComments(what: Commented, number: number, comments: readonly string[]): void {
    const own = this.inFile(what, number);
    const isOwn = own.length === comments.length && own.every((text, i) => text === comments[i]);
    if (isOwn) this.edits.clear(what, number);
    else this.edits.set(what, number, comments);
  }

  /** The first `most` rows with comments that hold, ascending, and how many there are; no text is read. */
  commentedRows(most: number): { rows: number[]; total: number } {
    const inFile = this.index.notes?.commented ?? new Uint32Array(0);
    const removed = new Set<number>();
    const added: number[] = [];
    for (const number of this.edits.changed('packets')) {
      const row = number - 1;
      const has = (this.edits.get('packets', number) ?? none).length > 0;
      const had = this.index.notes?.hasComment(row) === true;
      if (had && !has) removed.add(row);
      else if (has && !had && row < this.index.packetCount) added.push(row);
    }
    added.sort((a, b) => a - b);
    const rows: number[] = [];
    let next = 0;
    for (let at = 0; rows.length < most && (at < inFile.length || next < added.length); ) {
      const known = inFile[at] ?? Number.POSITIVE_INFINITY;
      const own = added[next] ?? Number.POSITIVE_INFINITY;
      if (own < known) next++;
      else at++;
      if (own < known || !removed.has(known)) rows.push(Math.min(own, known));
    }
    return { rows, total: inFile.length - removed.size + added.length };
  }

  /** The name that the file gives an address; null where it gives none. */
  private nameOf(address: string): string | null {
    const blocks = this.index.notes?.blocks ?? [];
    // Blocks may follow while the file grows.
    for (; this.namesRead < blocks.length; this.namesRead++) {
      const block = blocks[this.namesRead];
      if (block?.type === NAMES_BLOCK && block.length <= MAX_KEPT_BYTES)
        readNames(this.blockBytes(block), block.little, this.names, mostNames);
    }
    return this.names.get(address) ?? null;
  }

  /** What the file's own names make of a packet's two ends; nothing where it has none. */
  namesOf(source: string, destination: string): { sourceName?: string; destinationName?: string } {
    const [sourceName, destinationName] = [this.nameOf(source), this.nameOf(destination)];
    return { ...(sourceName === null ? {} : { sourceName }), ...(destinationName === null ? {} : { destinationName }) };
  }

  /** A block of the file, all of it, as a copy. */
  blockBytes({ offset, length }: OtherBlock): Uint8Array {
    return this.frames.frame(offset, length).slice();
  }

  pointOfInterface(id: number): string {
    const found = this.index.interfaces[id];
    return pointOf(this.path, found?.name ?? null, found?.description ?? null);
  }

  points(): string[] {
    const ids = this.index.interfaces.map((i) => i.id);
    return [...new Set(ids.length === 0 ? [pointOf(this.path, null)] : ids.map((id) => this.pointOfInterface(id)))];
  }

  close(): void {
    this.frames.close();
    this.index.close();
  }
}

export interface Span {
  readonly firstNs: bigint;
  readonly lastNs: bigint;
}

/** Times of the first and the last packet of captures; null without packets. */
export function spanOf(captures: readonly Capture[]): Span | null {
  let span: Span | null = null;
  for (const { index } of captures) {
    if (index.packetCount === 0) continue;
    const first = index.timestampNs(0);
    const last = index.timestampNs(index.packetCount - 1);
    span = {
      firstNs: span === null || first < span.firstNs ? first : span.firstNs,
      lastNs: span === null || last > span.lastNs ? last : span.lastNs,
    };
  }
  return span;
}
