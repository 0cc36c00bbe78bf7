// Where a capture of the command line goes: a file (or a FIFO of Wireshark), a ring of files, or stdout.
import path from 'node:path';
import type { System, WriteHandle } from '../system/system.ts';
import type { CaptureSink } from './run.ts';

export class FileSink implements CaptureSink {
  readonly folder: string | null;
  private readonly system: System;
  private readonly file: string;
  private readonly ringFiles: number | null;
  private readonly kept: string[] = [];
  private handle: WriteHandle | null = null;
  private number = 0;

  /** @param pipe true for a FIFO, which takes no disk */
  constructor(system: System, file: string, ringFiles: number | null, pipe = false) {
    this.system = system;
    this.file = file;
    this.ringFiles = ringFiles;
    this.folder = pipe ? null : path.dirname(path.resolve(file));
  }

  /** Files there are now. */
  get files(): readonly string[] {
    return this.kept;
  }

  async open(): Promise<void> {
    this.number += 1;
    const { dir, name, ext } = path.parse(this.file);
    const numbered = path.join(dir, `${name}-${String(this.number).padStart(5, '0')}${ext || '.pcapng'}`);
    const file = this.ringFiles === null ? this.file : numbered;
    this.handle = await this.system.files.openWrite(file);
    this.kept.push(file);
  }

  async write(chunk: Uint8Array): Promise<void> {
    await this.handle?.write(chunk);
  }

  async next(): Promise<void> {
    await this.handle?.close();
    await this.open();
    const oldest = this.ringFiles !== null && this.kept.length > this.ringFiles ? this.kept.shift() : undefined;
    if (oldest !== undefined) await this.system.files.remove(oldest);
  }

  async close(): Promise<void> {
    await this.handle?.close();
    this.handle = null;
  }
}

export class StdoutSink implements CaptureSink {
  readonly folder = null;
  private readonly system: System;

  constructor(system: System) {
    this.system = system;
  }

  async write(chunk: Uint8Array): Promise<void> {
    if (!(await this.system.terminal.outBytes(chunk))) throw new Error('nobody reads any more');
  }

  async next(): Promise<void> {}

  async close(): Promise<void> {}
}
