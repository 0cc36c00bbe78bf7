// `vethscope extcap`: Wireshark's extcap protocol (doc/extcap.4 of Wireshark), so that pods stand in its list of interfaces.
// Surprise: Wireshark calls the program once to list interfaces, once for each to ask for link types and options, and once to capture into
// a FIFO; options it may add in later versions must not be errors.
import { Command } from 'commander';
import type { CapturePoint } from '../../api/live.ts';
import { PodFinder } from '../pods/pods.ts';
import { checked, whole } from './capture.ts';
import { type CommandContext, complain } from './context.ts';
import { versionOf } from './version.ts';

interface ExtcapOptions {
  readonly extcapInterfaces?: boolean;
  readonly extcapDlts?: boolean;
  readonly extcapConfig?: boolean;
  readonly capture?: boolean;
  readonly extcapInterface?: string;
  readonly extcapCaptureFilter?: string;
  readonly fifo?: string;
  readonly points?: string;
  readonly seconds?: number;
  readonly snaplen?: number;
}

const prefix = 'vethscope.';

export function extcapCommand(context: CommandContext): Command {
  return new Command('extcap')
    .description('talk to Wireshark, which then lists pods as interfaces (docs/wireshark.md says how to install it)')
    .option('--extcap-interfaces', 'list pods as interfaces')
    .option('--extcap-dlts', 'list the link types of an interface')
    .option('--extcap-config', 'list the options of an interface')
    .option('--extcap-interface <name>', 'the interface that is meant')
    .option('--extcap-capture-filter <bpf>', 'capture filter')
    .option('--extcap-version <version>', 'version of Wireshark')
    .option('--capture', 'capture into --fifo')
    .option('--fifo <path>', 'where Wireshark reads')
    .option('--points <ids>', 'points, separated by commas')
    .option('--seconds <n>', 'stop after so many seconds', whole)
    .option('--snaplen <n>', 'bytes kept of a packet', whole)
    .allowUnknownOption()
    .action((options: ExtcapOptions) => extcap(context, options));
}

/** Text inside braces: nothing may end it. */
function inBraces(text: string): string {
  return text.replace(/[{}\\\r\n]/g, ' ');
}

/** `vethscope.NAMESPACE.NAME`: a namespace has no dot. */
function podOf(name: string): string | null {
  const m = /^vethscope\.([^.]+)\.(.+)$/.exec(name);
  return m === null ? null : `${m[1]}/${m[2]}`;
}

async function extcap(context: CommandContext, o: ExtcapOptions): Promise<void> {
  const { system } = context;
  if (o.extcapInterfaces) {
    const version = await versionOf(system);
    const finder = new PodFinder(system);
    const { pods } = await finder.list();
    await finder.close();
    const lines = pods
      .filter((pod) => pod.state === 'running')
      .map(
        (pod) =>
          `interface {value=${prefix}${inBraces(`${pod.namespace}.${pod.name}`)}}{display=Pod ${inBraces(pod.id)}}`,
      );
    await system.terminal.out(`${[`extcap {version=${version}}{display=vethscope}`, ...lines].join('\n')}\n`);
    return;
  }
  const pod = podOf(o.extcapInterface ?? '');
  if (pod === null)
    return complain(context, `--extcap-interface names no pod: ${JSON.stringify(o.extcapInterface ?? '')}`);
  if (o.extcapDlts) {
    await system.terminal.out('dlt {number=1}{name=EN10MB}{display=Ethernet}\n');
  } else if (o.extcapConfig) {
    const finder = new PodFinder(system);
    const points = await finder.points([pod]);
    await finder.close();
    await system.terminal.out(`${configOf(points).join('\n')}\n`);
  } else if (o.capture) {
    await capture(context, pod, o);
  } else complain(context, 'one of --extcap-interfaces, --extcap-dlts, --extcap-config and --capture is needed');
}

function configOf(points: readonly CapturePoint[]): string[] {
  const shown = (p: CapturePoint) =>
    `value {arg=0}{value=${inBraces(p.id)}}{display=${inBraces(p.label)}}{default=${p.selected}}`;
  return [
    'arg {number=0}{call=--points}{display=Points of the path}{type=multicheck}{tooltip=Where to capture}',
    'arg {number=1}{call=--seconds}{display=Stop after seconds}{type=integer}{range=1,86400}{default=86400}',
    'arg {number=2}{call=--snaplen}{display=Bytes kept of a packet}{type=integer}{range=64,262144}{default=262144}',
    ...points.map(shown),
  ];
}

async function capture(context: CommandContext, pod: string, o: ExtcapOptions): Promise<void> {
  if (o.fifo === undefined) return complain(context, '--capture needs --fifo');
  const points = (o.points ?? '').split(',').filter((id) => id !== '');
  // Wireshark has limits of its own, and nothing is kept on this disk.
  const limits = { seconds: o.seconds ?? 86_400, bytes: 100_000_000_000, packets: 1_000_000_000, keepFreeBytes: 0 };
  const request = await checked(context, {
    pods: [pod],
    points,
    filter: o.extcapCaptureFilter,
    snaplen: o.snaplen,
    limits,
    snapshots: false,
  });
  if (request === null) return;
  const { FileSink } = await import('../capture/file-sink.ts');
  const { runCapture } = await import('./run-capture.ts');
  const sink = new FileSink(context.system, o.fifo, null, true);
  await runCapture(context.system, request, { sink, onStatus: () => undefined });
}
