// What one dump format is: how it is recognised from its content, and what it adds to the node's state.
// One file a format; the registry of them is generated. A format reads every line: what it does not understand becomes a warning.
import type { DumpWarning, SourceRef } from '../core/issue.ts';
import type { NodeState } from './state.ts';

/** Characters that detection looks at: `sysctl -a` has some 40 KB before its first net. line. */
const HEAD = 200_000;

/** A dump as it was given: its path as the user named it, and its text. */
export class DumpFile {
  readonly path: string;
  readonly text: string;
  #lines: string[] | null = null;
  #starts: number[] | null = null;

  constructor(path: string, text: string) {
    this.path = path;
    this.text = text;
  }

  /** As much of the text as detection looks at: a large dump shows what it is long before its end. */
  get head(): string {
    return this.text.length <= HEAD ? this.text : this.text.slice(0, HEAD);
  }

  /** The lines without their line ends. */
  get lines(): readonly string[] {
    this.#lines ??= this.text.split(/\r?\n/);
    return this.#lines;
  }

  /** A reference to a 1-based line. */
  ref(line: number): SourceRef {
    return { file: this.path, line, text: this.lines[line - 1] ?? '' };
  }

  /** A reference to the piece of text at [from, to), for formats whose items share a line (JSON). */
  refAt(from: number, to: number): SourceRef {
    if (!this.#starts) {
      this.#starts = [0];
      for (let i = this.text.indexOf('\n'); i >= 0; i = this.text.indexOf('\n', i + 1)) this.#starts.push(i + 1);
    }
    const starts = this.#starts;
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const mid = (low + high + 1) >> 1;
      if ((starts[mid] ?? 0) <= from) low = mid;
      else high = mid - 1;
    }
    const text = this.text.slice(from, Math.min(to, from + 400)).replace(/\s+/g, ' ');
    return { file: this.path, line: low + 1, text };
  }
}

/** Collects what a format could not read. */
export type Warn = (kind: DumpWarning['kind'], source: SourceRef, message: string) => void;

export interface DumpFormat {
  /** Stable name, after the command that makes the dump: `iptables-save`, `ip-route`. */
  readonly name: string;
  /** The command line that makes it, shown where a dump is missing. */
  readonly command: string;
  /** True when the text is of this format; names of files are free and do not count. */
  detect(file: DumpFile): boolean;
  /** An empty dump has no content to know it by ("no ipsets" is an answer): then, and only then, its name is asked. */
  readonly emptyName?: RegExp;
  /** Adds what the dump says to the state. Never throws on bad input. */
  read(file: DumpFile, state: NodeState, warn: Warn): void;
}
