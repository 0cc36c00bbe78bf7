// Stop on trigger: every packet that has been written is tested with a display filter. A chunk holds its packets whole, so that frames
// need not be read back.
import { type CaptureIndex, CaptureIndexer } from '../../parsers/index/capture-index.ts';

export type PacketTest = (index: CaptureIndex, row: number, frame: () => Uint8Array) => boolean;

export class Trigger {
  /** Seconds that the capture goes on after the packet. */
  readonly seconds: number;
  private readonly test: PacketTest;
  private indexer = new CaptureIndexer();
  private tested = 0;
  private firedMs: number | null = null;

  constructor(test: PacketTest, seconds: number) {
    this.test = test;
    this.seconds = seconds;
  }

  /** Another file begins, with interfaces of its own. */
  restart(): void {
    this.indexer = new CaptureIndexer();
    this.tested = 0;
  }

  watch(chunk: Uint8Array, nowMs: number): void {
    if (this.firedMs !== null) return;
    const { index } = this.indexer;
    const before = index.bytesRead;
    this.indexer.append(chunk);
    for (; this.tested < index.packetCount; this.tested++) {
      const row = this.tested;
      const at = index.fileOffset(row) - before;
      if (!this.test(index, row, () => chunk.subarray(at, at + index.caplen(row)))) continue;
      this.firedMs = nowMs;
      return;
    }
  }

  isDue(nowMs: number): boolean {
    return this.firedMs !== null && nowMs - this.firedMs >= this.seconds * 1000;
  }
}
