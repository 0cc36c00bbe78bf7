// The engine where tcpdump is absent: libpcap inside this process, through the optional package `cap`.
// Surprise: the package tells neither the time of a packet nor how many were dropped. The time is our own clock's when we hear of it,
// and drops are unknown, which status and file say; of a packet it gives at most 65,535 bytes, and not how long it was. It always sets interfaces promiscuous, so that it is let near those only where this
// changes nothing. Its decoders are never used: a valid packet makes them loop for ever.
import { reasonOf, type System } from '../system/system.ts';
import {
  checkDevice,
  checkFilterText,
  type Engine,
  type PointCapture,
  type PointEvents,
  type PointToCapture,
} from './engine.ts';

/** The part of `cap` that is used. */
interface Cap {
  open(device: string, filter: string, bufferBytes: number, packet: Buffer): string;
  setMinBytes?(bytes: number): void;
  on(event: 'packet', listener: (bytes: number, truncated: boolean) => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
  close(): void;
}

/** A veth has one peer, lo itself, and `any` is never promiscuous. */
const harmless: readonly PointToCapture['kind'][] = ['veth', 'loopback', 'any'];
const bufferBytes = 64 << 20;
/** What failed to open is never let go: when it is collected, the package stops a poll handle that it never made. */
const failed: Cap[] = [];
const linkTypes: Readonly<Record<string, number>> = {
  ETHERNET: 1,
  NULL: 0,
  RAW: 101,
  LINKTYPE_LINUX_SLL: 113,
  LINUX_SLL: 113,
};

/** Null when the package is not installed or was built for another machine. */
export async function libpcapEngine(system: System): Promise<Engine | null> {
  const make = await loadCap();
  if (make === null) return null;
  return {
    name: 'libpcap',
    countsDrops: false,
    holdsBackMs: 100,
    cannot,
    start: (point, events) => start(system, make, point, events),
  };
}

async function loadCap(): Promise<(() => Cap) | null> {
  // Not a literal, so that neither the compiler nor the bundler asks for what may be absent.
  const name: string = 'cap';
  try {
    const loaded: { Cap?: new () => Cap; default?: { Cap?: new () => Cap } } = await import(/* @vite-ignore */ name);
    const Made = loaded.Cap ?? loaded.default?.Cap;
    return Made === undefined ? null : () => new Made();
  } catch {
    return null;
  }
}

function cannot({ kind, device, netns }: Pick<PointToCapture, 'kind' | 'device' | 'netns'>): string | null {
  if (netns !== null) return 'libpcap inside this process cannot enter a pod; install tcpdump, or capture at its veth';
  if (harmless.includes(kind)) return null;
  return `libpcap inside this process would set ${device} promiscuous; install tcpdump, or capture at the veth`;
}

function pcapHeader(linkType: number, snaplen: number): Uint8Array {
  const head = new DataView(new ArrayBuffer(24));
  head.setUint32(0, 0xa1b23c4d, true);
  head.setUint16(4, 2, true);
  head.setUint16(6, 4, true);
  head.setUint32(16, snaplen, true);
  head.setUint32(20, linkType, true);
  return new Uint8Array(head.buffer);
}

function start(system: System, make: () => Cap, point: PointToCapture, events: PointEvents): PointCapture {
  checkDevice(point.device);
  checkFilterText(point.filter);
  let open: Cap | null = null;
  const end = (error: string | null) => {
    open?.close();
    if (open !== null || error !== null) events.onEnd(error);
    open = null;
  };
  const nothing = { pause: () => undefined, resume: () => undefined, count: () => undefined };
  const capture = { ...nothing, stop: () => end(null), kill: () => end(null) };
  const why = cannot(point);
  if (why !== null) {
    queueMicrotask(() => end(why));
    return capture;
  }
  const shared = Buffer.alloc(65_535);
  const cap = make();
  try {
    const linkType = linkTypes[cap.open(point.device, point.filter, bufferBytes, shared)] ?? 1;
    cap.setMinBytes?.(0);
    open = cap;
    events.onBytes(pcapHeader(linkType, point.snaplen));
    cap.on('error', (error) => end(error.message));
    cap.on('packet', (bytes) => {
      const caplen = Math.min(bytes, point.snaplen, shared.length);
      const record = new Uint8Array(16 + caplen);
      const head = new DataView(record.buffer);
      const ms = system.clock.now().getTime();
      head.setUint32(0, Math.floor(ms / 1000), true);
      head.setUint32(4, (ms % 1000) * 1_000_000, true);
      head.setUint32(8, caplen, true);
      head.setUint32(12, bytes, true);
      record.set(shared.subarray(0, caplen), 16);
      events.onBytes(record);
    });
  } catch (error) {
    failed.push(cap);
    queueMicrotask(() => events.onEnd(reasonOf(error)));
  }
  return capture;
}
