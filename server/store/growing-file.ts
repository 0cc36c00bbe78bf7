// A capture file of a case that we write ourselves and that is read while it grows: to disk first, then into the index.
import type { CaptureIndex } from '../../parsers/index/capture-index.ts';
import { CaptureIndexer } from '../../parsers/index/capture-index.ts';
import type { DecodeAsRule } from '../../parsers/wire/decode-as.ts';
import { Capture } from '../packets/capture.ts';
import { FrameFile } from '../packets/frame-file.ts';
import { indexMemoryOf } from '../packets/index-memory.ts';
import { Refusal } from '../refusal.ts';
import type { System, WriteHandle } from '../system/system.ts';
import { asUploaded, type CaseFolder, type StoredFile } from './stored-case.ts';

export interface GrowingEvents {
  readonly decodeAs: readonly DecodeAsRule[];
  readonly opened: (capture: Capture) => void;
  /** The case was deleted meanwhile. */
  readonly isGone: () => boolean;
  readonly changed: () => void;
  readonly ended: () => Promise<void>;
}

export class GrowingFile {
  private readonly file: StoredFile;
  private readonly sink: WriteHandle;
  private readonly indexer: CaptureIndexer;
  private readonly capture: Capture;
  private readonly events: GrowingEvents;

  private constructor(
    file: StoredFile,
    sink: WriteHandle,
    indexer: CaptureIndexer,
    capture: Capture,
    events: GrowingEvents,
  ) {
    this.file = file;
    this.sink = sink;
    this.indexer = indexer;
    this.capture = capture;
    this.events = events;
  }

  static async open(system: System, at: CaseFolder, file: StoredFile, events: GrowingEvents): Promise<GrowingFile> {
    const onDisk = asUploaded(at, file);
    const sink = await system.files.openWrite(onDisk);
    const indexer = new CaptureIndexer({ decodeAs: events.decodeAs, memory: indexMemoryOf(system) });
    const capture = new Capture(file.path, indexer.index, new FrameFile(system.files.openRead(onDisk)));
    events.opened(capture);
    return new GrowingFile(file, sink, indexer, capture, events);
  }

  get index(): CaptureIndex {
    return this.indexer.index;
  }

  get path(): string {
    return this.file.path;
  }

  /** Whole blocks. Resolves when they are on disk and in the index. */
  async write(chunk: Uint8Array): Promise<void> {
    if (this.events.isGone()) throw new Refusal(404, 'no-case', 'the case was deleted');
    await this.sink.write(chunk);
    this.indexer.append(chunk);
    this.file.bytes += chunk.length;
    this.file.packets = this.index.packetCount;
    this.file.point = this.capture.points().join(', ');
    this.events.changed();
  }

  async close(): Promise<void> {
    await this.sink.close();
    this.indexer.end();
    this.file.packets = this.index.packetCount;
    this.file.state = 'ready';
    this.file.live = null;
    this.file.issues.push(...this.index.issues.map((issue) => issue.message));
    await this.events.ended();
  }
}
