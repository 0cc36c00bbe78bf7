// What every command gets: the system to work on, and the exit status it leaves behind.
import type { System } from '../system/system.ts';

export interface CommandContext {
  readonly system: System;
  /** 0 done, 1 `check` found a problem, 2 bad usage or unreadable input. */
  status: 0 | 1 | 2;
}

/** One line on stderr that names the file, the place and the remedy; the command ends with status 2. */
export function complain(context: CommandContext, message: string): void {
  context.system.terminal.error(`vethscope: ${oneLine(message)}\n`);
  context.status = 2;
}

export function oneLine(text: string): string {
  return text.trim().replace(/\s*[\r\n]+\s*/g, ' ');
}

/** The documented form of `--json`: one document, newline-terminated. */
export function printJson(context: CommandContext, value: unknown): Promise<boolean> {
  return context.system.terminal.out(`${JSON.stringify(value, null, 2)}\n`);
}

/** For options that may be given several times, or with several values. */
export function gather(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}
