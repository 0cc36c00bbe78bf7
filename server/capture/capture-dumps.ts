// Snapshots of a capture, in dumps/before-TIME, dumps/change-NN-TIME whenever rules changed, and dumps/after-TIME, and the connections that
// began meanwhile, in dumps/conntrack-events.txt; they never hold the capture up.
import type { PodFinder } from '../pods/pods.ts';
import { podNetnsOf, takeSnapshot } from '../snapshot/snapshot.ts';
import { watchRules } from '../snapshot/watch-rules.ts';
import { groupPath } from '../store/dump-groups.ts';
import { reasonOf, type System } from '../system/system.ts';
import type { Plan } from './plan.ts';

/** Changes of the rules that are kept a capture. */
const changesKept = 20;
/** Of conntrack's events: some 50,000 connections. */
const eventsLimit = 8 << 20;

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
  private stopListening: () => Promise<void> = async () => undefined;
  private ended = false;

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
    void this.listen();
    this.stopWatching = watchRules(this.o.system, () => {
      // One that has not begun yet will see this change too.
      if (this.waiting || this.changes >= changesKept) return;
      this.changes += 1;
      this.waiting = true;
      void this.take(`change-${String(this.changes).padStart(2, '0')}`);
    });
  }

  async end(): Promise<void> {
    this.ended = true;
    this.stopWatching();
    await this.stopListening();
    await this.take('after');
  }

  /** Connections are kept as they begin: those that end before the last dump are in no table. */
  private async listen(): Promise<void> {
    const { system, receive, warn } = this.o;
    const program = await system.programs.find('conntrack');
    if (program === null || this.ended) return;
    const parts: Uint8Array[] = [];
    let bytes = 0;
    const running = system.programs.start(program, ['-E', '-e', 'NEW', '-o', 'timestamp,extended'], {
      onOutput: (chunk) => {
        if (bytes > eventsLimit) return;
        bytes += chunk.length;
        parts.push(chunk.slice());
        if (bytes <= eventsLimit) return;
        warn(`more than ${eventsLimit >> 20} MiB of new connections: the later ones are not kept`);
        running.signal('SIGTERM');
      },
      onError: () => undefined,
    });
    this.stopListening = async () => {
      running.signal('SIGTERM');
      await running.ended;
      const text = Buffer.concat(parts).toString('utf8');
      // A line that was cut by the end says nothing.
      const whole = text.slice(0, text.lastIndexOf('\n') + 1);
      if (whole !== '') await receive('dumps/conntrack-events.txt', whole);
    };
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
