// A case in use: its list of files, its captures with their indexes, its node state. Built from the JSON on disk; captures are
// indexed again the first time somebody asks for packets.
import path from 'node:path';
import type { CaseCapture, CaseDetail, CaseSummary, PacketRows } from '../../api/schemas.ts';
import { CaptureIndexer } from '../../parsers/index/capture-index.ts';
import type { NodeState } from '../../parsers/nodestate/state.ts';
import { Capture } from '../packets/capture.ts';
import { FrameFile } from '../packets/frame-file.ts';
import { Packets } from '../packets/packets.ts';
import { Refusal } from '../refusal.ts';
import { reasonOf, type System } from '../system/system.ts';
import { canSimulate } from '../trace/can-simulate.ts';
import type { Bytes } from '../unpack/byte-reader.ts';
import { safePath } from '../unpack/safe-path.ts';
import { ownIdentity } from './capture-owner.ts';
import { GrowingFile } from './growing-file.ts';
import type { StoreLimits } from './limits.ts';
import { NodeStates } from './node-states.ts';
import { newFile, type Receiver, Upload } from './receive.ts';
import { asUploaded, type CaseFolder, plain, type StoredCase, type StoredFile, shownFile } from './stored-case.ts';

export interface CaseOptions {
  readonly id: string;
  readonly at: CaseFolder;
  readonly stored: StoredCase;
  readonly system: System;
  readonly limits: StoreLimits;
  readonly onChange: (id: string) => void;
}

export class OpenCase {
  readonly id: string;
  readonly at: CaseFolder;
  readonly name: string;
  readonly description: string;
  readonly created: string;
  lastUsedMs = 0;
  /** What the dumps say of the node, at each time they were taken. */
  readonly states: NodeStates;
  private readonly system: System;
  private readonly limits: StoreLimits;
  private readonly onChange: (id: string) => void;
  private readonly files = new Map<string, StoredFile>();
  private readonly captures = new Map<string, Capture>();
  private packetsOfCase: Packets;
  private indexing: Promise<void> | null = null;
  private naming: Promise<void> | null = null;
  private isIndexing = false;
  private saving: Promise<void> = Promise.resolve();
  private capture: CaseCapture | undefined;
  private receiving = 0;
  private deleted = false;
  /** What is being done in the background. */
  private readonly goingOn = new Set<string>();
  /** What the files that are being indexed again were before. */
  private readonly stateBefore = new Map<string, StoredFile['state']>();

  constructor(options: CaseOptions) {
    this.id = options.id;
    this.at = options.at;
    this.name = options.stored.name;
    this.description = options.stored.description;
    this.created = options.stored.created;
    this.capture = options.stored.capture;
    this.system = options.system;
    this.limits = options.limits;
    this.onChange = options.onChange;
    for (const file of options.stored.files) this.files.set(file.path, file);
    this.packetsOfCase = new Packets(this.system.clock);
    this.states = new NodeStates(() => this.dumpFiles());
  }

  private get captureFiles(): StoredFile[] {
    return [...this.files.values()].filter((f) => f.kind === 'capture');
  }

  summary(): CaseSummary {
    const files = [...this.files.values()];
    return {
      id: this.id,
      name: this.name,
      description: this.description,
      created: this.created,
      sample: this.at.sample,
      packets: files.reduce((sum, f) => sum + (f.packets ?? 0), 0),
      captures: files.filter((f) => f.kind === 'capture').length,
      dumps: files.filter((f) => f.kind === 'dump').length,
      bytes: files.filter((f) => !f.member).reduce((sum, f) => sum + f.bytes, 0),
      state: files.some((f) => f.state === 'receiving') ? 'receiving' : 'ready',
      ...(this.capture === undefined ? {} : { capture: this.capture }),
    };
  }

  async detail(): Promise<CaseDetail> {
    const packets = await this.packets(300);
    const span = packets.span();
    const state = await this.nodeState();
    packets.joining.know(state);
    return {
      ...this.summary(),
      files: [...this.files.values()].map(shownFile),
      points: packets.points(),
      firstNs: span?.firstNs.toString() ?? null,
      lastNs: span?.lastNs.toString() ?? null,
      hasNodeState: canSimulate(state),
      issues: [...this.files.values()]
        .filter((f) => f.state === 'failed')
        .map((f) => `${f.path}: ${f.issues[0] ?? 'could not be read'}`),
    };
  }

  // ---- packets ----

  /** The merged packets; indexes first what is not yet indexed, and waits for it no longer than `waitMs`. */
  async packets(waitMs: number): Promise<Packets> {
    this.lastUsedMs = this.system.clock.monotonicMs();
    this.indexing ??= this.indexAll();
    this.naming ??= this.nameAll(this.packetsOfCase);
    await Promise.race([Promise.all([this.indexing, this.naming]), this.system.clock.delay(waitMs)]);
    await this.packetsOfCase.catchUp(waitMs);
    return this.packetsOfCase;
  }

  /** Gives the packets the names that the dumps know. */
  private async nameAll(packets: Packets): Promise<void> {
    packets.setState(await this.nodeState());
  }

  /** A window of the packet list. What is not yet tested goes on in the background, and subscribers hear of the new totals. */
  async rows(filter: string, offset: number, count: number, waitMs: number): Promise<PacketRows> {
    const packets = await this.packets(0);
    // The first rows of a large capture need not wait for the last ones to be indexed.
    const started = this.system.clock.monotonicMs();
    const left = () => waitMs - (this.system.clock.monotonicMs() - started);
    while (this.isIndexing && packets.list.total < offset + count && left() > 0) await this.packets(20);
    const { page, settled } = await packets.rows(filter, offset, count, Math.max(0, left()));
    if (!settled) void this.goOn(`filter ${filter}`, packets, () => packets.continueFilter(filter));
    if (!packets.joining.isDone) void this.goOn('join', packets, () => packets.joining.goOn());
    return page;
  }

  /** Goes on in the background, once at a time; subscribers hear of it. */
  private async goOn(what: string, packets: Packets, step: () => Promise<boolean>): Promise<void> {
    if (this.goingOn.has(what)) return;
    this.goingOn.add(what);
    while (packets === this.packetsOfCase && !(await step())) this.onChange(this.id);
    this.goingOn.delete(what);
    this.onChange(this.id);
  }

  private async indexAll(): Promise<void> {
    this.isIndexing = true;
    for (const file of this.captureFiles) {
      if (!this.captures.has(file.path) && file.state !== 'receiving') await this.indexFile(file);
    }
    this.isIndexing = false;
    this.onChange(this.id);
  }

  private async indexFile(file: StoredFile): Promise<void> {
    const before = file.state;
    this.stateBefore.set(file.path, before);
    const onDisk = plain(this.at, file);
    try {
      const indexer = new CaptureIndexer();
      const capture = new Capture(file.path, indexer.index, new FrameFile(this.system.files.openRead(onDisk)));
      file.state = 'receiving';
      this.addCapture(file, capture);
      let shownMs = this.system.clock.monotonicMs();
      for await (const chunk of this.system.files.read(onDisk)) {
        indexer.append(chunk);
        if (this.system.clock.monotonicMs() - shownMs > 100) {
          shownMs = this.system.clock.monotonicMs();
          file.packets = indexer.index.packetCount;
          this.onChange(this.id);
        }
      }
      indexer.end();
      file.packets = indexer.index.packetCount;
      file.point = capture.points().join(', ');
      file.state = before;
    } catch (error) {
      file.state = 'failed';
      file.issues = [`${file.path} ${reasonOf(error)}; send the file again`];
    } finally {
      this.stateBefore.delete(file.path);
    }
  }

  private addCapture(file: StoredFile, capture: Capture): void {
    this.captures.set(file.path, capture);
    const inOrder = [...this.files.keys()].flatMap((p) => this.captures.get(p) ?? []);
    this.packetsOfCase.setCaptures(inOrder);
  }

  // ---- files ----

  private add(file: StoredFile): void {
    if (this.files.size >= this.limits.maxFilesPerCase) {
      throw new Refusal(
        413,
        'too-many-files',
        `a case may have ${this.limits.maxFilesPerCase} files; start another case`,
      );
    }
    this.files.set(file.path, file);
    this.onChange(this.id);
  }

  /** Why a file of this path cannot be taken now; null when it can. */
  private obstacle(wanted: string): Refusal | null {
    const known = this.files.get(wanted);
    if (known?.state === 'receiving')
      return new Refusal(409, 'busy', `${wanted} is still arriving; wait for it to end`);
    if (known !== undefined && known.state !== 'failed') {
      return new Refusal(
        409,
        'exists',
        `the case already has ${wanted}; send it under another name, or start another case`,
      );
    }
    const other = [...this.files.keys()].find(
      (p) => wanted.startsWith(`${p}/`) || (p.startsWith(`${wanted}/`) && known === undefined),
    );
    if (other === undefined) return null;
    return new Refusal(409, 'exists', `${wanted} and ${other} cannot both be files of the case; rename one`);
  }

  /** Streams one upload into the case. */
  async receive(rawPath: string, source: Bytes): Promise<StoredFile> {
    if (this.at.sample) throw new Refusal(403, 'sample', 'a sample cannot be changed; start a case of your own');
    const safe = safePath(rawPath);
    if (!safe.ok) throw new Refusal(400, 'bad-path', safe.message);
    const obstacle = this.obstacle(safe.path);
    if (obstacle !== null) throw obstacle;
    await this.packets(0);
    this.forget(safe.path);
    const file = newFile(safe.path, false);
    this.add(file);
    this.receiving += 1;
    const self = this;
    const receiver: Receiver = {
      at: this.at,
      addFile: (member) => this.add(member),
      addCapture: (of, capture) => this.addCapture(of, capture),
      changed: () => this.onChange(this.id),
      get gone() {
        return self.deleted;
      },
    };
    try {
      await new Upload(this.system, this.limits, receiver).take(file, source);
    } catch (error) {
      this.forget(safe.path);
      throw error;
    } finally {
      this.receiving -= 1;
      this.states.forget();
      this.naming = null;
      if (!this.deleted) await this.save();
      this.onChange(this.id);
    }
    return file;
  }

  /** A capture file that we write ourselves, packet by packet, and that is read while it grows. */
  async grow(filePath: string): Promise<GrowingFile> {
    const obstacle = this.obstacle(filePath);
    if (obstacle !== null) throw obstacle;
    await this.packets(0);
    const owner = await ownIdentity(this.system);
    const file: StoredFile = {
      ...newFile(filePath, false),
      kind: 'capture',
      format: 'pcapng',
      live: owner,
      packets: 0,
    };
    this.add(file);
    await this.save();
    return GrowingFile.open(this.system, this.at, file, {
      opened: (capture) => this.addCapture(file, capture),
      isGone: () => this.deleted,
      changed: () => this.onChange(this.id),
      ended: async () => {
        if (!this.deleted) await this.save();
        this.onChange(this.id);
      },
    });
  }

  /** Takes a file out of the case, from the disk as well: the oldest of a ring. */
  async drop(filePath: string): Promise<void> {
    const file = this.files.get(filePath);
    if (file === undefined) return;
    this.forget(filePath);
    await this.system.files.remove(asUploaded(this.at, file));
    await this.save();
    this.onChange(this.id);
  }

  /** Takes a file and what came out of it off the list; its bytes are written over or removed by whoever asked. */
  private forget(wanted: string): void {
    const leaving = [...this.files.keys()].filter((p) => p === wanted || p.startsWith(`${wanted}/`));
    if (leaving.length === 0) return;
    for (const p of leaving) {
      this.files.delete(p);
      this.captures.get(p)?.close();
      this.captures.delete(p);
    }
    this.packetsOfCase.setCaptures([...this.captures.values()]);
    this.states.forget();
  }

  fileOf(wanted: string): StoredFile {
    const file = this.files.get(wanted);
    if (file === undefined)
      throw new Refusal(404, 'no-file', `the case has no file ${JSON.stringify(wanted)}; GET the case for its files`);
    if (file.state === 'receiving' && !this.captures.has(wanted))
      throw new Refusal(409, 'busy', `${wanted} is still arriving`);
    return file;
  }

  /** The bytes of a file as they were uploaded. */
  download(wanted: string): { bytes: number; body: Bytes; name: string } {
    const file = this.fileOf(wanted);
    const onDisk = asUploaded(this.at, file);
    return { bytes: file.bytes, body: this.system.files.read(onDisk), name: path.posix.basename(file.path) };
  }

  async dumpText(wanted: string): Promise<string> {
    const file = this.fileOf(wanted);
    if (file.kind !== 'dump') throw new Refusal(400, 'not-a-dump', `${wanted} is not a dump; download it instead`);
    return this.system.files.readText(plain(this.at, file));
  }

  // ---- node state ----

  /** The newest there is. */
  nodeState(): Promise<NodeState> {
    return this.states.newest();
  }

  private dumpFiles() {
    return [...this.files.values()]
      .filter((f) => f.kind === 'dump' && f.state !== 'receiving')
      .map((f) => ({ path: f.path, text: () => this.system.files.readText(plain(this.at, f)) }));
  }

  // ---- life ----

  /** How the live capture that fills it stands; kept, so that it is known after a restart too. */
  async setCapture(capture: CaseCapture): Promise<void> {
    this.capture = capture;
    if (!this.deleted) await this.save();
    this.onChange(this.id);
  }

  save(): Promise<void> {
    const stored: StoredCase = {
      name: this.name,
      description: this.description,
      created: this.created,
      ...(this.capture === undefined ? {} : { capture: this.capture }),
      files: [...this.files.values()].map((f) => ({ ...f, state: this.stateBefore.get(f.path) ?? f.state })),
    };
    const text = `${JSON.stringify(stored, null, 1)}\n`;
    this.saving = this.saving.then(() => this.system.files.writeAside(path.join(this.at.folder, 'case.json'), text));
    return this.saving;
  }

  /** Resolves when everything said to `save` is on disk. */
  saved(): Promise<void> {
    return this.saving;
  }

  get isReceiving(): boolean {
    return this.receiving > 0;
  }

  get busy(): boolean {
    return this.receiving > 0 || [...this.files.values()].some((f) => f.state === 'receiving');
  }

  /** Gives memory and file handles back; the next question indexes again. */
  rest(): void {
    for (const capture of this.captures.values()) capture.close();
    this.captures.clear();
    this.packetsOfCase = new Packets(this.system.clock);
    this.indexing = null;
    this.naming = null;
    this.states.forget();
  }

  async remove(): Promise<void> {
    this.deleted = true;
    this.rest();
    await this.saving;
    await this.system.files.remove(this.at.folder);
  }
}
