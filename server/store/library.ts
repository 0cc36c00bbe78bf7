// The library: every case on disk, and the samples of the package. Listing is cheap, indexing waits until somebody looks.
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { CaseSummary } from '../../api/schemas.ts';
import { detectCapture } from '../../parsers/capture/detect.ts';
import { detectDump } from '../../parsers/nodestate/detect.ts';
import { Refusal } from '../refusal.ts';
import { reasonOf, type System } from '../system/system.ts';
import { isOthers } from './capture-owner.ts';
import { finishCapture } from './finish-capture.ts';
import { defaultLimits, type StoreLimits } from './limits.ts';
import { OpenCase } from './open-case.ts';
import { newFile } from './receive.ts';
import {
  asUploaded,
  type CaseFolder,
  type StoredCase,
  type StoredFile,
  sampleCase,
  storedCase,
} from './stored-case.ts';

export type LibraryChange = { readonly type: 'library' } | { readonly type: 'case'; readonly id: string };

export interface LibraryOptions {
  readonly system: System;
  readonly dataFolder: string;
  /** Null: no samples. */
  readonly samplesFolder: string | null;
  readonly limits?: StoreLimits;
  /** Says what could not be read at the start. */
  readonly warn: (message: string) => void;
}

/** A case that nobody asked for packets of gives its memory back. */
const idleMs = 15 * 60_000;

/** An upload that nothing was added to for so long is not going on. */
const leftoverMs = 60 * 60_000;

/** A capture that had not ended, or not begun, has ended with its server. */
function afterRestart(capture: StoredCase['capture']): StoredCase['capture'] {
  return capture === undefined || capture.state === 'ended' ? capture : { state: 'ended', reason: 'server ended' };
}

export class Library {
  readonly dataFolder: string;
  readonly limits: StoreLimits;
  private readonly system: System;
  private readonly samplesFolder: string | null;
  private readonly warn: (message: string) => void;
  private readonly cases = new Map<string, OpenCase>();
  private readonly listeners = new Set<(change: LibraryChange) => void>();
  private readonly samplePlaces = new Map<string, number>();
  private samplesRead: Promise<void> | null = null;
  private stopResting: () => void = () => undefined;

  constructor(options: LibraryOptions) {
    this.system = options.system;
    this.dataFolder = options.dataFolder;
    this.samplesFolder = options.samplesFolder;
    this.limits = options.limits ?? defaultLimits;
    this.warn = options.warn;
  }

  onChange(listener: (change: LibraryChange) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private tell(change: LibraryChange): void {
    for (const listener of this.listeners) listener(change);
  }

  private get casesFolder(): string {
    return path.join(this.dataFolder, 'cases');
  }

  /** Reads the JSON of every case. A case that cannot be read is left alone and named. */
  async open(): Promise<void> {
    await this.system.files.makeFolder(this.casesFolder);
    for (const entry of await this.system.files.list(this.casesFolder)) {
      if (entry.kind !== 'folder') continue;
      const folder = path.join(this.casesFolder, entry.name);
      try {
        const stored = storedCase.parse(JSON.parse(await this.system.files.readText(path.join(folder, 'case.json'))));
        await this.removeLeftovers(path.join(folder, 'incoming'));
        const at = { folder, sample: false };
        const files: StoredFile[] = [];
        for (const file of stored.files) files.push(...(await this.surviving(at, file)));
        const others = files.some((f) => f.live !== null);
        const capture = others ? stored.capture : afterRestart(stored.capture);
        const added = this.add(entry.name, at, { ...stored, files, capture });
        // Another server's case is its own to write.
        if (stored.files.some((f) => f.live !== null) && files.every((f) => f.live === null)) await added.save();
      } catch (error) {
        this.warn(
          `${path.join(folder, 'case.json')}: ${error instanceof SyntaxError ? 'is not JSON' : reasonOf(error)}; the case is left out`,
        );
      }
    }
    this.stopResting = this.system.clock.every(60_000, () => this.restIdle());
  }

  /** What a crashed server was receiving. Another server may be receiving now, so only what is old goes. */
  private async removeLeftovers(incoming: string): Promise<void> {
    if ((await this.system.files.stat(incoming)) === null) return;
    for (const { name } of await this.system.files.list(incoming)) {
      const file = path.join(incoming, name);
      const age = this.system.clock.now().getTime() - ((await this.system.files.stat(file))?.modifiedMs ?? 0);
      if (age > leftoverMs) await this.system.files.remove(file);
    }
  }

  /**
   * After a restart nothing is arriving any more: what had not arrived whole is gone with the incoming folder. A capture of ours that
   * was running is finished; one that another server writes is left alone.
   */
  private async surviving(at: CaseFolder, file: StoredFile): Promise<StoredFile[]> {
    if (file.state !== 'receiving') return [file];
    if (file.live === null) return [];
    const onDisk = asUploaded(at, file);
    if ((await this.system.files.stat(onDisk)) === null) return [];
    if (await isOthers(this.system, file.live)) {
      this.warn(`${onDisk} is being captured by another vethscope (process ${file.live.split(' ')[0]})`);
      return [{ ...file, state: 'ready' }];
    }
    const whole = await finishCapture(this.system, onDisk, 'The server ended during this capture.');
    const issue = 'The server ended during this capture (server ended); every packet that had been written is here.';
    return [{ ...file, ...whole, state: 'ready', live: null, issues: [...file.issues, issue] }];
  }

  private add(id: string, at: CaseFolder, stored: StoredCase): OpenCase {
    const onChange = (changed: string) => this.tell({ type: 'case', id: changed });
    const added = new OpenCase({ id, at, stored, system: this.system, limits: this.limits, onChange });
    this.cases.set(id, added);
    return added;
  }

  private restIdle(): void {
    const now = this.system.clock.monotonicMs();
    for (const c of this.cases.values()) if (!c.busy && c.lastUsedMs > 0 && now - c.lastUsedMs > idleMs) c.rest();
  }

  // ---- samples ----

  private samples(): Promise<void> {
    this.samplesRead ??= this.readSamples();
    return this.samplesRead;
  }

  private async readSamples(): Promise<void> {
    const folder = this.samplesFolder;
    if (folder === null || (await this.system.files.stat(folder)) === null) return;
    for (const entry of await this.system.files.list(folder)) {
      if (entry.kind !== 'folder') continue;
      const at = { folder: path.join(folder, entry.name), sample: true };
      try {
        const { place, ...about } = sampleCase.parse(
          JSON.parse(await this.system.files.readText(path.join(at.folder, 'case.json'))),
        );
        const files = await this.sampleFiles(at.folder, '');
        this.samplePlaces.set(entry.name, place);
        const sample = this.add(entry.name, at, { ...about, files: files.filter((f) => f.path !== 'case.json') });
        await sample.packets(10_000);
      } catch (error) {
        this.warn(`sample ${entry.name}: ${reasonOf(error)}; it is left out`);
      }
    }
  }

  private async sampleFiles(top: string, below: string): Promise<StoredFile[]> {
    const found: StoredFile[] = [];
    for (const entry of await this.system.files.list(path.join(top, below))) {
      const name = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.kind === 'folder') found.push(...(await this.sampleFiles(top, name)));
      if (entry.kind === 'file') found.push(await this.sampleFile(top, name));
    }
    return found;
  }

  private async sampleFile(top: string, name: string): Promise<StoredFile> {
    const onDisk = path.join(top, name);
    const handle = this.system.files.openRead(onDisk);
    const head = new Uint8Array(4);
    const read = handle.readAt(0, head);
    handle.close();
    const bytes = (await this.system.files.stat(onDisk))?.bytes ?? 0;
    const capture = detectCapture(head.subarray(0, read));
    const file: StoredFile = { ...newFile(name, false), bytes, state: 'ready' };
    if (capture !== null) return { ...file, kind: 'capture', format: capture, packets: 0 };
    const format = detectDump(name, await this.system.files.readText(onDisk));
    return { ...file, kind: format === null ? 'unknown' : 'dump', format };
  }

  // ---- cases ----

  /** Newest first, samples last, in their own order. */
  async list(): Promise<CaseSummary[]> {
    await this.samples();
    const all = [...this.cases.values()].map((c) => c.summary());
    const order = (c: CaseSummary) => (c.sample ? (this.samplePlaces.get(c.id) ?? 0) : 0);
    return all.sort((x, y) => order(x) - order(y) || (x.created < y.created ? 1 : x.created > y.created ? -1 : 0));
  }

  async get(id: string): Promise<OpenCase> {
    await this.samples();
    const found = this.cases.get(id);
    if (found === undefined)
      throw new Refusal(404, 'no-case', `there is no case ${JSON.stringify(id)}; GET /api/cases lists them`);
    return found;
  }

  /** Refuses an upload by its announced size, before a byte of it is read. */
  checkAnnounced(bytes: number): void {
    if (bytes <= this.limits.maxUploadBytes) return;
    const limit = this.limits.maxUploadBytes;
    throw new Refusal(
      413,
      'too-large',
      `a file may have ${limit} bytes; split the capture (editcap -c) and send the parts`,
    );
  }

  summaryOf(id: string): CaseSummary | null {
    return this.cases.get(id)?.summary() ?? null;
  }

  async create(name: string): Promise<OpenCase> {
    await this.samples();
    const now = this.system.clock.now().toISOString();
    const id = `${now.slice(0, 19).replace(/[-:]/g, '').replace('T', '-')}-${randomBytes(3).toString('hex')}`;
    const folder = path.join(this.casesFolder, id);
    await this.system.files.makeFolder(folder);
    const created = this.add(id, { folder, sample: false }, { name, description: '', created: now, files: [] });
    await created.save();
    this.tell({ type: 'library' });
    return created;
  }

  async remove(id: string): Promise<void> {
    const found = await this.get(id);
    if (found.at.sample) throw new Refusal(403, 'sample', 'a sample cannot be deleted; it belongs to the package');
    this.cases.delete(id);
    await found.remove();
    this.tell({ type: 'library' });
  }

  /** Waits for what is being written down; uploads must have ended, or been cut off, before. */
  async close(): Promise<void> {
    this.stopResting();
    for (let waited = 0; waited < 2000 && [...this.cases.values()].some((c) => c.isReceiving); waited += 20) {
      await this.system.clock.delay(20);
    }
    for (const c of this.cases.values()) {
      await c.saved();
      c.rest();
    }
  }
}
