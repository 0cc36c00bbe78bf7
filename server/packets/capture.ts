// One capture: its index, its frames, and the names of its points.
import { littleOptions, optionsRange, PACKET_HEAD } from '../../parsers/capture/packet-options.ts';
import type { CaptureIndex } from '../../parsers/index/capture-index.ts';
import { pointOf } from './capture-point.ts';
import type { FrameFile } from './frame-file.ts';

export class Capture {
  /** Path in the case, or as the user named it. */
  readonly path: string;
  readonly index: CaptureIndex;
  readonly frames: FrameFile;

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
  }
}
