// A system that tests script: files in memory, programs as functions, a clock that stands still, a terminal that remembers.
// It opens no sockets: HTTP is tested over the real system.
import path from 'node:path';
import type { FileStat, Files, Programs, ReadHandle, Running, RunningEvents, System } from './system.ts';

export interface Script {
  /** Path → content; folders are what the paths imply. */
  readonly files?: Readonly<Record<string, Uint8Array | string>>;
  /** Program → what it prints for these arguments and this input. */
  readonly programs?: Readonly<Record<string, (args: readonly string[], input: Uint8Array) => Uint8Array | string>>;
  /** Programs that run until they are told to end: what they do with the events, and how they take signals. */
  readonly running?: (program: string, args: readonly string[], events: RunningEvents) => Running;
  /** Unix socket → what it answers to a GET of this path. */
  readonly sockets?: Readonly<Record<string, (path: string) => string>>;
  readonly input?: readonly Uint8Array[];
  readonly env?: Readonly<Record<string, string>>;
  readonly outIsTty?: boolean;
  /** The reader of the output goes away after so many characters. */
  readonly readerLeavesAfter?: number;
}

export interface ScriptedSystem extends System {
  /** What is on the disk now. */
  readonly disk: Map<string, Uint8Array>;
  readonly printed: () => { out: string; error: string };
  /** Bytes that went to stdout as they are. */
  readonly printedBytes: () => Uint8Array;
}

function failure(code: string, file: string): Error {
  return Object.assign(new Error(`${code}: ${file}`), { code });
}

class MemoryFiles implements Files {
  private readonly disk_: Map<string, Uint8Array>;
  private temporary = 0;

  constructor(disk: Map<string, Uint8Array>) {
    this.disk_ = disk;
  }

  private isFolder(folder: string): boolean {
    return folder === '/' || folder === '.' || [...this.disk_.keys()].some((p) => p.startsWith(`${folder}/`));
  }

  private content(file: string): Uint8Array {
    const found = this.disk_.get(path.normalize(file));
    if (found === undefined) throw failure(this.isFolder(path.normalize(file)) ? 'EISDIR' : 'ENOENT', file);
    return found;
  }

  async stat(file: string): Promise<FileStat | null> {
    const at = path.normalize(file).replace(/(.)\/$/, '$1');
    const found = this.disk_.get(at);
    if (found !== undefined) return { kind: 'file', bytes: found.length, modifiedMs: 0 };
    return this.isFolder(at) ? { kind: 'folder', bytes: 0, modifiedMs: 0 } : null;
  }

  /** Paths with the same content that starts with `same:` lead to one thing, as two names of a namespace do. */
  async identity(file: string) {
    const found = this.disk_.get(path.normalize(file));
    if (found === undefined) return null;
    const text = new TextDecoder().decode(found);
    const key = text.startsWith('same:') ? text : path.normalize(file);
    let inode = 7;
    for (const c of key) inode = (inode * 31 + (c.codePointAt(0) ?? 0)) % 1_000_000_007;
    return { device: text.startsWith('same:') ? 4 : 1, inode };
  }

  async list(folder: string) {
    const top = `${path.normalize(folder).replace(/(.)\/$/, '$1')}/`;
    const below = [...this.disk_.keys()].filter((p) => p.startsWith(top)).map((p) => p.slice(top.length));
    const names = [...new Set(below.map((p) => p.split('/')[0] ?? ''))].sort();
    return names.map((name) => ({ name, kind: below.includes(name) ? ('file' as const) : ('folder' as const) }));
  }

  async *read(file: string): AsyncIterable<Uint8Array> {
    const bytes = this.content(file);
    // Small odd pieces: whoever reads must not count on their size.
    for (let at = 0; at < bytes.length; at += 1009) yield bytes.subarray(at, at + 1009);
  }

  async readText(file: string): Promise<string> {
    return new TextDecoder().decode(this.content(file));
  }

  openRead(file: string): ReadHandle {
    const at = path.normalize(file);
    let bytes = this.content(file);
    return {
      readAt: (position, target) => {
        bytes = this.disk_.get(at) ?? bytes; // an unlinked file stays readable
        const part = bytes.subarray(position, position + target.length);
        target.set(part);
        return part.length;
      },
      close: () => undefined,
    };
  }

  async openWrite(file: string) {
    return this.writingAfter(file, new Uint8Array(0));
  }

  async openAppend(file: string, bytes: number) {
    return this.writingAfter(file, this.content(file).slice(0, bytes));
  }

  private writingAfter(file: string, before: Uint8Array) {
    const at = path.normalize(file);
    let written = before;
    this.disk_.set(at, written);
    return {
      write: async (chunk: Uint8Array) => {
        const longer = new Uint8Array(written.length + chunk.length);
        longer.set(written);
        longer.set(chunk, written.length);
        written = longer;
        this.disk_.set(at, written);
      },
      close: async () => undefined,
    };
  }

  async writeAside(file: string, text: string): Promise<void> {
    this.disk_.set(path.normalize(file), new TextEncoder().encode(text));
  }

  async create(file: string, text: string): Promise<boolean> {
    if (this.disk_.has(path.normalize(file))) return false;
    this.disk_.set(path.normalize(file), new TextEncoder().encode(text));
    return true;
  }

  async makeFolder(): Promise<void> {}

  async rename(from: string, to: string): Promise<void> {
    const bytes = this.content(from);
    this.disk_.delete(path.normalize(from));
    this.disk_.set(path.normalize(to), bytes);
  }

  async remove(file: string): Promise<void> {
    const at = path.normalize(file);
    for (const p of [...this.disk_.keys()]) if (p === at || p.startsWith(`${at}/`)) this.disk_.delete(p);
  }

  async disk() {
    return { freeBytes: 2 ** 40, totalBytes: 2 ** 41 };
  }

  openScratch() {
    let held = new Uint8Array(0);
    return {
      readAt: (position: number, target: Uint8Array) => {
        const part = held.subarray(position, position + target.length);
        target.set(part);
        return part.length;
      },
      writeAt: (position: number, bytes: Uint8Array) => {
        const grown = new Uint8Array(Math.max(held.length, position + bytes.length));
        grown.set(held);
        grown.set(bytes, position);
        held = grown;
      },
      close: () => undefined,
    };
  }

  temporaryPath(): string {
    this.temporary += 1;
    return `/tmp/scripted-${this.temporary}`;
  }
}

const bytesOf = (content: Uint8Array | string) =>
  typeof content === 'string' ? new TextEncoder().encode(content) : content;

function scriptedPrograms(script: Script): Programs {
  const known = script.programs ?? {};
  return {
    find: async (name) => (known[name] === undefined ? null : `/scripted/${name}`),
    async run(program, args) {
      const output = known[path.basename(program)]?.(args, new Uint8Array(0));
      if (output === undefined) throw failure('ENOENT', program);
      return { status: 0, end: 'exited', stdout: new TextDecoder().decode(bytesOf(output)), stderr: '' };
    },
    async confined(program, args, input) {
      const output = known[path.basename(program)]?.(args, input);
      if (output === undefined) throw failure('ENOENT', program);
      return { status: 0, end: 'exited', stdout: new TextDecoder().decode(bytesOf(output)), stderr: '' };
    },
    async *filter(program, args, source) {
      const parts: number[] = [];
      for await (const chunk of source) parts.push(...chunk);
      const output = known[path.basename(program)]?.(args, Uint8Array.from(parts));
      if (output === undefined) throw failure('ENOENT', program);
      yield bytesOf(output);
    },
    start(program, args, events) {
      const failed = { status: null, signal: null, failure: failure('ENOENT', program) };
      const nothing = { pause: () => undefined, resume: () => undefined, signal: () => undefined };
      return script.running?.(program, args, events) ?? { ended: Promise.resolve(failed), ...nothing };
    },
  };
}

export function scriptedSystem(script: Script = {}): ScriptedSystem {
  const disk = new Map(Object.entries(script.files ?? {}).map(([name, c]) => [path.normalize(name), bytesOf(c)]));
  const printed = { out: '', error: '' };
  const bytes: number[] = [];
  const input = async function* () {
    yield* script.input ?? [];
  };
  return {
    disk,
    printed: () => ({ ...printed }),
    printedBytes: () => Uint8Array.from(bytes),
    files: new MemoryFiles(disk),
    programs: scriptedPrograms(script),
    clock: {
      now: () => new Date('2026-11-24T06:00:00Z'),
      monotonicMs: () => 0,
      delay: () => new Promise((resolve) => setImmediate(resolve)),
      every: () => () => undefined,
    },
    terminal: {
      outIsTty: script.outIsTty ?? false,
      input: input(),
      async out(text) {
        if (printed.out.length > (script.readerLeavesAfter ?? Number.POSITIVE_INFINITY)) return false;
        printed.out += text;
        return true;
      },
      async outBytes(more) {
        bytes.push(...more);
        return true;
      },
      error: (text) => {
        printed.error += text;
      },
    },
    process: {
      env: script.env ?? {},
      homeFolder: '/home/somebody',
      userId: 1000,
      nodeVersion: 'v20.19.0',
      packageFolder: '/package',
      onStop: () => undefined,
    },
    async getFromSocket(socket, at) {
      const text = script.sockets?.[socket]?.(at);
      if (text === undefined) throw failure('ENOENT', socket);
      return { status: 200, text };
    },
    listen: () => Promise.reject(failure('ENOTSUP', 'a scripted system opens no sockets')),
  };
}
