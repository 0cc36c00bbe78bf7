import { expect, test } from 'vitest';
import type { CapturePoint } from '../../api/live.ts';
import { captureLimits } from '../../api/live.ts';
import { CaptureReader } from '../../parsers/capture/reader.ts';
import { writePcap } from '../../parsers/capture/writer.ts';
import { filterOf } from '../packets/packets.ts';
import { scriptedSystem } from '../system/scripted.ts';
import type { Engine, PointEvents } from './engine.ts';
import { CaptureRun, type CaptureSink, type RunOptions } from './run.ts';
import { Trigger } from './trigger.ts';

const dueNs = BigInt(Date.parse('2026-11-24T05:59:00Z')) * 1_000_000n;
const header = writePcap({ linkType: 1, nano: true }, []);
const packets = (...at: number[]) =>
  writePcap(
    { linkType: 1, nano: true },
    at.map((n) => ({ ns: dueNs + BigInt(n), bytes: new Uint8Array(60).fill(n) })),
  ).subarray(24);

function point(id: string): CapturePoint {
  const rest = {
    kind: 'veth' as const,
    netns: null,
    pid: null,
    podId: 'default/web',
    selected: true,
    sees: '',
    warning: null,
  };
  return { ...rest, id, device: id, label: `veth ${id}` };
}

class FakeEngine implements Engine {
  readonly name = 'tcpdump';
  readonly countsDrops = true;
  readonly holdsBackMs = 0;
  readonly cannot = () => null;
  readonly events: PointEvents[] = [];
  readonly calls: string[] = [];
  stuck = false;

  start(of: { device: string }, events: PointEvents) {
    this.events.push(events);
    events.onBytes(header);
    const say = (what: string) => () => void this.calls.push(`${what} ${of.device}`);
    const end = (what: string) => () => {
      this.calls.push(`${what} ${of.device}`);
      if (what === 'kill' || !this.stuck) events.onEnd(null);
    };
    return { pause: say('pause'), resume: say('resume'), count: say('count'), stop: end('stop'), kill: end('kill') };
  }
}

class MemorySink implements CaptureSink {
  readonly folder = null;
  readonly files: Uint8Array[][] = [[]];
  closed = false;
  fails = false;

  async write(chunk: Uint8Array): Promise<void> {
    if (this.fails) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
    this.files.at(-1)?.push(chunk);
  }
  async next(): Promise<void> {
    this.files.push([]);
  }
  async close(): Promise<void> {
    this.closed = true;
  }
  read(file = 0): { first: number; interface: string | null }[] {
    const reader = new CaptureReader();
    const found = [];
    for (const chunk of this.files[file] ?? []) {
      reader.append(chunk);
      while (reader.read()) {
        const { bytes, start, interfaceId } = reader.record;
        found.push({ first: bytes[start] ?? 0, interface: reader.interfaces[interfaceId]?.name ?? null });
      }
    }
    reader.end();
    expect(reader.issues).toEqual([]);
    return found;
  }
}

function setUp(ids: readonly string[], more: Partial<RunOptions> = {}) {
  const engine = new FakeEngine();
  const sink = new MemorySink();
  const run = new CaptureRun({
    system: scriptedSystem(),
    engine,
    caseId: 'c',
    points: ids.map((id) => ({ point: point(id), filter: 'port 80' })),
    snaplen: 1000,
    limits: captureLimits.parse({}),
    trigger: null,
    names: [],
    application: 'vethscope 0.0.0',
    comment: 'a test',
    sink,
    onChange: () => undefined,
    ...more,
  });
  return { engine, sink, run };
}

test('packets of two points come out by time, and the file is whole at the end', async () => {
  const { engine, sink, run } = setUp(['a', 'b']);
  await run.start();
  engine.events[0]?.onBytes(packets(1, 4));
  engine.events[1]?.onBytes(packets(2, 3));
  await run.tick();
  engine.events[0]?.onCounters({ received: 2, dropped: 7 });
  await run.stop('stopped');
  expect(sink.read()).toEqual([
    { first: 1, interface: 'a' },
    { first: 2, interface: 'b' },
    { first: 3, interface: 'b' },
    { first: 4, interface: 'a' },
  ]);
  expect(sink.closed).toBe(true);
  const status = run.status();
  expect(status).toMatchObject({ state: 'ended', reason: 'stopped', packets: 4 });
  expect(status.points[0]).toMatchObject({ state: 'ended', packets: 2, bytes: 120, kernelDrops: 7 });
});

test('a packet limit is exact, and no packet after it is written', async () => {
  const { engine, sink, run } = setUp(['a'], { limits: captureLimits.parse({ packets: 2 }) });
  await run.start();
  engine.events[0]?.onBytes(packets(1, 2, 3));
  await run.tick();
  await run.ended;
  expect(run.status()).toMatchObject({ reason: 'packet limit', packets: 2 });
  expect(sink.read().map((p) => p.first)).toEqual([1, 2]);
});

test('a packet that matches the trigger ends it', async () => {
  const { engine, run } = setUp(['a'], { trigger: new Trigger(filterOf('frame.len == 60'), 0) });
  await run.start();
  engine.events[0]?.onBytes(packets(1));
  await run.tick();
  await run.ended;
  expect(run.status()).toMatchObject({ reason: 'trigger', packets: 1 });
});

test('a disk that is full ends it with the reason', async () => {
  const { engine, sink, run } = setUp(['a']);
  await run.start();
  sink.fails = true;
  engine.events[0]?.onBytes(packets(1));
  await run.tick();
  await run.ended;
  expect(run.status().reason).toBe('writing failed: does not fit: the disk is full');
  expect(engine.calls).toContain('stop a');
});

test('when every point ends by itself the capture ends, with the first complaint as reason', async () => {
  const { engine, run } = setUp(['a', 'b']);
  await run.start();
  engine.events[0]?.onEnd('The interface went down');
  await run.tick();
  expect(run.status()).toMatchObject({ state: 'running', points: [{ state: 'failed' }, { state: 'running' }] });
  engine.events[1]?.onEnd(null);
  await run.tick();
  await run.ended;
  expect(run.status().reason).toBe('The interface went down');
});

test('nothing is started when no point can be', async () => {
  const { engine, run } = setUp(['a']);
  const start = engine.start.bind(engine);
  engine.start = (of, events) => {
    const capture = start(of, { ...events, onBytes: () => undefined });
    events.onEnd('a: No such device exists');
    return capture;
  };
  await expect(run.start()).rejects.toMatchObject({
    code: 'capture-failed',
    message: expect.stringContaining('No such device'),
  });
});

test('a ring begins each file with its own header', async () => {
  const limits = captureLimits.parse({ bytes: 1_000_000, ringFiles: 1000 });
  const { engine, sink, run } = setUp(['a'], { limits });
  await run.start();
  for (const n of [1, 2, 3]) {
    engine.events[0]?.onBytes(packets(...new Array<number>(20).fill(n)));
    await run.tick();
  }
  await run.stop('stopped');
  expect(sink.files.length).toBe(4);
  for (const [i, n] of [1, 2, 3].entries()) expect(sink.read(i)).toContainEqual({ first: n, interface: 'a' });
});

test('what waits too long makes the engines wait, and then go on', async () => {
  const { engine, run } = setUp(['a']);
  await run.start();
  engine.events[0]?.onBytes(new Uint8Array(65 << 20));
  expect(engine.calls).toEqual(['pause a']);
});
