// The operating system as the server sees it: files, programs, sockets, clock, terminal. Everything else in server/ goes
// through this interface, so that a test can script it. Failures keep Node's `code` (ENOENT, EACCES, ENOSPC, …).
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

export interface FileStat {
  readonly kind: 'file' | 'folder' | 'other';
  readonly bytes: number;
  readonly modifiedMs: number;
}

export interface FolderEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'other';
}

/** Reads by offset, at once: a display filter asks for frames in the middle of a computation. */
export interface ReadHandle {
  /** Bytes read into `target`, fewer only at the end of the file. */
  readAt(position: number, target: Uint8Array): number;
  close(): void;
}

/** A file without a name, for what memory has no room for; it is gone when it is closed or the process ends. */
export interface ScratchHandle extends ReadHandle {
  writeAt(position: number, bytes: Uint8Array): void;
}

export interface WriteHandle {
  /** Resolves when the bytes are handed to the kernel: awaiting it is the backpressure. */
  write(chunk: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

export interface Disk {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

export interface Files {
  /** Null when there is nothing at this path. */
  stat(path: string): Promise<FileStat | null>;
  /** Device and inode of what the path leads to, which tell whether two paths are one thing; null when there is nothing. */
  identity(path: string): Promise<{ readonly device: number; readonly inode: number } | null>;
  list(folder: string): Promise<FolderEntry[]>;
  read(path: string): AsyncIterable<Uint8Array>;
  readText(path: string): Promise<string>;
  openRead(path: string): ReadHandle;
  /** Creates the folders above, and empties what stood there. */
  openWrite(path: string): Promise<WriteHandle>;
  /** Cuts the file after `bytes` bytes and writes on from there. */
  openAppend(path: string, bytes: number): Promise<WriteHandle>;
  /** Writes beside `path` and renames, so that a reader sees the old text or the new one. */
  writeAside(path: string, text: string): Promise<void>;
  /** Writes a file that is not there yet, its folder as well; false when it is there. */
  create(path: string, text: string): Promise<boolean>;
  makeFolder(path: string): Promise<void>;
  /** Creates the folders above `to`. */
  rename(from: string, to: string): Promise<void>;
  /** A file, or a folder with all it holds; nothing there is fine. */
  remove(path: string): Promise<void>;
  disk(path: string): Promise<Disk>;
  openScratch(): ScratchHandle;
  /** A path for a file that only this process uses. */
  temporaryPath(): string;
}

export interface ProgramResult {
  readonly status: number;
  /** `timed out` and `too long`: it was killed, and stdout holds what came until then. */
  readonly end: 'exited' | 'timed out' | 'too long';
  readonly stdout: string;
  readonly stderr: string;
}

/** What a running program says. Callbacks come in the order of things, `onOutput` before `ended` resolves. */
export interface RunningEvents {
  readonly onOutput: (chunk: Uint8Array) => void;
  readonly onError: (text: string) => void;
}

export interface Running {
  /** Status and signal of the end; it failed to start when both are null, and `failure` says why. */
  readonly ended: Promise<{
    readonly status: number | null;
    readonly signal: string | null;
    readonly failure: unknown;
  }>;
  /** No more output until `resume`; the program waits once its pipe is full. */
  pause(): void;
  resume(): void;
  signal(name: 'SIGINT' | 'SIGTERM' | 'SIGKILL' | 'SIGUSR1'): void;
}

/** What a confined program may use up. */
export interface ConfinedLimits {
  readonly timeoutMs: number;
  readonly cpuSeconds: number;
  /** Of address space. */
  readonly memoryBytes: number;
  /** Characters of stdout. */
  readonly outputBytes: number;
}

export interface Programs {
  /** Full path of a program, or null when it is not installed. */
  find(name: string): Promise<string | null>;
  /** Arguments are never seen by a shell. @param outputLimit characters of stdout to take, 16 Mi when left out */
  run(program: string, args: readonly string[], timeoutMs: number, outputLimit?: number): Promise<ProgramResult>;
  /**
   * Runs a program that reads `input` and is not trusted with more: without our environment, home and (as root) rights, unable to
   * write files, within limits that `prlimit` sets, which must be installed.
   */
  confined(program: string, args: readonly string[], input: Uint8Array, limits: ConfinedLimits): Promise<ProgramResult>;
  /** Feeds `source` to the program and yields what it prints; throws its last line of stderr when it fails. */
  filter(program: string, args: readonly string[], source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
  /** Starts a program that goes on until it is told to end. It does not outlive us, even when we are killed. */
  start(program: string, args: readonly string[], events: RunningEvents): Running;
}

export interface Listener {
  readonly host: string;
  readonly port: number;
  /** Stops listening and ends every connection. */
  close(): Promise<void>;
}

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => void;
  readonly onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

export interface Clock {
  now(): Date;
  /** Milliseconds that only go forward. */
  monotonicMs(): number;
  delay(ms: number): Promise<void>;
  /** Runs again and again until the returned function is called; does not keep the process alive. */
  every(ms: number, run: () => void): () => void;
}

/** Where a command prints. `out` says false once nobody reads any more (EPIPE): stop, quietly. */
export interface Terminal {
  readonly outIsTty: boolean;
  readonly input: AsyncIterable<Uint8Array>;
  out(text: string): Promise<boolean>;
  outBytes(bytes: Uint8Array): Promise<boolean>;
  error(text: string): void;
}

export interface ProcessFacts {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeFolder: string;
  readonly userId: number | null;
  readonly nodeVersion: string;
  /** Folder of the installed package: dist/, fixtures/ and package.json stand in it. */
  readonly packageFolder: string;
  /** Calls back once, on the first SIGINT or SIGTERM. */
  onStop(run: (signal: string) => void): void;
}

export interface System {
  readonly files: Files;
  readonly programs: Programs;
  readonly clock: Clock;
  readonly terminal: Terminal;
  readonly process: ProcessFacts;
  listen(options: ListenOptions): Promise<Listener>;
  /** One GET over a Unix socket; the answer may have 64 MiB. */
  getFromSocket(socket: string, path: string, timeoutMs: number): Promise<{ status: number; text: string }>;
}

/** Why the operating system refused, in words: `does not exist`, `may not be read by this user`, … */
export function reasonOf(error: unknown): string {
  const code = codeOf(error);
  switch (code) {
    case 'ENOENT':
      return 'does not exist';
    case 'EACCES':
    case 'EPERM':
      return 'may not be used by this user';
    case 'EISDIR':
      return 'is a folder, not a file';
    case 'ENOTDIR':
      return 'has a file where a folder is needed';
    case 'ENOSPC':
      return 'does not fit: the disk is full';
    case 'EROFS':
      return 'is on a read-only disk';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

/** Node's `code` of a failure, or null. */
export function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}
