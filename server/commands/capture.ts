// `vethscope capture`: the points of pods' paths into one pcapng, a file or stdout; nothing but pcapng goes to stdout with `-w -`.
import path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import type { CaptureRequest, CaptureStatus } from '../../api/live.ts';
import { type CommandContext, complain, gather, printJson } from './context.ts';
import { printable } from './style.ts';

interface CaptureOptions {
  readonly point?: readonly string[];
  readonly filter?: string;
  readonly write?: string;
  readonly seconds?: number;
  readonly bytes?: number;
  readonly packets?: number;
  readonly keepFree?: number;
  readonly ring?: number;
  readonly snaplen?: number;
  readonly stopOn?: string;
  readonly stopAfter?: number;
  readonly engine?: string;
  readonly startAt?: string;
  readonly snapshots?: string;
  readonly json?: boolean;
}

const details = `
Captures at every point of the pods' paths (in the pod, host side of its veth, bridge, uplink); vethscope pods lists pods, and --point
chooses points by id (pod:eth0, veth:veth1a2b, bridge:cni0, uplink:eth0, lo, any). Without a pod the points are the node's own.
The filter is tcpdump's; at each point it is widened to what the same traffic looks like there after NAT. Never promiscuous.

Examples:
  vethscope capture default/client -f 'port 80' -w client.pcapng
  vethscope capture default/client -w - | wireshark -k -i -
  vethscope capture default/web -w web.pcapng --snapshots web.dumps --start-at 2026-11-24T03:00:00Z
  vethscope capture default/web --stop-on 'tcp.flags.reset == 1' --stop-after 5
`;

export function whole(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('a whole number is needed.');
  return Number(text);
}

export function captureCommand(context: CommandContext): Command {
  return new Command('capture')
    .description("capture at the points of pods' paths, merged by time into one pcapng")
    .argument('[pod...]', 'NAMESPACE/NAME')
    .option('--point <id>', 'a point; may be given several times (default: all of the path)', gather)
    .option('-f, --filter <bpf>', "capture filter in tcpdump's syntax")
    .option('-w, --write <file>', 'file to write; - writes pcapng to stdout (default: capture-TIME.pcapng)')
    .option('--seconds <n>', 'stop after so many seconds (default: 300)', whole)
    .option('--bytes <n>', 'stop after so many bytes of file (default: 1000000000)', whole)
    .option('--packets <n>', 'stop after so many packets (default: 10000000)', whole)
    .option('--keep-free <bytes>', 'free disk that is always kept (default: 1073741824)', whole)
    .option('--ring <files>', 'keep the newest packets in so many files, --bytes together', whole)
    .option('--snaplen <n>', 'bytes kept of a packet (default: 262144)', whole)
    .option('--stop-on <filter>', "stop when a packet matches this display filter (Wireshark's language)")
    .option('--stop-after <seconds>', 'go on so long after the packet of --stop-on (default: 0)', whole)
    .option('--engine <name>', 'tcpdump, or libpcap in this process (default: tcpdump where it is installed)')
    .option('--start-at <time>', 'wait until this time, as 2026-11-24T06:00:00Z; the limits count from then')
    .option('--snapshots <folder>', "the node's dumps from before, after, and whenever rules changed, in a new folder")
    .option('--json', 'print how it ended as JSON (docs/api.md: captureStatus without caseId)')
    .addHelpText('after', details)
    .action((pods: string[], options: CaptureOptions) => capture(context, pods, options));
}

function requestOf(pods: readonly string[], o: CaptureOptions): unknown {
  const { seconds, bytes, packets, ring } = o;
  return {
    pods,
    points: o.point ?? [],
    filter: o.filter,
    snaplen: o.snaplen,
    limits: { seconds, bytes, packets, keepFreeBytes: o.keepFree, ringFiles: ring ?? null },
    stopOn: o.stopOn === undefined ? null : { filter: o.stopOn, seconds: o.stopAfter ?? 0 },
    engine: o.engine,
    startAt: o.startAt ?? null,
    snapshots: o.snapshots !== undefined,
  };
}

/** Validates what the options say, with the words of the option. */
export async function checked(context: CommandContext, wanted: unknown): Promise<CaptureRequest | null> {
  const { captureRequest } = await import('../../api/live.ts');
  const result = captureRequest.safeParse(wanted);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  complain(
    context,
    `${issue?.path.join('.') ?? 'the options'}: ${issue?.message ?? 'not valid'}; see vethscope capture --help`,
  );
  return null;
}

async function capture(context: CommandContext, pods: readonly string[], options: CaptureOptions): Promise<void> {
  const { system } = context;
  const toStdout = options.write === '-';
  if (toStdout && options.json)
    return complain(context, '--json and -w - both want stdout; write the capture to a file');
  if (toStdout && options.ring !== undefined) return complain(context, 'a ring needs files: name one with -w');
  if (options.stopAfter !== undefined && options.stopOn === undefined)
    return complain(context, '--stop-after needs --stop-on; see vethscope capture --help');
  const request = await checked(context, requestOf(pods, options));
  if (request === null) return;
  const dumpsIn = options.snapshots;
  if (dumpsIn !== undefined && (await system.files.stat(dumpsIn)) !== null)
    return complain(context, `${dumpsIn} is there already; name a new folder with --snapshots`);
  const { FileSink, StdoutSink } = await import('../capture/file-sink.ts');
  const { runCapture } = await import('./run-capture.ts');
  const time = system.clock.now().toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
  const file = options.write ?? `capture-${time}.pcapng`;
  const sink = toStdout ? new StdoutSink(system) : new FileSink(system, file, request.limits.ringFiles);
  const shows = system.terminal.outIsTty;
  let told = false;
  const onStatus = (status: CaptureStatus) => {
    if (!told) for (const line of beginning(status)) system.terminal.error(`${line}\n`);
    told = true;
    if (shows) system.terminal.error(`\r\x1b[K${progress(status)}`);
  };
  const status = await runCapture(system, request, {
    sink,
    onStatus,
    onDump: async (at, text) => {
      const to = await system.files.openWrite(path.join(dumpsIn ?? '', at));
      await to.write(new TextEncoder().encode(text));
      await to.close();
    },
    warn: (problem) => system.terminal.error(`${printable(`snapshot: ${problem}`)}\n`),
    onWait: (until) => system.terminal.error(`waiting until ${until.toISOString()}; Ctrl-C gives it up\n`),
  });
  if (shows) system.terminal.error('\r\x1b[K');
  if (status === null) return complain(context, 'stopped before it began: nothing was captured');
  const to = sink instanceof FileSink ? ` → ${sink.files.join(', ')}` : '';
  system.terminal.error(`${status.reason}: ${progress(status)}${printable(to)}\n`);
  // It is in no library, so that it has no case.
  const { caseId: _none, ...shown } = status;
  if (options.json) await printJson(context, shown);
  if (status.reason?.startsWith('writing failed') === true && !toStdout) complain(context, `${file}: ${status.reason}`);
}

function beginning(status: CaptureStatus): string[] {
  return [
    ...status.points.map((p) => printable(`${p.label}: ${p.error ?? (p.filter === '' ? 'everything' : p.filter)}`)),
    `capturing for at most ${status.limits.seconds} s; Ctrl-C ends it in order`,
  ];
}

function progress(status: CaptureStatus): string {
  const drops = status.points.map((p) => p.kernelDrops);
  const known = drops.every((d) => d !== null);
  const dropped = drops.reduce<number>((sum, d) => sum + (d ?? 0), 0);
  const lost = known ? `${dropped} dropped by the kernel` : 'drops unknown';
  return `${status.packets} packets, ${(status.bytes / 1e6).toFixed(1)} MB, ${status.packetsPerSecond}/s, ${lost}`;
}
