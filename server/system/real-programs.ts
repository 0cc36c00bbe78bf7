// Programs of this machine, started with argument arrays and without a shell.
import { spawn } from 'node:child_process';
import fsp from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Keeper } from './real-keeper.ts';
import type { ProgramResult, Programs, Running, RunningEvents } from './system.ts';

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
  run(program, args, timeoutMs, limit = outputLimit) {
    return new Promise((resolve, reject) => {
      const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
      const texts = { stdout: '', stderr: '' };
      let end: ProgramResult['end'] = 'exited';
      const kill = (why: typeof end) => {
        end = why;
        child.kill('SIGKILL');
      };
      const timer = setTimeout(() => kill('timed out'), timeoutMs);
      for (const stream of ['stdout', 'stderr'] as const) {
        child[stream].setEncoding('utf8').on('data', (text: string) => {
          if (texts[stream].length < limit) texts[stream] += text;
          else if (end === 'exited') kill('too long');
        });
      }
      child.once('error', (error) => {
        clearTimeout(timer);
        reject(error);
      });
      child.once('close', (status) => {
        clearTimeout(timer);
        resolve({ status: status ?? 1, end, ...texts });
      });
    });
  },
  filter,
  start,
};
