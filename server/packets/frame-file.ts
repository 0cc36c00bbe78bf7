// Frames of a capture file by offset, through a small cache of pages. Works while the file still grows: a page that was short
// when it was read is read again when more of it is asked for.
import type { ReadHandle } from '../system/system.ts';

const pageBits = 18;
const pageBytes = 1 << pageBits;
const pagesKept = 32;

interface Page {
  bytes: Uint8Array;
  valid: number;
}

export class FrameFile {
  private readonly handle: ReadHandle;
  /** In the order of last use. */
  private readonly pages = new Map<number, Page>();

  constructor(handle: ReadHandle) {
    this.handle = handle;
  }

  private page(number: number, needed: number): Page {
    const known = this.pages.get(number);
    if (known !== undefined && known.valid >= needed) {
      this.pages.delete(number);
      this.pages.set(number, known);
      return known;
    }
    const page = known ?? { bytes: new Uint8Array(pageBytes), valid: 0 };
    page.valid = this.handle.readAt(number * pageBytes, page.bytes);
    this.pages.delete(number);
    this.pages.set(number, page);
    if (this.pages.size > pagesKept) {
      const oldest = this.pages.keys().next().value;
      if (oldest !== undefined) this.pages.delete(oldest);
    }
    return page;
  }

  /** A view on the cache, good until the next call; shorter than `length` when the file was cut behind our back. */
  frame(offset: number, length: number): Uint8Array {
    const first = Math.floor(offset / pageBytes);
    const within = offset - first * pageBytes;
    if (within + length <= pageBytes) {
      const page = this.page(first, within + length);
      return page.bytes.subarray(within, Math.min(within + length, page.valid));
    }
    const copy = new Uint8Array(length);
    return copy.subarray(0, this.handle.readAt(offset, copy));
  }

  close(): void {
    this.handle.close();
    this.pages.clear();
  }
}
