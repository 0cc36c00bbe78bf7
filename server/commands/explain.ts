// `vethscope explain`: the NAT path of one packet, from dumps alone or of a captured flow.
import { Command } from 'commander';
import type { Explanation } from '../../api/explanation.ts';
import { type CommandContext, complain, printJson } from './context.ts';
import { explanationText } from './explanation-text.ts';
import { painter } from './style.ts';

interface ExplainOptions {
  readonly snapshot: readonly string[];
  readonly node?: readonly string[];
  readonly packet?: string;
  readonly capture?: readonly string[];
  readonly flow?: string;
  readonly json?: boolean;
}

const details = `
A packet reads like tcpdump: PROTO SRC[:PORT] > DST[:PORT] WHERE [options]
  tcp 10.244.1.2:40500 > 10.96.0.80:80 in cni0
  udp [fd00::2]:5353 > [fd00::53]:53 from pod default/client
  tcp 192.168.0.5:40000 > 10.96.0.1:443 local
WHERE is the interface it arrives on (in IFACE), a pod (from pod NAMESPACE/NAME), or local.
With --node, or with dumps in nodes/NAME/ of the snapshot, the path goes on over tunnels and routes to the other nodes.
Options: mark 0x4000, ttl 63, length 60, df 0, flags SA, tos 0x10, type 8, code 0, mac aa:bb:cc:dd:ee:ff, vlan 5,
at 2026-11-24T15:00:00Z.
`;

export function explainCommand(context: CommandContext): Command {
  return new Command('explain')
    .description('say where a packet ends up on the node, why, and what would change it')
    .requiredOption('--snapshot <path...>', "the node's dumps: a folder, a .tgz, or files; recognised by content")
    .option('--node <path...>', 'snapshots of other nodes: a packet that leaves for one of them is followed there')
    .option('--packet <spec>', 'a packet, as described below')
    .option('--capture <file...>', 'explain a flow of these captures instead; - reads stdin')
    .option('--flow <id>', 'which flow (vethscope flows lists them); otherwise the first that enters the node')
    .option('--json', 'print the explanation as JSON (docs/api.md: explanation)')
    .addHelpText('after', details)
    .action((options: ExplainOptions) => explain(context, options));
}

async function explain(context: CommandContext, options: ExplainOptions): Promise<void> {
  if ((options.packet === undefined) === (options.capture === undefined)) {
    return complain(
      context,
      'say what to explain: either --packet SPEC or --capture FILE; see vethscope explain --help',
    );
  }
  if (options.flow !== undefined && (options.capture === undefined || !/^\d{1,9}$/.test(options.flow))) {
    return complain(context, '--flow takes the number of a flow of --capture; vethscope flows lists them');
  }
  const { readSnapshotsAt } = await import('../store/snapshot-files.ts');
  const { explainFlowInForce, explainSpecNewest } = await import('../trace/in-force.ts');
  const states = await readSnapshotsAt(context.system, options.snapshot, options.node);
  if (options.packet !== undefined)
    return show(context, await explainSpecNewest(states, options.packet), options.json === true);

  const { openCaptures } = await import('../packets/open-captures.ts');
  const { firstFlowThatEnters } = await import('../trace/captured.ts');
  const opened = await openCaptures(context.system, options.capture ?? []);
  opened.packets.joining.know(await states.newest());
  const flow =
    options.flow === undefined
      ? await firstFlowThatEnters(await states.newest(), opened.packets)
      : Number(options.flow);
  const { clock } = context.system;
  await show(context, await explainFlowInForce(clock, states, opened.packets, flow), options.json === true);
  if (opened.issues[0] !== undefined) complain(context, opened.issues[0]);
  opened.close();
}

async function show(context: CommandContext, explanation: Explanation, json: boolean): Promise<void> {
  if (json) await printJson(context, explanation);
  else await context.system.terminal.out(explanationText(explanation, painter(context.system)));
}
