// The engine that is used where tcpdump is installed: one process a point, entered with nsenter, writing pcap to its stdout.
// Surprise: the filter stands after `--`. Without that, getopt takes a filter that begins with a dash for options, wherever it stands,
// and `-z` runs a program. Counters come on stderr, at the end and whenever it gets SIGUSR1.
import { Refusal } from '../refusal.ts';
import { reasonOf, type System } from '../system/system.ts';
import { Early } from './early.ts';
import {
  checkDevice,
  checkFilterText,
  checkNetns,
  type Engine,
  type PointCapture,
  type PointEvents,
  type PointToCapture,
} from './engine.ts';

/** Kernel buffer of a point, in KiB as `-B` takes it: 64 MiB are over four seconds of 100,000 small packets a second. */
const bufferKiB = 65_536;

/** Its libpcap hands a block of the kernel over when it is full or a second old. */
const holdsBackMs = 1050;

/** Users to whom tcpdump gives its privileges up, the first that exists. */
const users = ['tcpdump', 'pcap', 'nobody'];

interface Programs {
  readonly tcpdump: string;
  readonly nsenter: string | null;
  readonly user: string | null;
}

/** Null when tcpdump is not installed. */
export async function tcpdumpEngine(system: System): Promise<Engine | null> {
  const tcpdump = await system.programs.find('tcpdump');
  if (tcpdump === null) return null;
  const programs = { tcpdump, nsenter: await system.programs.find('nsenter'), user: await userOf(system) };
  return {
    name: 'tcpdump',
    countsDrops: true,
    holdsBackMs,
    cannot: () => null,
    start: (point, events) => startWithQuick(system, programs, point, events),
  };
}

async function userOf(system: System): Promise<string | null> {
  if (system.process.userId !== 0) return null;
  try {
    const passwd = await system.files.readText('/etc/passwd');
    return users.find((user) => passwd.split('\n').some((line) => line.startsWith(`${user}:`))) ?? null;
  } catch {
    return null;
  }
}

/** Program and arguments of a point. */
export function commandOf(
  programs: Programs,
  point: PointToCapture,
  more: readonly string[] = [],
): { program: string; args: string[] } {
  checkDevice(point.device);
  checkFilterText(point.filter);
  const args = ['-i', point.device, '-p', '-n', '-U', '-w', '-', '--time-stamp-precision=nano'];
  args.push('-s', String(point.snaplen), ...(more.length > 0 ? more : ['-B', String(bufferKiB)]));
  // On `any` the second form of the cooked header tells the interface of each packet.
  if (point.device === 'any') args.push('-y', 'LINUX_SLL2');
  if (programs.user !== null) args.push('-Z', programs.user);
  args.push('--');
  if (point.filter !== '') args.push(point.filter);
  if (point.netns === null) return { program: programs.tcpdump, args };
  checkNetns(point.netns);
  if (programs.nsenter === null)
    throw new Refusal(
      422,
      'no-nsenter',
      'nsenter is not installed: apt-get install util-linux, or capture outside pods',
    );
  return { program: programs.nsenter, args: [`--net=${point.netns}`, '--', programs.tcpdump, ...args] };
}

function start(
  system: System,
  programs: Programs,
  point: PointToCapture,
  events: PointEvents,
  more: readonly string[] = [],
): PointCapture {
  const { program, args } = commandOf(programs, point, more);
  let stopping = false;
  let listening = false;
  let complaint = '';
  let unread = '';
  const received = { received: 0, dropped: 0 };
  const hear = (line: string) => {
    const passed = /(\d+) packets? received by filter/.exec(line)?.[1];
    const dropped = /(\d+) packets? dropped by kernel/.exec(line)?.[1];
    if (passed !== undefined) received.received = Number(passed);
    if (dropped !== undefined) {
      received.dropped = Number(dropped);
      events.onCounters({ ...received });
    }
    if (/listening on /.test(line)) listening = true;
    else if (passed !== undefined || dropped !== undefined || /packets? captured|dropped by interface/.test(line))
      return;
    else if (complaint === '' || /^tcpdump: /.test(line)) complaint = line.replace(/^tcpdump: /, '').trim();
  };
  const running = system.programs.start(program, args, {
    onOutput: events.onBytes,
    onError(text) {
      const lines = (unread + text).split('\n');
      unread = lines.pop() ?? '';
      for (const line of lines) hear(line);
    },
  });
  void running.ended.then(({ status, signal, failure }) => {
    if (unread !== '') hear(unread);
    const how = signal === null ? `ended with status ${status}` : `was ended by ${signal}`;
    const why = failure !== null ? `tcpdump ${reasonOf(failure)}` : complaint || `tcpdump ${how}`;
    events.onEnd(stopping ? null : why);
  });
  return {
    pause: () => running.pause(),
    resume: () => running.resume(),
    // Before it listens it has no handler, and the signal would end it.
    count: () => listening && running.signal('SIGUSR1'),
    stop() {
      stopping = true;
      running.signal('SIGINT');
    },
    kill() {
      stopping = true;
      running.signal('SIGKILL');
    },
  };
}

/**
 * Immediate mode holds nothing back, but has place for few packets: 128 of the default snaplen in 32 MiB, each with its own 256 KiB. So it
 * runs beside the other one while there is little to do.
 */
const quickOptions = ['--immediate-mode', '-B', '32768'];
const quickRate = { checkMs: 100, records: 200, bytes: 2_000_000 };
/** It begins again when so few came in so long. */
const calm = { checks: 30, records: 1500 };
const quickHoldsBackMs = 100;
const restMs = 3000;
/** The patient one begins when the first quick one listens, but does not wait longer for it. */
const firstQuickMs = 300;
/** The other one may be some seconds behind when it is busy. */
const ageMs = 10_000;

function startWithQuick(system: System, programs: Programs, point: PointToCapture, events: PointEvents): PointCapture {
  const { clock } = system;
  const early = new Early(events.onBytes);
  let quick: PointCapture | null = null;
  let quickSinceMs = 0;
  let quickEndedMs = Number.NEGATIVE_INFINITY;
  let paused = false;
  let failures = 0;
  let ended = false;
  let quickWasFirst = false;
  const endQuick = () => {
    if (quick !== null) quickEndedMs = clock.monotonicMs();
    quick?.kill();
    quick = null;
    early.endQuick();
  };
  const tooMuch = () => early.quickRecords > quickRate.records || early.quickBytes > quickRate.bytes;
  const startQuick = () => {
    early.beginQuick();
    quickSinceMs = clock.monotonicMs();
    let heard = false;
    const self = start(
      system,
      programs,
      point,
      {
        onBytes(chunk) {
          heard = true;
          if (quick !== self) return;
          early.fromQuick(chunk);
          if (patient === null && early.quickBegun) {
            quickWasFirst = true;
            beginPatient();
          }
          if (tooMuch()) endQuick();
        },
        onCounters: () => undefined,
        onEnd() {
          if (!heard) failures += 1;
          if (quick === self) endQuick();
          beginPatient();
        },
      },
      quickOptions,
    );
    quick = self;
  };

  let patient: PointCapture | null = null;
  const beginPatient = () => {
    if (patient !== null || ended) return;
    patient = start(system, programs, point, {
      ...events,
      onBytes(chunk) {
        const isFirst = !early.begun;
        early.fromPatient(chunk);
        // The quick one listened before: the patient one has nothing from before it.
        if (isFirst && early.begun && quickWasFirst) early.release();
      },
      onEnd(error) {
        ended = true;
        stopChecking();
        endQuick();
        early.end();
        events.onEnd(error);
      },
    });
    if (paused) patient.pause();
  };
  const startedMs = clock.monotonicMs();
  startQuick();
  /** Ends the whole by ending the patient one; before that has begun there is nothing to wait for. */
  const endAll = (how: 'stop' | 'kill') => {
    stopChecking();
    endQuick();
    if (patient !== null) patient[how]();
    else if (!ended) {
      ended = true;
      void clock.delay(0).then(() => events.onEnd(null));
    }
  };
  const lately: number[] = Array.from({ length: calm.checks }, () => 0);
  let agedMs = clock.monotonicMs();
  const stopChecking = clock.every(quickRate.checkMs, () => {
    lately.shift();
    lately.push(early.patientRecords);
    early.patientRecords = 0;
    early.quickRecords = 0;
    early.quickBytes = 0;
    const nowMs = clock.monotonicMs();
    if (patient === null && nowMs - startedMs > firstQuickMs) beginPatient();
    if (paused || ended) return;
    if (quick !== null && early.isHolding && nowMs - quickSinceMs > holdsBackMs + 250) early.release();
    if (nowMs - agedMs > ageMs) {
      agedMs = nowMs;
      early.age();
    }
    const isCalm = lately.reduce((sum, n) => sum + n, 0) < calm.records && nowMs - quickEndedMs > restMs;
    if (quick === null && early.begun && isCalm && failures < 3) startQuick();
  });
  return {
    // What passed before the quick one began is still in the other one.
    holdsBackMs: () => (quick === null || early.isHolding ? holdsBackMs : quickHoldsBackMs),
    count: () => patient?.count(),
    pause() {
      paused = true;
      endQuick();
      patient?.pause();
    },
    resume() {
      paused = false;
      agedMs = clock.monotonicMs();
      patient?.resume();
    },
    stop: () => endAll('stop'),
    kill: () => endAll('kill'),
  };
}

/** tcpdump's own words about a filter that it cannot compile; null when it can. Nothing is captured. */
export async function filterError(system: System, device: string, filter: string): Promise<string | null> {
  checkFilterText(filter);
  const tcpdump = await system.programs.find('tcpdump');
  if (tcpdump === null || filter === '') return null;
  const linkType = device === 'any' ? 'LINUX_SLL2' : 'EN10MB';
  const result = await system.programs.run(tcpdump, ['-d', '-n', '-y', linkType, '--', filter], 5000);
  if (result.status === 0) return null;
  const said = result.stderr.split('\n').filter((line) => /^tcpdump: /.test(line) && !/^tcpdump: WARNING/.test(line));
  return said.at(-1)?.replace(/^tcpdump: /, '') ?? 'tcpdump cannot compile this filter';
}
