// `vethscope snapshot`: the node's state as plain dumps, named after the commands that made them, in a folder or a .tgz.
import path from 'node:path';
import { Writable } from 'node:stream';
import { Command } from 'commander';
import type { SnapshotReport } from '../../api/command-line.ts';
import type { SnapshotProgress } from '../snapshot/snapshot.ts';
import { reasonOf, type System } from '../system/system.ts';
import { type CommandContext, complain, printJson } from './context.ts';
import { printable } from './style.ts';

interface SnapshotCommandOptions {
  readonly output?: string;
  readonly podNetns?: boolean;
  readonly json?: boolean;
}

export function snapshotCommand(context: CommandContext): Command {
  return new Command('snapshot')
    .description("write the node's state as plain dumps, for explain and check, here or elsewhere")
    .option('-o, --output <path>', 'a folder, or a file that ends in .tgz (default: snapshot-TIME.tgz)')
    .option('--pod-netns', 'also look into the network namespace of every pod')
    .option('--json', 'print {path, files, problems} as JSON (docs/api.md: snapshotReport)')
    .action((options: SnapshotCommandOptions) => snapshot(context, options));
}

/** A bar on a terminal; nothing in a pipe. It goes to stderr, so that stdout stays for the result. */
async function progressOn(system: System): Promise<{ show: (p: SnapshotProgress) => void; end: () => void }> {
  if (!system.terminal.outIsTty) return { show: () => undefined, end: () => undefined };
  const { SingleBar } = await import('cli-progress');
  const write = (chunk: unknown, _encoding: string, done: () => void) => {
    system.terminal.error(String(chunk));
    done();
  };
  const stream = Object.assign(new Writable({ write }), { isTTY: true });
  const bar = new SingleBar({ format: '{bar} {value}/{total} {what}', clearOnComplete: true, stream });
  bar.start(1, 0, { what: '' });
  return {
    show({ done, total, what }) {
      bar.setTotal(total);
      bar.update(done, { what });
    },
    end: () => bar.stop(),
  };
}

async function write(system: System, to: string, files: readonly { path: string; text: string }[]): Promise<void> {
  const put = async (at: string, bytes: Uint8Array) => {
    const sink = await system.files.openWrite(at);
    await sink.write(bytes);
    await sink.close();
  };
  if (/\.(?:tgz|tar\.gz)$/.test(to)) {
    const { tgzOf } = await import('../snapshot/tar.ts');
    return put(to, await tgzOf(files, system.clock.now()));
  }
  for (const file of files) await put(path.join(to, file.path), new TextEncoder().encode(file.text));
}

async function snapshot(context: CommandContext, options: SnapshotCommandOptions): Promise<void> {
  const { system } = context;
  const time = system.clock.now().toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
  const to = options.output ?? `snapshot-${time}.tgz`;
  // Dumps of two moments in one folder would be read as one state.
  if ((await system.files.stat(to)) !== null && !(await isEmptyFolder(system, to)))
    return complain(context, `${to} is there already; name a new folder or file with -o`);
  const { PodFinder } = await import('../pods/pods.ts');
  const { podNetnsOf, takeSnapshot } = await import('../snapshot/snapshot.ts');
  const finder = new PodFinder(system);
  const progress = await progressOn(system);
  try {
    const pods = options.podNetns === true ? (await finder.list()).pods : [];
    const taken = await takeSnapshot(
      system,
      {
        podNetns: pods.flatMap((p) => (p.netns === null || p.hostNetwork ? [] : [podNetnsOf(p.id, p.netns)])),
        cniResultFolders: finder.places.cniResultFolders,
        pods: () => finder.list(),
        kubernetes: () => finder.kubernetes.objects(),
      },
      progress.show,
    );
    progress.end();
    await write(system, to, taken.files);
    const paths = taken.files.map((f) => f.path);
    const report: SnapshotReport = { path: to, files: paths, problems: [...taken.problems] };
    if (options.json === true) await printJson(context, report);
    else {
      const problems = taken.problems.map((p) => `  ${printable(p)}`);
      await system.terminal.out(`${[`${to}: ${paths.length} dumps`, ...problems].join('\n')}\n`);
    }
  } catch (error) {
    progress.end();
    return complain(context, `${to} ${reasonOf(error)}; name another place with -o`);
  } finally {
    await finder.close();
  }
}

async function isEmptyFolder(system: System, at: string): Promise<boolean> {
  return (await system.files.stat(at))?.kind === 'folder' && (await system.files.list(at)).length === 0;
}
