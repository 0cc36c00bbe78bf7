// A case in use: its list of files, its node state, and what was said about it. Built from the JSON on disk, which every change
// writes anew; its captures and their indexes are in case-captures.ts.
import path from 'node:path';
import type { CommentsRequest } from '../../api/comments.ts';
import type { CaseCapture, CaseDetail, CaseSummary, PacketRows } from '../../api/schemas.ts';
import type { NodeState } from '../../parsers/nodestate/state.ts';
import { type DecodeAsRule, decodeAsText, parseDecodeAs } from '../../parsers/wire/decode-as.ts';
import { CommentEdits } from '../packets/comment-edits.ts';
import { comment } from '../packets/commented.ts';
import type { Packets } from '../packets/packets.ts';
import { Refusal } from '../refusal.ts';
import type { System } from '../system/system.ts';
import { canSimulate } from '../trace/can-simulate.ts';
import type { Bytes } from '../unpack/byte-reader.ts';
import { safePath } from '../unpack/safe-path.ts';
import { ownIdentity } from './capture-owner.ts';
import { CaseCaptures } from './case-captures.ts';
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
  private readonly captures: CaseCaptures;
  private readonly edits = new Map<string, CommentEdits>();
  private saving: Promise<void> = Promise.resolve();
  private capture: CaseCapture | undefined;
  private receiving = 0;
  private deleted = false;

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
    this.states = new NodeStates(() => this.dumpFiles());
    for (const [file, said] of Object.entries(options.stored.comments ?? {}))
      this.edits.set(file, new CommentEdits(said));
    // What this version does not decode is no rule any more.
    const rules = (options.stored.decodeAs ?? [])
      .map(parseDecodeAs)
      .flatMap((parsed) => (parsed.ok ? [parsed.rule] : []));
    const of = {
      at: this.at,
      system: this.system,
      files: this.files,
      editsOf: (file: string) => this.editsOf(file),
      nodeState: () => this.nodeState(),
      changed: () => this.onChange(this.id),
    };
    this.captures = new CaseCaptures(of, rules);
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
      decodeAs: this.decodeAs(),
      issues: [...this.files.values()]
        .filter((f) => f.state === 'failed')
        .map((f) => `${f.path}: ${f.issues[0] ?? 'could not be read'}`),
    };
  }

  // ---- packets ----

  /** The merged packets; indexes first what is not yet indexed, and waits for it no longer than `waitMs`. */
  packets(waitMs: number): Promise<Packets> {
    this.lastUsedMs = this.system.clock.monotonicMs();
    return this.captures.packets(waitMs);
  }

  /** A window of the packet list. What is not yet tested goes on in the background, and subscribers hear of the new totals. */
  rows(filter: string, offset: number, count: number, waitMs: number): Promise<PacketRows> {
    this.lastUsedMs = this.system.clock.monotonicMs();
    return this.captures.rows(filter, offset, count, waitMs);
  }

  get decodeAsRules(): readonly DecodeAsRule[] {
    return this.captures.decodeAs;
  }

  /** Which ports are read as which protocols, in tshark's words (`tcp.port==8888,http`). */
  decodeAs(): string[] {
    return this.captures.decodeAs.map(decodeAsText);
  }

  /** Reads the captures anew under these rules; kept, for all who look at the case. */
  async setDecodeAs(texts: readonly string[]): Promise<string[]> {
    this.refuseSample();
    const rules: DecodeAsRule[] = [];
    for (const text of texts) {
      const parsed = parseDecodeAs(text);
      if (!parsed.ok) throw new Refusal(400, 'bad-rule', parsed.message);
      // Said again it holds once, and as the last: a later rule wins.
      const known = rules.findIndex((rule) => decodeAsText(rule) === decodeAsText(parsed.rule));
      if (known >= 0) rules.splice(known, 1);
      rules.push(parsed.rule);
    }
    if (rules.map(decodeAsText).join() === this.decodeAs().join()) return this.decodeAs();
    this.captures.setDecodeAs(rules);
    await this.save();
    this.onChange(this.id);
    return this.decodeAs();
  }

  private editsOf(file: string): CommentEdits {
    const known = this.edits.get(file) ?? new CommentEdits();
    this.edits.set(file, known);
    return known;
  }

  /** Changes comments; the captures' files stay as they are. Gives those that hold now. */
  async comment(request: CommentsRequest): Promise<readonly string[]> {
    this.refuseSample();
    const holding = comment(await this.packets(1500), request);
    await this.save();
    this.onChange(this.id);
    return holding;
  }

  private refuseSample(): void {
    if (this.at.sample) throw new Refusal(403, 'sample', 'a sample cannot be changed; start a case of your own');
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
    this.refuseSample();
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
    const { decodeAs } = this.captures;
    const receiver: Receiver = {
      at: this.at,
      decodeAs,
      addFile: (member) => this.add(member),
      addCapture: (of, capture) => this.captures.add(of, capture),
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
      this.captures.forgetNames();
      this.captures.arrived(decodeAs);
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
    const { decodeAs } = this.captures;
    return GrowingFile.open(this.system, this.at, file, {
      decodeAs,
      opened: (capture) => this.captures.add(file, capture),
      isGone: () => this.deleted,
      changed: () => this.onChange(this.id),
      ended: async () => {
        this.captures.arrived(decodeAs);
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
      this.edits.delete(p);
    }
    this.captures.forget(leaving);
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
      decodeAs: this.decodeAs(),
      comments: Object.fromEntries(
        [...this.edits].flatMap(([file, said]) => (said.isEmpty ? [] : [[file, said.stored()]])),
      ),
      files: [...this.files.values()].map((f) => ({ ...f, state: this.captures.stateOf(f) })),
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
    this.captures.rest();
    this.states.forget();
  }

  async remove(): Promise<void> {
    this.deleted = true;
    this.rest();
    await this.saving;
    await this.system.files.remove(this.at.folder);
  }
}
