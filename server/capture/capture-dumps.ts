// Snapshots of a capture, in dumps/before-TIME, dumps/change-NN-TIME whenever nftables rules changed, and dumps/after-TIME; they never hold
// the capture up.
import type { PodFinder } from '../pods/pods.ts';
import { podNetnsOf, takeSnapshot } from '../snapshot/snapshot.ts';
import { watchRules } from '../snapshot/watch-rules.ts';
import { groupPath } from '../store/dump-groups.ts';
import { reasonOf, type System } from '../system/system.ts';
import type { Plan } from './plan.ts';

/** Changes of the rules that are kept a capture. */
const changesKept = 20;

export interface CaptureDumpsOptions {
  readonly system: System;
  readonly finder: PodFinder;
  readonly plan: Plan;
  /** Takes a dump: its path, from `dumps/` on, and its text. */
  readonly receive: (path: string, text: string) => Promise<void>;
  readonly warn: (problem: string) => void;
}

export class CaptureDumps {
  private readonly o: CaptureDumpsOptions;
  private readonly podNetns: ReturnType<typeof podNetnsOf>[];
  private queue: Promise<void> = Promise.resolve();
  private changes = 0;
  private waiting = false;
  private stopWatching: () => void = () => undefined;

  constructor(options: CaptureDumpsOptions) {
    this.o = options;
    const { plan } = options;
    const ids = new Set(plan.points.flatMap((p) => p.point.podId ?? []));
    this.podNetns = plan.pods.flatMap((p) =>
      p.netns !== null && !p.hostNetwork && ids.has(p.id) ? [podNetnsOf(p.id, p.netns)] : [],
    );
  }

  begin(): void {
    void this.take('before');
    this.stopWatching = watchRules(this.o.system, () => {
      // One that has not begun yet will see this change too.
      if (this.waiting || this.changes >= changesKept) return;
      this.changes += 1;
      this.waiting = true;
      void this.take(`change-${String(this.changes).padStart(2, '0')}`);
    });
  }

  async end(): Promise<void> {
    this.stopWatching();
    await this.take('after');
  }

  private take(name: string): Promise<void> {
    this.queue = this.queue.then(async () => {
      this.waiting = false;
      const { system, finder, receive, warn } = this.o;
      try {
        const group = groupPath(name, system.clock.now());
        const { files, problems } = await takeSnapshot(system, {
          podNetns: this.podNetns,
          cniResultFolders: finder.places.cniResultFolders,
          pods: () => finder.list(),
          kubernetes: () => finder.kubernetes.objects(),
        });
        for (const file of files) await receive(`${group}/${file.path}`, file.text);
        // A node without a cluster is no problem of each of its captures.
        const told = problems.filter((p) => !p.startsWith('No Kubernetes objects: no credentials'));
        for (const problem of told) warn(problem);
      } catch (error) {
        warn(reasonOf(error));
      }
    });
    return this.queue;
  }
}
