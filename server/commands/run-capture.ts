// A capture outside the server, for `capture` and `extcap`: plan, run, and end in order on a signal.
import type { CaptureRequest, CaptureStatus } from '../../api/live.ts';
import type { CaptureSink } from '../capture/run.ts';
import { PodFinder } from '../pods/pods.ts';
import type { System } from '../system/system.ts';
import { versionOf } from './version.ts';

export interface CaptureOutput {
  readonly sink: CaptureSink & { open?: () => Promise<void> };
  /** Once it runs, with the filter of each point, and a few times a second after. */
  readonly onStatus: (status: CaptureStatus) => void;
}

export async function runCapture(
  system: System,
  request: CaptureRequest,
  { sink, onStatus }: CaptureOutput,
): Promise<CaptureStatus> {
  const { requireRights } = await import('../capture/rights.ts');
  const { EffectiveFilters } = await import('../capture/effective-filters.ts');
  const { commentOf, planOf } = await import('../capture/plan.ts');
  const { CaptureRun } = await import('../capture/run.ts');
  await requireRights(system);
  const finder = new PodFinder(system);
  try {
    const plan = await planOf(system, finder, new EffectiveFilters(system), request);
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
      comment: commentOf(request),
      sink,
      onChange: () => undefined,
    });
    await run.start();
    system.process.onStop(() => void run.stop('stopped'));
    onStatus(run.status());
    const stopTelling = system.clock.every(250, () => onStatus(run.status()));
    await run.ended;
    stopTelling();
    return run.status();
  } finally {
    await finder.close();
  }
}
