// Where a capture of the server goes: files of its case, one after the other when it is a ring.
import type { GrowingFile } from '../store/growing-file.ts';
import type { OpenCase } from '../store/open-case.ts';
import type { CaptureSink } from './run.ts';

export class CaseSink implements CaptureSink {
  readonly folder: string;
  private readonly to: OpenCase;
  private readonly ringFiles: number | null;
  private readonly kept: string[] = [];
  private file: GrowingFile | null = null;
  private number = 0;

  constructor(to: OpenCase, ringFiles: number | null) {
    this.to = to;
    this.folder = to.at.folder;
    this.ringFiles = ringFiles;
  }

  async open(): Promise<void> {
    this.number += 1;
    const name = this.ringFiles === null ? 'capture.pcapng' : `capture-${String(this.number).padStart(5, '0')}.pcapng`;
    this.file = await this.to.grow(name);
    this.kept.push(name);
  }

  async write(chunk: Uint8Array): Promise<void> {
    await this.file?.write(chunk);
  }

  async next(): Promise<void> {
    await this.file?.close();
    await this.open();
    const oldest = this.ringFiles !== null && this.kept.length > this.ringFiles ? this.kept.shift() : undefined;
    if (oldest !== undefined) await this.to.drop(oldest);
  }

  async close(): Promise<void> {
    await this.file?.close();
    this.file = null;
  }
}
