// What captures at one point. Both engines give the same thing, a stream of pcap with nanoseconds, so that everything behind them is one.
// Nothing here changes what is watched: never promiscuous (on a bridge that breaks DNATed traffic), no rules, no settings.
import type { CapturePoint } from '../../api/live.ts';
import { Refusal } from '../refusal.ts';

export interface PointToCapture {
  readonly kind: CapturePoint['kind'];
  readonly device: string;
  /** Path of the network namespace to enter; null: the node's own. */
  readonly netns: string | null;
  /** In libpcap's syntax; empty: everything. */
  readonly filter: string;
  readonly snaplen: number;
}

export interface PointCounters {
  /** Packets that passed the filter, by the kernel's count. */
  readonly received: number;
  readonly dropped: number;
}

export interface PointEvents {
  /** Bytes of a pcap file, in order and split anywhere; the chunk is given away. */
  readonly onBytes: (chunk: Uint8Array) => void;
  readonly onCounters: (counters: PointCounters) => void;
  /** After the last bytes. `error` is null when it ended because it was told to. */
  readonly onEnd: (error: string | null) => void;
}

export interface PointCapture {
  /** As `Engine.holdsBackMs`, where it is less for now. */
  holdsBackMs?(): number;
  pause(): void;
  resume(): void;
  /** Asks for fresh counters, where there are any. */
  count(): void;
  /** Ends it in order: what was captured still comes. */
  stop(): void;
  /** Ends it at once. */
  kill(): void;
}

export interface Engine {
  readonly name: 'tcpdump' | 'libpcap';
  readonly countsDrops: boolean;
  /** Milliseconds that a packet may be held back by the kernel before the engine hears of it. */
  readonly holdsBackMs: number;
  /** One sentence why it cannot capture there, with what to do instead; null when it can. */
  cannot(point: Pick<PointToCapture, 'kind' | 'device' | 'netns'>): string | null;
  start(point: PointToCapture, events: PointEvents): PointCapture;
}

/** As the kernel's dev_valid_name: at most 15 bytes, no slash, no colon, no white space; and nothing that a program takes for an option. */
export function checkDevice(device: string): void {
  const bytes = new TextEncoder().encode(device).length;
  if (bytes > 0 && bytes < 16 && !/[\s/:\0]/.test(device) && !/^(-|\.\.?$)/.test(device) && printable(device)) return;
  throw new Refusal(400, 'bad-device', `${JSON.stringify(device)} is not a name of an interface; ip link lists them`);
}

export function checkNetns(netns: string): void {
  if (netns.startsWith('/') && printable(netns) && !netns.split('/').includes('..')) return;
  throw new Refusal(400, 'bad-netns', `${JSON.stringify(netns)} is not the path of a network namespace`);
}

/** A filter is one argument after `--`, never seen by a shell; what no filter needs is refused before that. */
export function checkFilterText(filter: string): void {
  if (printable(filter)) return;
  throw new Refusal(400, 'bad-filter', 'a capture filter is one line of plain characters; see man pcap-filter');
}

function printable(text: string): boolean {
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return false;
  }
  return true;
}

/** How long packets may be held back now: as long as at the slowest point. */
export function heldBackMs(engine: Engine, points: readonly { readonly capture: PointCapture | null }[]): number {
  return Math.max(0, ...points.map(({ capture }) => capture?.holdsBackMs?.() ?? engine.holdsBackMs));
}
