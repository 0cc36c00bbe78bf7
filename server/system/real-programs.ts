// Programs of this machine, started with argument arrays and without a shell.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fsp from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Keeper } from './real-keeper.ts';
import type { ConfinedLimits, ProgramResult, Programs, Running, RunningEvents } from './system.ts';

/** A node's PATH often lacks the sbin folders where iptables and tcpdump live. */
const alwaysSearched = ['/usr/sbin', '/sbin', '/usr/bin', '/bin'];
const outputLimit = 16 << 20;

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}

async function* filter(
  program: string,
  args: readonly string[],
  source: AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString('utf8')).slice(-2000);
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  let sourceFailure: unknown = null;
  const lending = async function* () {
    try {
      yield* source;
    } catch (error) {
      sourceFailure = error; // the program still gets to decode what arrived
    }
  };
  // The program may stop reading early (EPIPE); its exit status and stderr say why.
  const fed = pipeline(lending, child.stdin).catch(() => undefined);
  try {
    for await (const chunk of child.stdout) yield chunk as Uint8Array;
    const status = await ended;
    await fed;
    if (sourceFailure !== null) throw sourceFailure;
    if (status !== 0) throw new Error(lastLine(stderr) || `${path.basename(program)} ended with status ${status}`);
  } finally {
    child.kill('SIGKILL');
  }
}

const keeper = new Keeper();

function start(program: string, args: readonly string[], { onOutput, onError }: RunningEvents): Running {
  // A session of its own: Ctrl-C on the terminal is for us, and we end it in order.
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const { pid } = child;
  if (pid !== undefined) keeper.keep(pid);
  child.stdout.on('data', (chunk: Uint8Array) => onOutput(chunk));
  child.stderr.setEncoding('utf8').on('data', onError);
  const ended = new Promise<Awaited<Running['ended']>>((resolve) => {
    let failure: unknown = null;
    child.once('error', (error) => {
      failure = error;
      if (pid === undefined) resolve({ status: null, signal: null, failure });
    });
    child.once('exit', () => {
      if (pid !== undefined) keeper.release(pid);
    });
    child.once('close', (status, signal) => resolve({ status, signal, failure }));
  });
  return {
    ended,
    pause: () => child.stdout.pause(),
    resume: () => child.stdout.resume(),
    signal: (name) => void child.kill(name),
  };
}

/** Nothing of ours: no home, so no preferences, profiles or scripts of a user; no plugins. */
const confinedEnvironment = {
  PATH: '/usr/bin:/bin',
  LC_ALL: 'C.UTF-8',
  TZ: 'UTC',
  HOME: '/nonexistent',
  XDG_CONFIG_HOME: '/nonexistent',
  XDG_DATA_HOME: '/nonexistent',
  WIRESHARK_CONFIG_DIR: '/nonexistent',
  WIRESHARK_PLUGIN_DIR: '/nonexistent',
  WIRESHARK_EXTCAP_DIR: '/nonexistent',
};
const nobody = 65_534;

async function confined(
  program: string,
  args: readonly string[],
  input: Uint8Array,
  { timeoutMs, cpuSeconds, memoryBytes, outputBytes }: ConfinedLimits,
): Promise<ProgramResult> {
  const prlimit = await realPrograms.find('prlimit');
  if (prlimit === null) throw Object.assign(new Error('prlimit is not installed'), { code: 'ENOENT' });
  const bounds = [`--as=${memoryBytes}`, `--cpu=${cpuSeconds}`, '--fsize=0', '--core=0', '--nofile=64'];
  const stdin = await fileOf(input);
  try {
    const child = spawn(prlimit, [...bounds, '--', program, ...args], {
      cwd: '/',
      env: confinedEnvironment,
      stdio: [stdin.fd, 'pipe', 'pipe'],
      // A group of its own, so that what it starts ends with it.
      detached: true,
      ...(process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {}),
    });
    return await ending(child, timeoutMs, outputBytes, () => {
      if (child.pid !== undefined) killGroup(child.pid);
    });
  } finally {
    await stdin.close();
  }
}

/** A file without a name, read from its beginning: Node's pipes are sockets, which not every program reads. */
async function fileOf(bytes: Uint8Array): Promise<fsp.FileHandle> {
  const name = path.join(os.tmpdir(), `vethscope-${process.pid}-${randomBytes(8).toString('hex')}`);
  const file = await fsp.open(name, 'wx+', 0o600);
  try {
    await fsp.unlink(name);
    // At a position: the place that is read from stays where it is.
    for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at, bytes.length - at, at)).bytesWritten;
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // it has ended
  }
}

/** What a program says until it ends, or is ended. */
function ending(
  child: ChildProcess,
  timeoutMs: number,
  limit: number,
  end: () => void = () => void child.kill('SIGKILL'),
): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const texts = { stdout: '', stderr: '' };
    let how: ProgramResult['end'] = 'exited';
    const kill = (why: typeof how) => {
      how = why;
      end();
    };
    const timer = setTimeout(() => kill('timed out'), timeoutMs);
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream]?.setEncoding('utf8').on('data', (text: string) => {
        if (texts[stream].length < limit) texts[stream] += text;
        else if (how === 'exited') kill('too long');
      });
    }
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('close', (status) => {
      clearTimeout(timer);
      resolve({ status: status ?? 1, end: how, ...texts });
    });
  });
}

export const realPrograms: Programs = {
  async find(name) {
    const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), ...alwaysSearched].filter((f) => f !== '');
    for (const folder of folders) {
      const full = path.join(folder, name);
      try {
        await fsp.access(full, fsp.constants.X_OK);
        return full;
      } catch {
        // not in this folder
      }
    }
    return null;
  },
  async run(program, args, timeoutMs, limit = outputLimit) {
    return ending(spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] }), timeoutMs, limit);
  },
  confined,
  filter,
  start,
};
