// The captures of the server: each is a case that fills while it runs, with snapshots of the node's rules from before, after, and
// whenever they changed. What a capture was asked for and how it ended stands beside its files in capture.json.
import path from 'node:path';
import { type CaptureRequest, type CaptureStatus, captureStatus } from '../../api/live.ts';
import type { PodFinder } from '../pods/pods.ts';
import { Refusal } from '../refusal.ts';
import type { Library } from '../store/library.ts';
import type { OpenCase } from '../store/open-case.ts';
import { reasonOf, type System } from '../system/system.ts';
import { CaptureDumps } from './capture-dumps.ts';
import { CaseSink } from './case-sink.ts';
import { EffectiveFilters } from './effective-filters.ts';
import type { OwnAddress } from './own-connection.ts';
import { commentOf, engineOf, type Plan, planOf, previewOf, startOf } from './plan.ts';
import { CaptureRun } from './run.ts';

export interface CapturesOptions {
  readonly system: System;
  readonly library: Library;
  readonly finder: PodFinder;
  readonly version: string;
  /** Where this server listens; its own connection is not captured. */
  readonly own: OwnAddress;
  readonly warn: (message: string) => void;
}

interface Running {
  readonly run: CaptureRun;
  readonly of: OpenCase;
  /** Resolves when the snapshot from after is stored too. */
  done: Promise<void>;
}

const pollMs = 250;

export class Captures {
  readonly filters: EffectiveFilters;
  private readonly o: CapturesOptions;
  private readonly running = new Map<string, Running>();
  private readonly scheduled = new Map<string, { status: CaptureStatus; cancelled: boolean }>();
  private readonly over = new Map<string, CaptureStatus>();
  private readonly listeners = new Set<(caseId: string) => void>();

  constructor(options: CapturesOptions) {
    this.o = options;
    this.filters = new EffectiveFilters(options.system, options.own);
  }

  onChange(listener: (caseId: string) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private tell(caseId: string): void {
    for (const listener of this.listeners) listener(caseId);
  }

  async preview(request: CaptureRequest) {
    const engine = await engineOf(this.o.system, request.engine).catch(() => null);
    return (await previewOf(this.o.finder, this.filters, request, engine)).preview;
  }

  /** Those that run or wait for their time. */
  list(): CaptureStatus[] {
    return [
      ...[...this.running.values()].map((r) => r.run.status()),
      ...[...this.scheduled.values()].map((s) => s.status),
    ];
  }

  /** What subscribers of a case are told; null when it is no capture of this server's life. */
  statusOf(caseId: string): CaptureStatus | null {
    const known = this.running.get(caseId)?.run.status() ?? this.scheduled.get(caseId)?.status;
    return known ?? this.over.get(caseId) ?? null;
  }

  async status(caseId: string): Promise<CaptureStatus> {
    const known = this.statusOf(caseId);
    if (known !== null) return known;
    const found = await this.o.library.get(caseId);
    try {
      const text = await this.o.system.files.readText(path.join(found.at.folder, 'capture.json'));
      const { state, ...rest } = captureStatus.parse(JSON.parse(text).status);
      const summary = found.summary();
      const counts = { packets: summary.packets, bytes: summary.bytes, packetsPerSecond: 0 };
      return state === 'ended' ? { ...rest, state } : { ...rest, ...counts, state: 'ended', reason: 'server ended' };
    } catch {
      throw new Refusal(404, 'no-capture', `case ${caseId} is no live capture; GET /api/captures lists those that run`);
    }
  }

  /** Starts, or schedules, and returns the case that fills. */
  async create(request: CaptureRequest): Promise<OpenCase> {
    const plan = await planOf(this.o.system, this.o.finder, this.filters, request);
    const startMs = startOf(request);
    const name =
      request.name ?? `capture of ${request.pods.join(', ') || plan.points.map((p) => p.point.label).join(', ')}`;
    const to = await this.o.library.create(name.slice(0, 200));
    if (startMs !== null && startMs > this.o.system.clock.now().getTime()) {
      this.schedule(to, plan, request, startMs);
      return to;
    }
    try {
      await this.begin(to, plan, request);
    } catch (error) {
      await this.o.library.remove(to.id);
      throw error;
    }
    return to;
  }

  private schedule(to: OpenCase, plan: Plan, request: CaptureRequest, startMs: number): void {
    const points = plan.points.map((p) => {
      const counts = { packets: 0, bytes: 0, kernelDrops: null, error: null };
      return { id: p.point.id, label: p.point.label, filter: p.filter, state: 'starting' as const, ...counts };
    });
    const none = { endedAt: null, reason: null, packets: 0, bytes: 0, packetsPerSecond: 0 };
    const startedAt = new Date(startMs).toISOString();
    const status: CaptureStatus = {
      caseId: to.id,
      state: 'scheduled',
      startedAt,
      points,
      limits: request.limits,
      ...none,
    };
    const waiting = { status, cancelled: false };
    this.scheduled.set(to.id, waiting);
    void to.setCapture({ state: 'scheduled', reason: null });
    void (async () => {
      while (!waiting.cancelled && this.o.system.clock.now().getTime() < startMs)
        await this.o.system.clock.delay(pollMs);
      if (waiting.cancelled) return;
      try {
        // Pods and rules may have changed since.
        await this.begin(to, await planOf(this.o.system, this.o.finder, this.filters, request), request);
      } catch (error) {
        const endedAt = this.o.system.clock.now().toISOString();
        this.over.set(to.id, { ...status, state: 'ended', endedAt, reason: reasonOf(error) });
        await to.setCapture({ state: 'ended', reason: reasonOf(error) });
      }
      this.scheduled.delete(to.id);
      this.tell(to.id);
    })();
  }

  private async begin(to: OpenCase, plan: Plan, request: CaptureRequest): Promise<void> {
    const sink = new CaseSink(to, request.limits.ringFiles);
    await sink.open();
    const run = new CaptureRun({
      system: this.o.system,
      engine: plan.engine,
      caseId: to.id,
      points: plan.points,
      snaplen: request.snaplen,
      limits: request.limits,
      trigger: plan.trigger,
      names: plan.names,
      application: `vethscope ${this.o.version}`,
      comment: commentOf(request, plan.engine),
      sink,
      onChange: () => this.tell(to.id),
    });
    const save = () => this.save(to, request, run.status());
    const dumps = request.snapshots
      ? new CaptureDumps({
          system: this.o.system,
          finder: this.o.finder,
          plan,
          receive: async (at, text) => void (await to.receive(at, once(text))),
          warn: (problem) => this.o.warn(`snapshot of ${to.id}: ${problem}`),
        })
      : null;
    try {
      await run.start();
    } catch (error) {
      await sink.close();
      throw error;
    }
    await save();
    dumps?.begin();
    const done = run.ended.then(async () => {
      await save();
      await dumps?.end();
      this.over.set(to.id, run.status());
      this.running.delete(to.id);
      this.tell(to.id);
    });
    this.running.set(to.id, {
      run,
      of: to,
      done: done.catch((error) => this.o.warn(`capture ${to.id}: ${reasonOf(error)}`)),
    });
  }

  private async save(to: OpenCase, request: CaptureRequest, status: CaptureStatus): Promise<void> {
    await to.setCapture({ state: status.state, reason: status.reason });
    if ((await this.o.system.files.stat(to.at.folder)) === null) return;
    const text = `${JSON.stringify({ request, status }, null, 1)}\n`;
    await this.o.system.files.writeAside(path.join(to.at.folder, 'capture.json'), text);
  }

  async stop(caseId: string): Promise<CaptureStatus> {
    const waiting = this.scheduled.get(caseId);
    if (waiting !== undefined) {
      waiting.cancelled = true;
      this.scheduled.delete(caseId);
      const reason = 'stopped before it began';
      this.over.set(caseId, { ...waiting.status, state: 'ended', reason });
      await (await this.o.library.get(caseId)).setCapture({ state: 'ended', reason });
      this.tell(caseId);
    }
    await this.running.get(caseId)?.run.stop('stopped');
    return this.status(caseId);
  }

  /** Ends everything in order; the files are complete afterwards. */
  async close(): Promise<void> {
    for (const waiting of this.scheduled.values()) waiting.cancelled = true;
    const all = [...this.running.values()];
    await Promise.all(all.map((r) => r.run.stop('server ended')));
    await Promise.all(all.map((r) => r.done));
  }
}

async function* once(text: string): AsyncIterable<Uint8Array> {
  yield new TextEncoder().encode(text);
}
