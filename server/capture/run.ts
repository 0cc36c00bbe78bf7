// One capture while it runs: engines started at every point, their packets merged into one pcapng, limits watched, counters kept.
// Surprise: it never waits for a reader. Whole blocks go to the sink (a file, a pipe) and only what has been written is counted; while
// a write is under way the engines may be paused, and then the kernel's buffers fill and its drops are counted and shown.
import type { CaptureLimits, CapturePoint, CaptureStatus } from '../../api/live.ts';
import { type NameToWrite, PcapngBuilder } from '../../parsers/capture/pcapng-builder.ts';
import type { CaptureRecord } from '../../parsers/capture/record.ts';
import { Refusal } from '../refusal.ts';
import { reasonOf, type System } from '../system/system.ts';
import { type Engine, heldBackMs, type PointCapture } from './engine.ts';
import { Merge } from './merge.ts';
import { describePoint } from './point-description.ts';
import type { Trigger } from './trigger.ts';

export interface RunPoint {
  readonly point: CapturePoint;
  /** The filter that runs here. */
  readonly filter: string;
}

export interface CaptureSink {
  /** Whole blocks. Resolves when they are on disk, or taken by the reader. */
  write(chunk: Uint8Array): Promise<void>;
  /** Ends this file and begins the next one of a ring. */
  next(): Promise<void>;
  close(): Promise<void>;
  /** Folder whose disk must keep room; null: nothing is kept. */
  readonly folder: string | null;
}

export interface RunOptions {
  readonly system: System;
  readonly engine: Engine;
  readonly caseId: string;
  readonly points: readonly RunPoint[];
  readonly snaplen: number;
  readonly limits: CaptureLimits;
  readonly trigger: Trigger | null;
  readonly names: readonly NameToWrite[];
  /** `vethscope 0.1.0` */
  readonly application: string;
  readonly comment: string;
  readonly sink: CaptureSink;
  readonly onChange: () => void;
}

interface Point {
  readonly of: RunPoint;
  readonly stream: number;
  capture: PointCapture | null;
  interfaceId: number | null;
  state: 'starting' | 'running' | 'ended' | 'failed';
  packets: number;
  bytes: number;
  received: number | null;
  dropped: number | null;
  error: string | null;
}

const tickMs = 50;
/** Points get so long to begin; what begins later is added when it does. */
const startMs = 5000;
/** Above this the engines wait. */
const queueLimit = 64 << 20;
const chunkLimit = 4 << 20;

export class CaptureRun {
  readonly ended: Promise<void>;
  private readonly o: RunOptions;
  private readonly merge = new Merge();
  private readonly builder = new PcapngBuilder();
  private readonly points: Point[];
  private state: CaptureStatus['state'] = 'running';
  private reason: string | null = null;
  private startedAt: Date | null = null;
  private endedAt: Date | null = null;
  private packets = 0;
  private bytes = 0;
  private fileBytes = 0;
  private interfaces = 0;
  private headerWritten = false;
  private busy = false;
  private paused = false;
  private lastTickMs = 0;
  private lastCountMs = 0;
  /** Packets of a later time are not part of it; null while it runs. */
  private cut: { seconds: number; nanos: number } | null = null;
  private rate = { ms: 0, packets: 0, perSecond: 0 };
  private stopTicking: () => void = () => undefined;
  private resolveEnded: () => void = () => undefined;

  constructor(options: RunOptions) {
    this.o = options;
    this.points = options.points.map((of) => ({
      of,
      stream: this.merge.addStream(),
      capture: null,
      interfaceId: null,
      state: 'starting',
      packets: 0,
      bytes: 0,
      received: null,
      dropped: options.engine.countsDrops ? 0 : null,
      error: null,
    }));
    this.ended = new Promise((resolve) => {
      this.resolveEnded = resolve;
    });
  }

  status(): CaptureStatus {
    return {
      caseId: this.o.caseId,
      state: this.state,
      startedAt: this.startedAt?.toISOString() ?? null,
      endedAt: this.endedAt?.toISOString() ?? null,
      reason: this.reason,
      packets: this.packets,
      bytes: this.bytes,
      packetsPerSecond: this.state === 'ended' ? 0 : this.rate.perSecond,
      points: this.points.map((p) => ({
        id: p.of.point.id,
        label: p.of.point.label,
        filter: p.of.filter,
        state: p.state,
        packets: p.packets,
        bytes: p.bytes,
        kernelDrops: p.dropped,
        error: p.error,
      })),
      limits: this.o.limits,
    };
  }

  /** Resolves when every point runs or has failed. Refuses, and leaves nothing running, when none runs. */
  async start(): Promise<void> {
    const { clock } = this.o.system;
    this.startedAt = clock.now();
    this.lastTickMs = clock.monotonicMs();
    this.rate.ms = this.lastTickMs;
    try {
      for (const p of this.points) this.startPoint(p);
    } catch (error) {
      this.abandon();
      throw error;
    }
    const until = clock.monotonicMs() + startMs;
    while (clock.monotonicMs() <= until && this.points.some((p) => !this.begun(p))) await clock.delay(20);
    if (this.points.every((p) => p.state === 'failed' || p.state === 'ended') && this.packets === 0) {
      this.abandon();
      const why = this.points.map((p) => `${p.of.point.label}: ${p.error ?? 'ended at once'}`).join('; ');
      throw new Refusal(422, 'capture-failed', `nothing can be captured: ${why}`);
    }
    this.stopTicking = clock.every(tickMs, () => void this.tick());
  }

  private begun(p: Point): boolean {
    if (p.state === 'starting' && this.merge.linkType(p.stream) !== null) p.state = 'running';
    return p.state !== 'starting';
  }

  private abandon(): void {
    for (const p of this.points) p.capture?.kill();
    this.state = 'ended';
    this.resolveEnded();
  }

  private startPoint(p: Point): void {
    const { device, netns, kind } = p.of.point;
    p.capture = this.o.engine.start(
      { device, netns, kind, filter: p.of.filter, snaplen: this.o.snaplen },
      {
        onBytes: (chunk) => {
          this.merge.push(p.stream, chunk);
          if (!this.paused && this.merge.queuedBytes > queueLimit) this.setPaused(true);
        },
        onCounters: ({ received, dropped }) => {
          p.received = received;
          p.dropped = dropped;
          this.o.onChange();
        },
        onEnd: (error) => {
          if (p.state === 'ended' || p.state === 'failed') return;
          this.merge.end(p.stream);
          p.state = error === null ? 'ended' : 'failed';
          p.error = error ?? this.merge.problem(p.stream);
          this.o.onChange();
        },
      },
    );
  }

  private setPaused(paused: boolean): void {
    this.paused = paused;
    for (const p of this.points)
      if (paused) p.capture?.pause();
      else p.capture?.resume();
  }

  // ---- writing ----

  /** One round: what is due is merged and written, limits are looked at. Tests call it themselves. */
  async tick(): Promise<void> {
    if (this.busy || this.state === 'ended') return;
    this.busy = true;
    try {
      const { clock } = this.o.system;
      const nowMs = clock.monotonicMs();
      // After a hold-up of the event loop what the pipes hold has not been read yet: one more round before a silent stream counts as late.
      const heldUp = nowMs - this.lastTickMs > 3 * tickMs;
      this.lastTickMs = nowMs;
      if (!heldUp) await this.writeUntil(clock.now().getTime() - heldBackMs(this.o.engine, this.points) - 150);
      if (this.paused && this.merge.queuedBytes < queueLimit / 2) this.setPaused(false);
      this.measure(nowMs);
      await this.checkLimits(nowMs);
    } catch (error) {
      void this.stop(`writing failed: ${reasonOf(error)}`, true);
    } finally {
      this.busy = false;
    }
  }

  private measure(nowMs: number): void {
    if (nowMs - this.rate.ms < 1000) return;
    const perSecond = ((this.packets - this.rate.packets) * 1000) / (nowMs - this.rate.ms);
    this.rate = { ms: nowMs, packets: this.packets, perSecond: Math.round(perSecond) };
    this.o.onChange();
    for (const p of this.points) if (p.state === 'running') p.capture?.count();
  }

  private writeHeader(): void {
    this.builder.section({ application: this.o.application, os: 'Linux', comments: [this.o.comment] });
    this.interfaces = 0;
    for (const p of this.points) p.interfaceId = null;
    for (const p of this.points) if (this.merge.linkType(p.stream) !== null) this.writeInterface(p);
    this.builder.names(this.o.names);
    this.headerWritten = true;
  }

  private writeInterface(p: Point): number {
    const { point, filter } = p.of;
    const linkType = this.merge.linkType(p.stream) ?? 1;
    const id = this.interfaces++;
    this.builder.interface({
      linkType,
      name: point.device,
      description: describePoint(point),
      snaplen: this.o.snaplen,
      filter,
    });
    p.interfaceId = id;
    return id;
  }

  private readonly take = (stream: number, record: CaptureRecord): void => {
    const p = this.points[stream];
    if (p === undefined) return;
    const { cut } = this;
    if (
      cut !== null &&
      (record.seconds > cut.seconds || (record.seconds === cut.seconds && record.nanos > cut.nanos))
    ) {
      return;
    }
    const id = p.interfaceId ?? this.writeInterface(p);
    this.builder.packet(id, record.seconds, record.nanos, record.bytes, record.start, record.caplen, record.length);
    p.packets += 1;
    p.bytes += record.length;
    this.packets += 1;
  };

  private readonly mayTake = (): boolean =>
    this.builder.length < chunkLimit && this.packets < this.o.limits.packets && !this.full;

  private get full(): boolean {
    return this.o.limits.ringFiles === null && this.bytes + this.builder.length >= this.o.limits.bytes;
  }

  private async writeUntil(ms: number): Promise<void> {
    if (!this.headerWritten) this.writeHeader();
    const seconds = Math.floor(ms / 1000);
    const nanos = Math.round((ms - seconds * 1000) * 1e6);
    for (;;) {
      this.merge.advance(seconds, nanos, this.take, this.mayTake);
      const wasCut = this.builder.length >= chunkLimit;
      await this.flush();
      if (!wasCut) return;
    }
  }

  private async flush(): Promise<void> {
    if (this.builder.length === 0) return;
    const chunk = this.builder.take();
    await this.o.sink.write(chunk);
    this.bytes += chunk.length;
    this.fileBytes += chunk.length;
    for (const p of this.points) if (p.state === 'starting' && p.packets > 0) p.state = 'running';
    this.o.trigger?.watch(chunk, this.o.system.clock.monotonicMs());
    this.o.onChange();
    const { ringFiles, bytes } = this.o.limits;
    if (ringFiles !== null && this.state === 'running' && this.fileBytes >= bytes / ringFiles) {
      this.writeStatistics();
      await this.o.sink.write(this.builder.take());
      await this.o.sink.next();
      this.o.trigger?.restart();
      this.fileBytes = 0;
      this.writeHeader();
    }
  }

  // ---- the end ----

  private async checkLimits(nowMs: number): Promise<void> {
    if (this.state !== 'running') return;
    const { limits, trigger, system, sink } = this.o;
    if (this.packets >= limits.packets) return void this.stop('packet limit', true);
    if (this.full) return void this.stop('size limit', true);
    if (trigger?.isDue(nowMs) === true) return void this.stop('trigger', trigger.seconds === 0);
    const started = this.startedAt?.getTime() ?? 0;
    if (system.clock.now().getTime() - started >= limits.seconds * 1000) return void this.stop('time limit');
    if (this.points.every((p) => p.state === 'ended' || p.state === 'failed')) {
      return void this.stop(this.points.find((p) => p.error !== null)?.error ?? 'every point ended', true);
    }
    if (sink.folder !== null && nowMs - this.lastCountMs > 1000) {
      this.lastCountMs = nowMs;
      if ((await system.files.disk(sink.folder)).freeBytes < limits.keepFreeBytes) void this.stop('disk', true);
    }
  }

  /** Ends the capture: what was captured until now is still fetched, unless `atOnce`. Resolves when the file is complete. */
  async stop(reason: string, atOnce = false): Promise<void> {
    if (this.state !== 'running') return this.ended;
    this.state = 'stopping';
    this.reason = reason;
    this.o.onChange();
    const { clock } = this.o.system;
    if (!atOnce) {
      const now = clock.now().getTime();
      this.cut = { seconds: Math.floor(now / 1000), nanos: (now % 1000) * 1_000_000 };
      await clock.delay(this.o.engine.holdsBackMs);
    }
    for (const p of this.points) if (p.state === 'running' || p.state === 'starting') p.capture?.stop();
    await this.allEnded(3000);
    for (const p of this.points) if (p.state === 'running' || p.state === 'starting') p.capture?.kill();
    await this.allEnded(1000);
    this.stopTicking();
    while (this.busy) await clock.delay(5);
    this.busy = true;
    await this.finish(atOnce);
    this.state = 'ended';
    this.endedAt = clock.now();
    this.o.onChange();
    this.resolveEnded();
  }

  private async allEnded(ms: number): Promise<void> {
    const { clock } = this.o.system;
    const until = clock.monotonicMs() + ms;
    const open = () => this.points.some((p) => p.state === 'running' || p.state === 'starting');
    while (open() && clock.monotonicMs() < until) {
      // The rest of the pipes must be taken, or tcpdump waits for us as we for it.
      if (this.paused) this.setPaused(false);
      await clock.delay(10);
    }
  }

  private async finish(atOnce: boolean): Promise<void> {
    try {
      if (this.reason?.startsWith('writing failed') !== true) {
        const limited = atOnce && (this.packets >= this.o.limits.packets || this.full || this.reason === 'disk');
        if (!limited) await this.writeUntil(Number.MAX_SAFE_INTEGER / 1000);
        this.writeStatistics();
        await this.o.sink.write(this.builder.take());
      }
    } catch (error) {
      this.reason = `${this.reason}; writing failed: ${reasonOf(error)}`;
    }
    try {
      await this.o.sink.close();
    } catch {
      // what could be written has been
    }
  }

  private writeStatistics(): void {
    if (!this.headerWritten) this.writeHeader();
    const endMs = this.o.system.clock.now().getTime();
    for (const p of this.points) {
      if (p.interfaceId === null) continue;
      this.builder.statistics({
        interfaceId: p.interfaceId,
        startMs: this.startedAt?.getTime() ?? null,
        endMs,
        received: p.received ?? (p.dropped === null ? null : p.packets),
        dropped: p.dropped,
        ...(p.dropped === null ? { comment: 'This engine cannot count what the kernel dropped.' } : {}),
      });
    }
  }
}
