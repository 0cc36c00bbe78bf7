// One capture: its index, its frames, and the names of its points.
import type { CaptureIndex } from '../../parsers/index/capture-index.ts';
import { pointOf } from './capture-point.ts';
import type { FrameFile } from './frame-file.ts';

export class Capture {
  /** Path in the case, or as the user named it. */
  readonly path: string;
  readonly index: CaptureIndex;
  private readonly frames: FrameFile;

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
