// A capture outside the server, for `capture` and `extcap`: plan, run, and end in order on a signal.
import type { CaptureRequest, CaptureStatus } from '../../api/live.ts';
import type { CaptureSink } from '../capture/run.ts';
import { PodFinder } from '../pods/pods.ts';
import type { System } from '../system/system.ts';
import { versionOf } from './version.ts';

const waitMs = 250;

export interface CaptureOutput {
  readonly sink: CaptureSink & { open?: () => Promise<void> };
  /** Once it runs, with the filter of each point, and a few times a second after. */
  readonly onStatus: (status: CaptureStatus) => void;
  /** Takes a dump of the snapshots, where the request wants them. */
  readonly onDump?: (path: string, text: string) => Promise<void>;
  readonly warn?: (problem: string) => void;
  /** It waits for the time of the request. */
  readonly onWait?: (until: Date) => void;
}

/** How it ended; null when it was stopped before its time came. */
export async function runCapture(
  system: System,
  request: CaptureRequest,
  { sink, onStatus, onDump, warn, onWait }: CaptureOutput,
): Promise<CaptureStatus | null> {
  const { requireRights } = await import('../capture/rights.ts');
  const { EffectiveFilters } = await import('../capture/effective-filters.ts');
  const { commentOf, planOf, startOf } = await import('../capture/plan.ts');
  const { CaptureRun } = await import('../capture/run.ts');
  const { CaptureDumps } = await import('../capture/capture-dumps.ts');
  await requireRights(system);
  const finder = new PodFinder(system);
  try {
    const filters = new EffectiveFilters(system);
    const startMs = startOf(request);
    let stopped = false;
    let stop: () => void = () => {
      stopped = true;
    };
    system.process.onStop(() => stop());
    if (startMs !== null && startMs > system.clock.now().getTime()) {
      // What is wrong with the request is said now, not at three in the morning.
      await planOf(system, finder, filters, request);
      onWait?.(new Date(startMs));
      while (!stopped && system.clock.now().getTime() < startMs)
        await system.clock.delay(Math.min(waitMs, startMs - system.clock.now().getTime()));
      if (stopped) return null;
    }
    const plan = await planOf(system, finder, filters, request);
    await sink.open?.();
    const run = new CaptureRun({
      system,
      engine: plan.engine,
      caseId: '',
      points: plan.points,
      snaplen: request.snaplen,
      limits: request.limits,
      trigger: plan.trigger,
      names: plan.names,
      application: `vethscope ${await versionOf(system)}`,
      comment: commentOf(request, plan.engine),
      sink,
      onChange: () => undefined,
    });
    await run.start();
    stop = () => void run.stop('stopped');
    if (stopped) stop();
    const receive = onDump;
    const dumps =
      request.snapshots && receive !== undefined
        ? new CaptureDumps({ system, finder, plan, receive, warn: warn ?? (() => undefined) })
        : null;
    dumps?.begin();
    onStatus(run.status());
    const stopTelling = system.clock.every(250, () => onStatus(run.status()));
    await run.ended;
    stopTelling();
    await dumps?.end();
    return run.status();
  } finally {
    await finder.close();
  }
}
