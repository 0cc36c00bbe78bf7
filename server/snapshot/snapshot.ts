// A snapshot of the node: the output of the commands that show its state, as plain files named after the command. One command after
// the other, so that the dumps are as close to one moment as they can be and the node is not burdened.
import path from 'node:path';
import type { PodList } from '../../api/live.ts';
import type { ClusterObjects } from '../pods/kubernetes.ts';
import { reasonOf, type System } from '../system/system.ts';
import { type DumpCommand, dumpCommands } from './commands.ts';

export interface PodNetns {
  /** Name of the section; the dumps of CNI results name a namespace by the last part of its path. */
  readonly name: string;
  readonly netns: string;
}

export interface SnapshotOptions {
  /** Namespaces of pods to look into as well. */
  readonly podNetns?: readonly PodNetns[];
  /** Names of the dumps to take; all when left out. */
  readonly only?: RegExp;
  readonly cniResultFolders?: readonly string[];
  /** Objects of the Kubernetes API, a text for each kind, or why there are none. */
  readonly kubernetes?: () => Promise<ClusterObjects | string>;
  /** The pods as they were found, by whatever way: the runtime's names are in no other dump. */
  readonly pods?: () => Promise<PodList>;
}

export interface SnapshotProgress {
  readonly done: number;
  readonly total: number;
  /** What was just taken. */
  readonly what: string;
}

export interface Snapshot {
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** What is missing and how to get it, one sentence each. */
  readonly problems: readonly string[];
}

const commandMs = 20_000;
/** A dump of a case may have 64 MiB. */
const dumpLimit = 60 << 20;
const cniLimits = { files: 2000, bytes: 1 << 20 };

/** A namespace name for `== NAME`: one word. @param netns path of the namespace @param podId used where the path says nothing */
export function podNetnsOf(podId: string, netns: string): PodNetns {
  const last = netns.split('/').at(-1) ?? '';
  return { name: netns.startsWith('/proc/') ? podId.replace(/\s/g, '') : last, netns };
}

class Taking {
  readonly files: { path: string; text: string }[] = [];
  readonly problems: string[] = [];
  private readonly system: System;

  constructor(system: System) {
    this.system = system;
  }

  private async isThere(file: string): Promise<boolean> {
    try {
      return (await this.system.files.readText(file)).trim() !== '';
    } catch {
      return false;
    }
  }

  async command(c: DumpCommand): Promise<void> {
    const file = `${c.name}.${c.extension}`;
    if (c.onlyIf !== undefined && !(await this.isThere(c.onlyIf))) {
      if (c.otherwise !== undefined) this.files.push({ path: file, text: c.otherwise });
      return;
    }
    for (const other of c.unless ?? []) if ((await this.system.programs.find(other)) !== null) return;
    const program = await this.system.programs.find(c.program);
    if (program === null) {
      if (c.optional !== true)
        this.problems.push(`${c.program} is not installed (package ${c.pack}): the snapshot has no ${file}.`);
      return;
    }
    const text = await this.run(program, c.args, `${c.program} ${c.args.join(' ')}`, c.olderArgs);
    // An empty text is an answer where the format has one ("no sets"); JSON always has brackets.
    if (text !== null && (text !== '' || c.extension === 'txt')) this.keep(file, text, c);
  }

  private keep(file: string, text: string, c: DumpCommand): void {
    // Without tables iptables prints nothing, which says as much as no file.
    if (text.trim() === '' && c.pack === 'iptables') return;
    // iproute2 prints nothing at all, or an empty list, where there is nothing.
    if (c.extension === 'json' && /^\s*(?:\[\s*(?:\{\s*\}\s*,?\s*)*\])?\s*$/.test(text)) return;
    this.files.push({ path: file, text });
  }

  /** The output; null when there is none to keep. */
  private async run(
    program: string,
    args: readonly string[],
    shown: string,
    olderArgs: readonly string[] | null = null,
  ): Promise<string | null> {
    try {
      const result = await this.system.programs.run(program, args, commandMs, dumpLimit);
      if (olderArgs && result.end === 'exited' && result.status !== 0 && result.stdout === '')
        return await this.run(program, olderArgs, shown.replace(args.join(' '), olderArgs.join(' ')));
      const last = result.stderr.trim().split('\n').at(-1) ?? '';
      if (result.end === 'timed out')
        this.problems.push(`${shown} did not end within ${commandMs / 1000} s: its dump is cut.`);
      else if (result.end === 'too long')
        this.problems.push(`${shown} printed more than ${dumpLimit >> 20} MiB: its dump is cut.`);
      else if (result.status !== 0)
        this.problems.push(`${shown} failed: ${last === '' ? `status ${result.status}` : last}.`);
      return result.status === 0 || result.stdout !== '' ? result.stdout : null;
    } catch (error) {
      this.problems.push(`${shown} ${reasonOf(error)}.`);
      return null;
    }
  }

  async modules(): Promise<void> {
    // A kernel without modules has no such file.
    const text = await this.system.files.readText('/proc/modules').catch(() => null);
    if (text !== null) this.files.push({ path: 'modules.txt', text });
  }

  async cniResults(folders: readonly string[]): Promise<void> {
    for (const folder of folders) {
      try {
        if ((await this.system.files.stat(folder))?.kind !== 'folder') continue;
        for (const { name, kind } of (await this.system.files.list(folder)).slice(0, cniLimits.files)) {
          const at = path.join(folder, name);
          const stat = kind === 'file' ? await this.system.files.stat(at) : null;
          if (stat === null || stat.bytes === 0 || stat.bytes > cniLimits.bytes) continue;
          const safe = name.replace(/[^A-Za-z0-9._-]/g, '_').replace(/^[.-]/, '_');
          this.files.push({ path: `cni/${safe}.json`, text: await this.system.files.readText(at) });
        }
      } catch (error) {
        this.problems.push(`${folder} ${reasonOf(error)}: the snapshot has not all CNI results.`);
      }
    }
  }

  async podNetns(pods: readonly PodNetns[]): Promise<void> {
    const nsenter = await this.system.programs.find('nsenter');
    const ip = await this.system.programs.find('ip');
    if (nsenter === null || ip === null) {
      this.problems.push(
        'nsenter (package util-linux) or ip (package iproute2) is not installed: no pod was looked into.',
      );
      return;
    }
    const sections: string[] = [];
    for (const { name, netns } of pods) {
      const inside = (...args: string[]) =>
        this.run(nsenter, [`--net=${netns}`, ip, '-j', ...args], `nsenter --net=${netns} ip -j ${args.join(' ')}`);
      const addresses = await inside('addr');
      const routes = await inside('route');
      if (addresses === null || addresses.trim() === '') continue;
      sections.push(`== ${name}\n${addresses.trim()}\n${(routes ?? '').trim()}\n`);
    }
    if (sections.length > 0) this.files.push({ path: 'pod-netns.txt', text: sections.join('') });
  }

  async pods(list: NonNullable<SnapshotOptions['pods']>): Promise<void> {
    try {
      const found = await list();
      if (found.pods.length > 0) this.files.push({ path: 'vethscope-pods.json', text: podsText(found) });
    } catch (error) {
      this.problems.push(`The list of pods ${reasonOf(error)}.`);
    }
  }

  async kubernetes(ask: NonNullable<SnapshotOptions['kubernetes']>): Promise<void> {
    const answer = await ask();
    if (typeof answer === 'string') this.problems.push(`No Kubernetes objects: ${answer}.`);
    else {
      for (const { kind, text } of answer.texts) this.files.push({ path: `kubernetes/${kind}.json`, text });
      for (const problem of answer.problems) this.problems.push(`Not taken from ${problem}.`);
    }
  }
}

/** As `vethscope pods --json`, a pod a line, so that each can be cited; without the findings, which are about other dumps. */
function podsText({ node, pods, sources }: PodList): string {
  const lines = pods.map(({ id, ...rest }) => JSON.stringify({ id, ...rest }));
  return `{"node":${JSON.stringify(node)},"sources":${JSON.stringify(sources)},"pods":[\n${lines.join(',\n')}\n]}\n`;
}

/** Never fails as a whole: a command that is missing, fails or hangs is a problem of the result. */
export async function takeSnapshot(
  system: System,
  options: SnapshotOptions = {},
  onProgress: (progress: SnapshotProgress) => void = () => undefined,
): Promise<Snapshot> {
  const taking = new Taking(system);
  const { podNetns, kubernetes, pods, only, cniResultFolders } = options;
  const steps: { what: string; take: () => Promise<void> }[] = [
    ...dumpCommands.map((c) => ({ what: c.name, take: () => taking.command(c) })),
    { what: 'modules', take: () => taking.modules() },
    { what: 'cni', take: () => taking.cniResults(cniResultFolders ?? ['/var/lib/cni/results']) },
    ...(podNetns === undefined || podNetns.length === 0
      ? []
      : [{ what: 'pod-netns', take: () => taking.podNetns(podNetns) }]),
    ...(pods === undefined ? [] : [{ what: 'pods', take: () => taking.pods(pods) }]),
    ...(kubernetes === undefined ? [] : [{ what: 'kubernetes', take: () => taking.kubernetes(kubernetes) }]),
  ].filter((s) => only === undefined || only.test(s.what));
  for (const [i, step] of steps.entries()) {
    await step.take();
    onProgress({ done: i + 1, total: steps.length, what: step.what });
  }
  return { files: taking.files, problems: [...new Set(taking.problems)] };
}
