// Captures named on a command line: files, `-` for stdin, compressed ones, and archives of captures.
import { CaptureIndexer } from '../../parsers/index/capture-index.ts';
import type { NodeState } from '../../parsers/nodestate/state.ts';
import type { DecodeAsRule } from '../../parsers/wire/decode-as.ts';
import { Refusal } from '../refusal.ts';
import { defaultLimits } from '../store/limits.ts';
import { reasonOf, type System } from '../system/system.ts';
import type { Bytes } from '../unpack/byte-reader.ts';
import { opened } from '../unpack/opened.ts';
import { Capture } from './capture.ts';
import { FrameFile } from './frame-file.ts';
import { indexMemoryOf } from './index-memory.ts';
import { Packets } from './packets.ts';

export interface OpenedCaptures {
  readonly packets: Packets;
  readonly captures: readonly Capture[];
  /** What could not be read, one sentence each, with the file's name. */
  readonly issues: readonly string[];
  close(): void;
}

/** Called while a single capture is read, with what there is so far; false: nobody wants more. */
export type WhileReading = (packets: Packets) => Promise<boolean>;

const kinds = 'pcap or pcapng, also compressed with gzip, zstd or lz4, or in a tar archive';

export interface OpenOptions {
  /** Sees the packets of a single capture as they come. */
  readonly whileReading?: WhileReading | null;
  readonly decodeAs?: readonly DecodeAsRule[] | undefined;
  /** What the dumps of a node say: names and NAT of the packets. */
  readonly state?: NodeState | null;
}

class Opening {
  readonly captures: Capture[] = [];
  readonly issues: string[] = [];
  private readonly system: System;
  private readonly whileReading: WhileReading | null;
  private readonly decodeAs: readonly DecodeAsRule[];
  private readonly state: NodeState | null;

  constructor(system: System, { whileReading = null, decodeAs = [], state = null }: OpenOptions) {
    this.system = system;
    this.decodeAs = decodeAs;
    this.whileReading = whileReading;
    this.state = state;
  }

  packetsOf(captures: readonly Capture[]): Packets {
    const packets = new Packets(this.system.clock);
    packets.setCaptures(captures);
    if (this.state !== null) packets.setState(this.state);
    return packets;
  }

  async open(path: string): Promise<void> {
    const name = path === '-' ? 'stdin' : path;
    const before = this.captures.length;
    try {
      if (path !== '-' && (await this.openPlain(path))) return;
      await this.openStream(name, path === '-' ? this.system.terminal.input : this.system.files.read(path));
    } catch (error) {
      if (error instanceof Refusal) throw new Refusal(400, error.code, `${name}: ${error.message}`);
      throw new Refusal(400, 'unreadable', `${name} ${reasonOf(error)}; name a capture file (${kinds})`);
    }
    if (this.captures.length === before)
      throw new Refusal(400, 'no-capture', `${name}: holds no capture; expected ${kinds}`);
  }

  /** A capture as it is: frames are read from the file itself. */
  private async openPlain(path: string): Promise<boolean> {
    const stat = await this.system.files.stat(path);
    if (stat === null) throw new Refusal(400, 'unreadable', `does not exist; name a capture file (${kinds})`);
    if (stat.kind === 'folder') throw new Refusal(400, 'unreadable', `is a folder; name the capture files in it`);
    if (stat.kind !== 'file') return false; // a pipe: read once, from the front
    if (stat.bytes === 0) throw new Refusal(400, 'unreadable', 'is empty; expected at least the header of a capture');
    const content = await opened(this.system.files.read(path), this.context);
    if (content.kind !== 'capture' || content.wrapping.length > 0) return false;
    await this.index(path, content.body, path, null, this.whileReading);
    return true;
  }

  private get context() {
    return { programs: this.system.programs, limits: defaultLimits.unpacked };
  }

  private async openStream(name: string, source: Bytes): Promise<void> {
    const content = await opened(source, this.context);
    if (content.kind === 'capture') return this.spool(name, content.body, this.whileReading);
    if (content.kind === 'text') throw new Refusal(400, 'no-capture', `is not a capture; expected ${kinds}`);
    for await (const entry of content.entries) {
      const member = await opened(entry.body, this.context);
      if (member.kind === 'capture') await this.spool(`${name}/${entry.path}`, member.body, null);
    }
  }

  /** What cannot be read twice goes to a temporary file, which has no name any more as soon as it is open. */
  private async spool(name: string, body: Bytes, whileReading: WhileReading | null): Promise<void> {
    const temporary = this.system.files.temporaryPath();
    await this.index(name, body, temporary, temporary, whileReading);
  }

  private async index(
    name: string,
    body: Bytes,
    framesIn: string,
    copyTo: string | null,
    whileReading: WhileReading | null,
  ): Promise<void> {
    const { files } = this.system;
    const sink = copyTo === null ? null : await files.openWrite(copyTo);
    const indexer = new CaptureIndexer({ decodeAs: this.decodeAs, memory: indexMemoryOf(this.system) });
    const capture = new Capture(name, indexer.index, new FrameFile(files.openRead(framesIn)));
    if (copyTo !== null) await files.remove(copyTo);
    const soFar = this.packetsOf([capture]);
    try {
      for await (const chunk of body) {
        if (sink !== null) await sink.write(chunk);
        indexer.append(chunk);
        if (whileReading !== null && !(await whileReading(soFar))) break;
      }
    } catch (error) {
      this.issues.push(`${name}: ${error instanceof Refusal ? error.message : reasonOf(error)}`);
    }
    indexer.end();
    await sink?.close();
    this.issues.push(...indexer.index.issues.map((issue) => `${name}: ${issue.message}`));
    this.captures.push(capture);
  }
}

/** Opens captures and indexes them whole. */
export async function openCaptures(
  system: System,
  paths: readonly string[],
  options: OpenOptions = {},
): Promise<OpenedCaptures> {
  if (paths.filter((p) => p === '-').length > 1) throw new Refusal(400, 'bad-usage', 'stdin (-) can be read only once');
  const single = paths.length === 1 ? {} : { whileReading: null };
  const opening = new Opening(system, { ...options, ...single });
  for (const path of paths) await opening.open(path);
  const packets = opening.packetsOf(opening.captures);
  await packets.catchUp(Number.POSITIVE_INFINITY);
  return { packets, captures: opening.captures, issues: opening.issues, close: () => packets.close() };
}
