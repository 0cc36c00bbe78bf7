// One upload: bytes to disk as they come, recognised by content, indexed while they arrive.
// Surprise: reading and recording are one chain of generators. What the content is read by may give up; the recording goes on,
// so that the file on disk is whole even when we cannot read it. When the sender gives up, what arrived is kept and marked.
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { CaptureIndexer } from '../../parsers/index/capture-index.ts';
import { detectDump } from '../../parsers/nodestate/detect.ts';
import type { DecodeAsRule } from '../../parsers/wire/decode-as.ts';
import { Capture } from '../packets/capture.ts';
import { FrameFile } from '../packets/frame-file.ts';
import { Refusal } from '../refusal.ts';
import { reasonOf, type System, type WriteHandle } from '../system/system.ts';
import { type Bytes, joined } from '../unpack/byte-reader.ts';
import { type Opened, opened } from '../unpack/opened.ts';
import { safePath } from '../unpack/safe-path.ts';
import type { TarEntry } from '../unpack/tar.ts';
import { DiskGuard, type StoreLimits } from './limits.ts';
import { asUploaded, type CaseFolder, plain, type StoredFile } from './stored-case.ts';

/** What a receiving case lets its uploads do. */
export interface Receiver {
  readonly at: CaseFolder;
  readonly decodeAs: readonly DecodeAsRule[];
  /** Adds a row to the case's list of files, or says why not. */
  addFile(file: StoredFile): void;
  addCapture(file: StoredFile, capture: Capture): void;
  /** Something of this file changed. */
  changed(): void;
  /** True once the case is deleted under the upload. */
  readonly gone: boolean;
}

export function newFile(path: string, member: boolean): StoredFile {
  const nothing = { bytes: 0, format: null, packets: null, point: null, issues: [] };
  return { ...nothing, path, kind: 'unknown', state: 'receiving', member, wrapped: false, live: null };
}

export class Upload {
  private readonly system: System;
  private readonly limits: StoreLimits;
  private readonly to: Receiver;
  private readonly disk: DiskGuard;
  /** Why the source ended early; null while it has not. */
  private broke: unknown = null;

  constructor(system: System, limits: StoreLimits, to: Receiver) {
    this.system = system;
    this.limits = limits;
    this.to = to;
    this.disk = new DiskGuard(system.files, to.at.folder, limits);
  }

  /** Takes a whole upload. Throws a Refusal only for what leaves nothing behind; everything else is in the file's issues. */
  async take(file: StoredFile, source: Bytes): Promise<void> {
    const incoming = path.join(this.to.at.folder, 'incoming', randomBytes(8).toString('hex'));
    const sink = await this.system.files.openWrite(incoming);
    const recorded = this.recorded(file, this.watched(source), sink)[Symbol.asyncIterator]();
    // Without `return`: a reader that stops early must not end the recording.
    const lent: Bytes = { [Symbol.asyncIterator]: () => ({ next: () => recorded.next() }) };
    const state = await this.read(file, lent, incoming);
    await drained(recorded);
    await sink.close();
    const { broke } = this;
    if (broke instanceof Refusal || this.to.gone) {
      await this.system.files.remove(incoming);
      throw broke instanceof Refusal
        ? broke
        : new Refusal(404, 'no-case', 'the case was deleted while the file arrived');
    }
    await this.system.files.rename(incoming, asUploaded(this.to.at, file));
    // Only now: whoever hears that it is ready reads it under its own name.
    file.state = state;
    if (broke !== null) {
      file.issues.push(
        `The upload broke off after ${file.bytes} bytes; what arrived is kept. Send the file again for the rest.`,
      );
      file.state = 'failed';
    }
    this.to.changed();
  }

  /** Remembers why the upload ended early, to tell it from content that cannot be read. */
  private async *watched(source: Bytes): Bytes {
    try {
      let bytes = 0;
      for await (const chunk of source) {
        if (this.to.gone) throw new Refusal(404, 'no-case', 'the case was deleted while the file arrived');
        bytes += chunk.length;
        if (bytes > this.limits.maxUploadBytes) {
          const limit = this.limits.maxUploadBytes;
          throw new Refusal(
            413,
            'too-large',
            `a file may have ${limit} bytes; split the capture (editcap -c) and send the parts`,
          );
        }
        await this.disk.spend(chunk.length);
        yield chunk;
      }
    } catch (error) {
      this.broke = error;
      throw error;
    }
  }

  private async *recorded(file: StoredFile, source: Bytes, sink: WriteHandle): Bytes {
    for await (const chunk of source) {
      await sink.write(chunk);
      file.bytes += chunk.length;
      yield chunk;
    }
  }

  /** Recognises and reads the content; whatever goes wrong becomes the file's issue. Says what the file is to be called. */
  private async read(file: StoredFile, source: Bytes, onDisk: string): Promise<'ready' | 'failed'> {
    try {
      const content = await opened(source, { programs: this.system.programs, limits: this.limits.unpacked });
      file.wrapped = content.wrapping.length > 0 && content.kind !== 'archive';
      await this.readContent(file, content, onDisk);
      return 'ready';
    } catch (error) {
      if (error !== this.broke) file.issues.push(error instanceof Refusal ? error.message : reasonOf(error));
      else if (file.member) file.issues.push('The upload broke off inside this file; what arrived is kept.');
      return 'failed';
    }
  }

  private async readContent(file: StoredFile, content: Opened, onDisk: string): Promise<void> {
    const wrappedIn = content.wrapping.map((w) => `, ${w}`).join('');
    if (content.kind === 'archive') {
      file.kind = 'archive';
      file.format = `tar${wrappedIn}`;
      for await (const entry of content.entries) await this.readMember(file, entry);
      return;
    }
    if (content.kind === 'capture') {
      file.kind = 'capture';
      file.format = content.format + wrappedIn;
      await this.readCapture(file, content.body, file.wrapped ? plain(this.to.at, file) : onDisk);
      return;
    }
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of content.body) {
      bytes += chunk.length;
      if (bytes > this.limits.maxDumpBytes) {
        throw new Refusal(
          413,
          'too-large',
          `not a capture, and larger than a dump may be (${this.limits.maxDumpBytes} bytes)`,
        );
      }
      parts.push(chunk.slice());
    }
    const all = joined(parts, bytes);
    const format = all.subarray(0, 8192).includes(0) ? null : detectDump(file.path, new TextDecoder().decode(all));
    file.kind = format === null ? 'unknown' : 'dump';
    file.format = format === null ? null : format + wrappedIn;
    if (format === null) file.issues.push('Neither a capture nor a dump that vethscope knows; it is kept as it is.');
    if (file.wrapped) await this.write(plain(this.to.at, file), all);
  }

  private async write(path: string, bytes: Uint8Array): Promise<void> {
    await this.disk.spend(bytes.length);
    const sink = await this.system.files.openWrite(path);
    await sink.write(bytes);
    await sink.close();
  }

  /** Frames are read back from `path`: the incoming file, or the decompressed copy that is written here. */
  private async readCapture(file: StoredFile, body: Bytes, path: string): Promise<void> {
    const sink = file.wrapped ? await this.system.files.openWrite(path) : null;
    const indexer = new CaptureIndexer({ decodeAs: this.to.decodeAs });
    const capture = new Capture(file.path, indexer.index, new FrameFile(this.system.files.openRead(path)));
    file.packets = 0;
    this.to.addCapture(file, capture);
    try {
      for await (const chunk of body) {
        if (sink !== null) {
          await this.disk.spend(chunk.length);
          await sink.write(chunk);
        }
        indexer.append(chunk);
        file.packets = indexer.index.packetCount;
        this.to.changed();
      }
    } finally {
      indexer.end();
      file.packets = indexer.index.packetCount;
      file.point = capture.points().join(', ');
      file.issues.push(...indexer.index.issues.map((issue) => issue.message));
      await sink?.close();
    }
  }

  private async readMember(archive: StoredFile, entry: TarEntry): Promise<void> {
    const safe = safePath(entry.path);
    if (!safe.ok) {
      archive.issues.push(`A member of the archive was left out: ${safe.message}`);
      return;
    }
    const file = newFile(`${archive.path}/${safe.path}`, true);
    this.to.addFile(file);
    const onDisk = asUploaded(this.to.at, file);
    const sink = await this.system.files.openWrite(onDisk);
    const recorded = this.recorded(file, entry.body, sink)[Symbol.asyncIterator]();
    const state = await this.read(file, { [Symbol.asyncIterator]: () => ({ next: () => recorded.next() }) }, onDisk);
    await drained(recorded);
    await sink.close();
    file.state = state;
    this.to.changed();
    if (this.broke !== null) throw this.broke;
    if (file.bytes < entry.bytes) {
      file.state = 'failed';
      file.issues.push(`The archive ends inside this file, ${entry.bytes - file.bytes} bytes short.`);
    }
  }
}

/** Takes what is left; why it ended early is remembered elsewhere. */
async function drained(iterator: AsyncIterator<Uint8Array>): Promise<void> {
  try {
    while (!(await iterator.next()).done);
  } catch {
    // known to the upload as `broke`, or an archive that is cut short and says so itself
  }
}
