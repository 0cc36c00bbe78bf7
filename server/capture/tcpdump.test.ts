import { describe, expect, test } from 'vitest';
import { scriptedSystem } from '../system/scripted.ts';
import type { RunningEvents } from '../system/system.ts';
import type { PointToCapture } from './engine.ts';
import { commandOf, filterError, tcpdumpEngine } from './tcpdump.ts';

const programs = { tcpdump: '/usr/bin/tcpdump', nsenter: '/usr/bin/nsenter', user: 'tcpdump' };
const at = (more: Partial<PointToCapture>): PointToCapture => ({
  kind: 'veth',
  device: 'veth1',
  netns: null,
  filter: '',
  snaplen: 256,
  ...more,
});

test('never promiscuous, and the filter is one word after --', () => {
  const { program, args } = commandOf(programs, at({ netns: '/proc/12/ns/net', filter: 'tcp port 80' }));
  expect(program).toBe('/usr/bin/nsenter');
  expect(args.slice(0, 3)).toEqual(['--net=/proc/12/ns/net', '--', '/usr/bin/tcpdump']);
  expect(args).toContain('-p');
  expect(args.slice(-4)).toEqual(['-Z', 'tcpdump', '--', 'tcp port 80']);
  expect(commandOf(programs, at({ filter: '-z /evil.sh' })).args.slice(-2)).toEqual(['--', '-z /evil.sh']);
  expect(commandOf(programs, at({})).args.at(-1)).toBe('--');
});

describe('refused before anything is started', () => {
  test.each(['', '-z', '..', 'a/b', 'a b', 'a\nb', 'x'.repeat(16), 'a:b', 'é'.repeat(8), 'a\0'])(
    'device %j',
    (device) => {
      expect(() => commandOf(programs, at({ device }))).toThrow('is not a name of an interface');
    },
  );
  test.each(['ns', '-x', '/a/../b', '/a\n', '/a\0'])('namespace %j', (netns) => {
    expect(() => commandOf(programs, at({ netns }))).toThrow('is not the path of a network namespace');
  });
  test.each(['port 80\n-z x', 'a\0b', 'a\x1bb'])('filter %j', (filter) => {
    expect(() => commandOf(programs, at({ filter }))).toThrow('one line of plain characters');
  });
});

test('counters, complaints and the end are read from stderr', async () => {
  let events: RunningEvents | null = null;
  let end: (how: { status: number | null; signal: string | null; failure: unknown }) => void = () => undefined;
  const signals: string[] = [];
  const system = scriptedSystem({
    programs: { tcpdump: () => '' },
    running: (_program, args, given) => {
      // The quick one beside it ends at once.
      const nothing = { pause: () => undefined, resume: () => undefined, signal: () => undefined };
      if (args.includes('--immediate-mode'))
        return { ended: Promise.resolve({ status: 1, signal: null, failure: null }), ...nothing };
      events = given;
      const ended = new Promise<{ status: number | null; signal: string | null; failure: unknown }>((resolve) => {
        end = resolve;
      });
      return { ended, pause: () => undefined, resume: () => undefined, signal: (name) => signals.push(name) };
    },
  });
  const engine = await tcpdumpEngine(system);
  const counted: unknown[] = [];
  const ends: unknown[] = [];
  const capture = engine?.start(at({}), {
    onBytes: () => undefined,
    onCounters: (c) => counted.push(c),
    onEnd: (e) => ends.push(e),
  });
  await new Promise((resolve) => setImmediate(resolve));
  const hear = (text: string) => events?.onError(text);
  capture?.count();
  expect(signals).toEqual([]); // before it listens SIGUSR1 would end it
  hear('tcpdump: listening on veth1, link-type EN10MB\n');
  capture?.count();
  expect(signals).toEqual(['SIGUSR1']);
  hear('tcpdump: 4 packets captured, 5 packets rec');
  hear('eived by filter, 1 packet dropped by kernel\n');
  expect(counted).toEqual([{ received: 5, dropped: 1 }]);
  hear(
    'tcpdump: pcap_loop: The interface disappeared\n9 packets captured\n9 packets received by filter\n2 packets dropped by kernel\n',
  );
  expect(counted.at(-1)).toEqual({ received: 9, dropped: 2 });
  end({ status: 1, signal: null, failure: null });
  await new Promise((resolve) => setImmediate(resolve));
  expect(ends).toEqual(['pcap_loop: The interface disappeared']);
});

test('the quick one listens first, so that the first packets need not wait for the patient one', async () => {
  const order: string[] = [];
  const given: Record<string, RunningEvents> = {};
  const system = scriptedSystem({
    programs: { tcpdump: () => '' },
    running: (_program, args, events) => {
      const name = args.includes('--immediate-mode') ? 'quick' : 'patient';
      order.push(name);
      given[name] = events;
      const never = new Promise<{ status: null; signal: null; failure: null }>(() => undefined);
      return { ended: never, pause: () => undefined, resume: () => undefined, signal: () => undefined };
    },
  });
  const got: number[] = [];
  const engine = await tcpdumpEngine(system);
  const capture = engine?.start(at({}), {
    onBytes: (chunk) => got.push(chunk.length),
    onCounters: () => undefined,
    onEnd: () => undefined,
  });
  const header = new Uint8Array(24);
  const record = new Uint8Array(16 + 60);
  new DataView(record.buffer).setUint32(8, 60, true);
  expect([order, capture?.holdsBackMs?.()]).toEqual([['quick'], 1050]);
  given['quick']?.onOutput(header);
  expect(order).toEqual(['quick', 'patient']);
  // Before the patient one listens it is not known what that will miss.
  given['quick']?.onOutput(record.slice());
  expect(got).toEqual([]);
  given['patient']?.onOutput(header.slice());
  expect([got, capture?.holdsBackMs?.()]).toEqual([[24, 76], 100]);
  // The same packet again, from the patient one: told once.
  given['patient']?.onOutput(record.slice());
  expect(got).toEqual([24, 76]);
  capture?.kill();
});

test('a capture that is stopped before it began ends all the same', async () => {
  const never = new Promise<{ status: null; signal: null; failure: null }>(() => undefined);
  const nothing = { pause: () => undefined, resume: () => undefined, signal: () => undefined };
  const system = scriptedSystem({
    programs: { tcpdump: () => '' },
    running: () => ({ ended: never, ...nothing }),
  });
  const ends: unknown[] = [];
  const engine = await tcpdumpEngine(system);
  const events = { onBytes: () => undefined, onCounters: () => undefined, onEnd: (e: string | null) => ends.push(e) };
  engine?.start(at({}), events).stop();
  await new Promise((resolve) => setImmediate(resolve));
  expect(ends).toEqual([null]);
});

test('without tcpdump there is no engine, and no opinion on a filter', async () => {
  expect(await tcpdumpEngine(scriptedSystem())).toBeNull();
  expect(await filterError(scriptedSystem(), 'eth0', 'port 80')).toBeNull();
});
