// The captures of a case with their indexes, merged into one list of packets. They are indexed the first time somebody asks for
// packets, and again after `rest` and when other rules of "decode as" apply.
// Surprise: a file that is still arriving keeps the rules it began with, and is indexed again once it is complete.
import type { PacketRows } from '../../api/schemas.ts';
import { CaptureIndexer } from '../../parsers/index/capture-index.ts';
import type { NodeState } from '../../parsers/nodestate/state.ts';
import type { DecodeAsRule } from '../../parsers/wire/decode-as.ts';
import { Capture } from '../packets/capture.ts';
import type { CommentEdits } from '../packets/comment-edits.ts';
import { FrameFile } from '../packets/frame-file.ts';
import { indexMemoryOf } from '../packets/index-memory.ts';
import { Packets } from '../packets/packets.ts';
import { reasonOf, type System } from '../system/system.ts';
import { type CaseFolder, plain, type StoredFile } from './stored-case.ts';

export interface CaseOfCaptures {
  readonly at: CaseFolder;
  readonly system: System;
  /** Every file of the case, in order; the case adds and removes. */
  readonly files: ReadonlyMap<string, StoredFile>;
  readonly editsOf: (path: string) => CommentEdits;
  readonly nodeState: () => Promise<NodeState>;
  readonly changed: () => void;
}

export class CaseCaptures {
  private readonly of: CaseOfCaptures;
  private readonly open = new Map<string, Capture>();
  /** Open files of captures whose index was given up. */
  private readonly frames = new Map<string, FrameFile>();
  private rules: readonly DecodeAsRule[];
  private merged: Packets;
  private indexing: Promise<void> | null = null;
  private naming: Promise<void> | null = null;
  private isIndexing = false;
  /** What is being done in the background. */
  private readonly goingOn = new Set<string>();
  /** What the files that are being indexed again were before. */
  private readonly stateBefore = new Map<string, StoredFile['state']>();

  constructor(of: CaseOfCaptures, rules: readonly DecodeAsRule[]) {
    this.of = of;
    this.rules = rules;
    this.merged = new Packets(of.system.clock);
  }

  /** The rules that an index begun now obeys. */
  get decodeAs(): readonly DecodeAsRule[] {
    return this.rules;
  }

  has(path: string): boolean {
    return this.open.has(path);
  }

  /** The merged packets; indexes first what is not yet indexed, and waits for it no longer than `waitMs`. */
  async packets(waitMs: number): Promise<Packets> {
    this.indexing ??= this.indexAll();
    this.naming ??= this.nameAll(this.merged);
    await Promise.race([Promise.all([this.indexing, this.naming]), this.of.system.clock.delay(waitMs)]);
    const packets = this.merged;
    await packets.catchUp(waitMs);
    return packets;
  }

  /** Gives the packets the names that the dumps know. */
  private async nameAll(packets: Packets): Promise<void> {
    packets.setState(await this.of.nodeState());
  }

  /** Other dumps are there: names are looked up again. */
  forgetNames(): void {
    this.naming = null;
  }

  /** A window of the packet list. What is not yet tested goes on in the background, and subscribers hear of the new totals. */
  async rows(filter: string, offset: number, count: number, waitMs: number): Promise<PacketRows> {
    let packets = await this.packets(0);
    // The first rows of a large capture need not wait for the last ones to be indexed.
    const { clock } = this.of.system;
    const started = clock.monotonicMs();
    const left = () => waitMs - (clock.monotonicMs() - started);
    while (this.isIndexing && packets.list.total < offset + count && left() > 0) packets = await this.packets(20);
    const { page, settled } = await packets.rows(filter, offset, count, Math.max(0, left()));
    if (!settled) void this.goOn(`filter ${filter}`, packets, () => packets.continueFilter(filter));
    if (!packets.joining.isDone) void this.goOn('join', packets, () => packets.joining.goOn());
    return page;
  }

  /** Goes on in the background, once at a time; subscribers hear of it. */
  private async goOn(what: string, packets: Packets, step: () => Promise<boolean>): Promise<void> {
    if (this.goingOn.has(what)) return;
    this.goingOn.add(what);
    while (packets === this.merged && !(await step())) this.of.changed();
    this.goingOn.delete(what);
    this.of.changed();
  }

  private async indexAll(): Promise<void> {
    this.isIndexing = true;
    const { merged } = this;
    for (const file of [...this.of.files.values()]) {
      if (merged !== this.merged) return;
      if (file.kind === 'capture' && !this.open.has(file.path) && file.state !== 'receiving')
        await this.indexFile(file);
    }
    if (merged !== this.merged) return;
    this.isIndexing = false;
    this.of.changed();
  }

  private async indexFile(file: StoredFile): Promise<void> {
    const { files, clock } = this.of.system;
    const before = file.state;
    this.stateBefore.set(file.path, before);
    const onDisk = plain(this.of.at, file);
    try {
      const indexer = new CaptureIndexer({ decodeAs: this.rules, memory: indexMemoryOf(this.of.system) });
      const frames = this.frames.get(file.path) ?? new FrameFile(files.openRead(onDisk));
      this.frames.delete(file.path);
      const capture = new Capture(file.path, indexer.index, frames);
      file.state = 'receiving';
      this.add(file, capture);
      let shownMs = clock.monotonicMs();
      for await (const chunk of files.read(onDisk)) {
        // Taken off the list meanwhile, or read anew under other rules.
        if (this.open.get(file.path) !== capture) break;
        indexer.append(chunk);
        if (clock.monotonicMs() - shownMs > 100) {
          shownMs = clock.monotonicMs();
          file.packets = indexer.index.packetCount;
          this.of.changed();
        }
      }
      if (this.open.get(file.path) !== capture) return;
      indexer.end();
      file.packets = indexer.index.packetCount;
      file.point = capture.points().join(', ');
      file.state = before;
      this.stateBefore.delete(file.path);
    } catch (error) {
      file.state = 'failed';
      file.issues = [`${file.path} ${reasonOf(error)}; send the file again`];
      this.stateBefore.delete(file.path);
    }
  }

  add(file: StoredFile, capture: Capture): void {
    capture.edits = this.of.editsOf(file.path);
    this.open.set(file.path, capture);
    this.merge();
  }

  private merge(): void {
    this.merged.setCaptures([...this.of.files.keys()].flatMap((p) => this.open.get(p) ?? []));
  }

  /** Takes files off the list of packets. */
  forget(paths: readonly string[]): void {
    for (const path of paths) {
      this.open.get(path)?.close();
      this.open.delete(path);
      this.frames.get(path)?.close();
      this.frames.delete(path);
      this.stateBefore.delete(path);
    }
    this.merge();
  }

  /**
   * Reads every capture anew under these rules. What is still arriving goes on under its own; `arrived` reads it anew when it is
   * complete.
   */
  setDecodeAs(rules: readonly DecodeAsRule[]): void {
    this.rules = rules;
    this.leaveAll((path) => this.isArriving(path));
  }

  /** What came under `rules` is complete: read anew where others apply by now. */
  arrived(rules: readonly DecodeAsRule[]): void {
    if (rules !== this.rules) this.leaveAll((path) => this.isArriving(path));
  }

  /** Its bytes come from outside, not from the disk. */
  private isArriving(path: string): boolean {
    return this.of.files.get(path)?.state === 'receiving' && !this.stateBefore.has(path);
  }

  /** The state of a file as it was before it was indexed again. */
  stateOf(file: StoredFile): StoredFile['state'] {
    return this.stateBefore.get(file.path) ?? file.state;
  }

  /** Gives memory and file handles back; the next question indexes again. */
  rest(): void {
    this.leaveAll(() => false);
    for (const frames of this.frames.values()) frames.close();
    this.frames.clear();
  }

  private leaveAll(isKept: (path: string) => boolean): void {
    for (const [path, capture] of this.open) {
      if (isKept(path)) continue;
      // Answers that are being written may still read their frames.
      this.frames.set(path, capture.frames);
      this.open.delete(path);
    }
    // An indexing that was going on stops when it sees that its capture is gone.
    for (const [path, before] of this.stateBefore) {
      const file = this.of.files.get(path);
      if (file !== undefined) file.state = before;
    }
    this.stateBefore.clear();
    this.merged = new Packets(this.of.system.clock);
    this.merge();
    this.indexing = null;
    this.naming = null;
    this.isIndexing = false;
  }
}
