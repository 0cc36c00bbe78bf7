// "Deep dissection": what tshark, where it is installed, makes of one packet. It gets the packet and those of its conversation before it, as far
// as the limits go, and runs confined: no rights, no home, no configuration or scripts of a user, limits on time, memory and output.
// Surprise: tshark counts the packets it is given, so that packet numbers in its text are not the list's.
import type { DeepDetail } from '../../api/deep.ts';
import { PcapngBuilder } from '../../parsers/capture/pcapng-builder.ts';
import { type DecodeAsRule, decodeAsText } from '../../parsers/wire/decode-as.ts';
import { Refusal } from '../refusal.ts';
import type { ConfinedLimits, System } from '../system/system.ts';
import type { Capture } from './capture.ts';
import type { Packets } from './packets.ts';
import { layersOfPdml } from './pdml.ts';

export interface DeepLimits extends ConfinedLimits {
  /** Packets before the asked one, and bytes of them. */
  readonly packets: number;
  readonly bytes: number;
}

const limits: DeepLimits = {
  packets: 2000,
  bytes: 8 << 20,
  timeoutMs: 15_000,
  cpuSeconds: 10,
  memoryBytes: 1 << 30,
  outputBytes: 8 << 20,
};

/** Of a long conversation these go along from its beginning: handshakes say how the rest is read. */
const fromTheStart = 50;
/** Rows looked at for packets of the conversation. */
const rowsLooked = 500_000;
const atOnce = 2;
const waitingAtMost = 8;

export class DeepDissector {
  private readonly system: System;
  private readonly limits: DeepLimits;
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private known: { readonly path: string; readonly version: string } | null = null;

  constructor(system: System, own: Partial<DeepLimits> = {}) {
    this.system = system;
    this.limits = { ...limits, ...own };
  }

  /** tshark's version; null where it, or what confines it, is not installed. */
  async version(): Promise<string | null> {
    const path = await this.system.programs.find('tshark');
    if (path === null || (await this.system.programs.find('prlimit')) === null) return null;
    if (this.known?.path === path) return this.known.version;
    const said = await this.system.programs
      .confined(path, ['--version'], new Uint8Array(0), this.limits)
      .catch(() => null);
    const [, version] = /^TShark \(Wireshark\) (\d[\w.-]*)/m.exec(said?.stdout ?? '') ?? [];
    if (version === undefined) return null;
    this.known = { path, version: version.replace(/\.$/, '') };
    return this.known.version;
  }

  /** Asks tshark. Throws a Refusal that says why there is no answer. */
  async detail(packets: Packets, no: number, rules: readonly DecodeAsRule[] = []): Promise<DeepDetail> {
    const version = await this.version();
    if (version === null || this.known === null)
      throw new Refusal(
        404,
        'no-tshark',
        'tshark (and prlimit) is needed for this and not installed here; install tshark',
      );
    const { capture, row, frame } = packets.packetAt(no);
    const bytes = frame.slice();
    const { rows, left } = rowsFor(capture, row, this.limits);
    const input = captureOf(packets, capture, [...rows, row]);
    const options = rules.flatMap((rule) => ['-d', decodeAsText(rule)]);
    const number = rows.length + 1;
    const args = ['-n', '-r', '-', ...options, '-Y', `frame.number == ${number}`, '-T', 'pdml'];
    const { path } = this.known;
    const result = await this.inTurn(() => this.system.programs.confined(path, args, input, this.limits));
    const layers = result.end === 'exited' ? layersOfPdml(result.stdout, bytes) : null;
    if (layers === null) throw failureOf(result, this.limits);
    return { no, version, layers, number, before: rows.length, left };
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= atOnce) {
      if (this.waiting.length >= waitingAtMost)
        throw new Refusal(429, 'busy', 'tshark is busy with other packets; ask again in a moment');
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    this.running += 1;
    try {
      return await work();
    } finally {
      this.running -= 1;
      this.waiting.shift()?.();
    }
  }
}

type Result = Awaited<ReturnType<System['programs']['confined']>>;

function failureOf({ end, status, stderr }: Result, { timeoutMs, outputBytes, memoryBytes }: DeepLimits): Refusal {
  const said = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('Running as user'))
    .at(-1);
  const why =
    end === 'timed out'
      ? `did not answer within ${timeoutMs / 1000} s and was ended`
      : end === 'too long'
        ? `answered more than ${outputBytes >> 20} MiB and was ended`
        : said !== undefined
          ? `failed: ${said}`
          : `failed with status ${status}, perhaps at its limit of ${memoryBytes >> 20} MiB of memory`;
  return new Refusal(502, 'tshark-failed', `tshark ${why}; the packet's own tree is not touched by it`);
}

/**
 * Rows of the packet's conversation before it, ascending: the first ones and the last ones, within the limits; and how many are left
 * out, null where that was not counted.
 */
export function rowsFor(
  { index }: Capture,
  row: number,
  { packets, bytes }: Pick<DeepLimits, 'packets' | 'bytes'>,
): { rows: number[]; left: number | null } {
  const flow = index.flowOf(row);
  const firstRow = flow === null ? row : (index.flow(flow)?.firstRow ?? row);
  const oldest = Math.max(0, row - rowsLooked);
  const found: number[] = [];
  for (let at = firstRow; at < oldest && at < firstRow + rowsLooked && found.length < fromTheStart; at++)
    if (index.flowOf(at) === flow) found.push(at);
  const isWhole = found.length === 0;
  // Without a conversation the packets just before are what fragments would come from.
  for (let at = oldest; at < row; at++) if (flow === null ? row - at <= 20 : index.flowOf(at) === flow) found.push(at);
  const kept: number[] = [];
  let used = 0;
  const take = (at: number): boolean => {
    used += index.caplen(at);
    if (kept.length >= packets || used > bytes) return false;
    kept.push(at);
    return true;
  };
  for (const at of found.slice(0, fromTheStart)) if (!take(at)) break;
  for (const at of found.slice(fromTheStart).reverse()) if (!take(at)) break;
  return { rows: kept.sort((a, b) => a - b), left: isWhole ? found.length - kept.length : null };
}

function captureOf(packets: Packets, capture: Capture, rows: readonly number[]): Uint8Array {
  const { index } = capture;
  const builder = new PcapngBuilder(1 << 16);
  builder.section({ application: 'vethscope' });
  const numbers = new Map<number, number>();
  for (const row of rows) {
    const id = index.interfaceOf(row);
    const known = numbers.get(id);
    const number = known ?? numbers.size;
    if (known === undefined) {
      numbers.set(id, number);
      builder.interface({ linkType: index.interfaces[id]?.linkType ?? 1, name: packets.pointOf(capture, id) });
    }
    const ns = index.timestampNs(row);
    const frame = capture.frame(row);
    const [seconds, nanos] = [Number(ns / 1_000_000_000n), Number(ns % 1_000_000_000n)];
    builder.packet(number, seconds, nanos, frame, 0, frame.length, index.length(row), capture.optionsOf(row));
  }
  return builder.take();
}
