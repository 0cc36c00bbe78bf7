// What the kernel tests need of the machine: root and programs. Missing ones skip a test on a laptop, and fail it where CI is set.
import { execFileSync } from 'node:child_process';

/** The first that is missing, `root` among them; null when nothing is. Throws where CI is set. */
export function missingFor(what: string, programs: readonly string[]): string | null {
  const lacking = lackingOf(programs);
  if (lacking !== null && process.env['CI']) throw new Error(`${what} needs ${lacking}`);
  return lacking;
}

function lackingOf(programs: readonly string[]): string | null {
  if (process.getuid?.() !== 0) return 'root';
  for (const program of programs) {
    try {
      execFileSync('which', [program]);
    } catch {
      return program;
    }
  }
  return null;
}
