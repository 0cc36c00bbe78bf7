// Programs of the fixtures: `run` throws with what they said, `quietly` takes what is not there for done.
import { execFileSync } from 'node:child_process';

export function run(program: string, args: readonly string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 64 << 20 });
}

export function quietly(program: string, args: readonly string[]): void {
  try {
    run(program, args);
  } catch {
    // was not there
  }
}
