// One capture: its index, its frames, and the names of its points.
import type { OtherBlock } from '../../parsers/capture/notes.ts';
import { commentsIn, littleOptions, optionsRange, PACKET_HEAD } from '../../parsers/capture/packet-options.ts';
import type { CaptureIndex } from '../../parsers/index/capture-index.ts';
import { pointOf } from './capture-point.ts';
import { CommentEdits, type Commented } from './comment-edits.ts';
import type { FrameFile } from './frame-file.ts';

const none: readonly string[] = [];

export class Capture {
  /** Path in the case, or as the user named it. */
  readonly path: string;
  readonly index: CaptureIndex;
  readonly frames: FrameFile;

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

  /** Rows with comments that hold, ascending. */
  commentedRows(): number[] {
    const rows = new Set<number>(this.index.notes?.commented ?? []);
    for (const number of this.edits.changed('packets')) rows.add(number - 1);
    return [...rows]
      .filter((row) => row < this.index.packetCount && this.commentsOf(row).length > 0)
      .sort((a, b) => a - b);
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
