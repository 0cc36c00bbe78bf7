// Ends the programs that we started when we are ended so that we cannot do it ourselves (kill -9, out of memory).
// Surprise: PR_SET_PDEATHSIG would be forgotten when tcpdump drops its privileges, and a closed pipe only ends what writes. So one small
// process in a session of its own holds the other end of a pipe: when the pipe closes, we are gone, and it ends what is on its list.
import { type ChildProcess, spawn } from 'node:child_process';

/** Lines on stdin: `+PID` and `-PID`. A number may be given to somebody else meanwhile, so the time it started is compared. */
const program = `
const fs = require('node:fs');
const startOf = (pid) => {
  try {
    const stat = fs.readFileSync('/proc/' + pid + '/stat', 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch { return null; }
};
const kept = new Map();
let text = '';
process.stdin.setEncoding('utf8').on('data', (more) => {
  const lines = (text + more).split('\\n');
  text = lines.pop();
  for (const line of lines) {
    const pid = Number(line.slice(1));
    if (!Number.isInteger(pid) || pid < 2) continue;
    if (line[0] === '+') kept.set(pid, startOf(pid));
    else kept.delete(pid);
  }
});
const end = (signal) => {
  for (const [pid, start] of kept) {
    if (start === null || startOf(pid) !== start) continue;
    try { process.kill(pid, signal); } catch {}
  }
};
let ending = false;
const ended = () => {
  if (ending) return;
  ending = true;
  end('SIGTERM');
  setTimeout(() => { end('SIGKILL'); process.exit(0); }, 1500);
};
process.stdin.on('end', ended).on('error', ended).on('close', ended);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
`;

export class Keeper {
  private child: ChildProcess | null = null;
  private readonly kept = new Set<number>();

  keep(pid: number): void {
    this.kept.add(pid);
    if (this.child === null) this.start();
    else this.say(`+${pid}`);
  }

  release(pid: number): void {
    if (!this.kept.delete(pid)) return;
    this.say(`-${pid}`);
    if (this.kept.size > 0) return;
    // Nothing to keep: the pipe closes and the keeper, its list empty, goes.
    this.child?.stdin?.end();
    this.child = null;
  }

  private start(): void {
    const child = spawn(process.execPath, ['--max-old-space-size=16', '-e', program], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
      env: {},
      cwd: '/',
    });
    this.child = child;
    child.stdin?.on('error', () => undefined);
    child.on('error', () => this.gone(child));
    child.on('exit', () => this.gone(child));
    child.unref();
    for (const pid of this.kept) this.say(`+${pid}`);
  }

  /** Ended by somebody, the out-of-memory killer say: another takes its place. */
  private gone(child: ChildProcess): void {
    if (this.child !== child) return;
    this.child = null;
    setTimeout(() => {
      if (this.child === null && this.kept.size > 0) this.start();
    }, 500).unref();
  }

  private say(line: string): void {
    this.child?.stdin?.write(`${line}\n`);
  }
}
