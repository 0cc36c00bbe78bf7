// `vethscope pods`: the pods of this node with their namespaces, veths and hostPorts, and how each was found.
import { Command } from 'commander';
import type { Pod, PodList } from '../../api/live.ts';
import { type CommandContext, complain, printJson } from './context.ts';
import { painter, printable } from './style.ts';

export function podsCommand(context: CommandContext): Command {
  return new Command('pods')
    .description("list this node's pods with their veths and hostPorts, and how each was found")
    .argument('[pod...]', 'NAMESPACE/NAME, or a part of it; left out: all')
    .option('--json', 'print a JSON document (docs/api.md: podList)')
    .action((wanted: string[], options: { json?: boolean }) => pods(context, wanted, options.json === true));
}

const heads = ['POD', 'STATE', 'ADDRESS', 'INTERFACE', 'NODE SIDE', 'BRIDGE', 'HOSTPORTS', 'FOUND BY'];

function rowsOf(pod: Pod): string[][] {
  const ports = pod.hostPorts.map((p) => `${p.hostPort}→${p.containerPort}/${p.protocol}`).join(' ');
  const [first, ...others] = pod.interfaces;
  const side = (i: Pod['interfaces'][number]) => i.hostInterface ?? (i.kind === 'veth' ? '?' : `(${i.kind})`);
  return [
    [
      pod.id,
      pod.state,
      pod.addresses.join(' ') || '-',
      first?.name ?? '-',
      first === undefined ? (pod.hostNetwork ? '(node network, no veth)' : '-') : side(first),
      first?.bridge ?? '-',
      ports || '-',
      pod.foundBy.join(' '),
    ],
    ...others.map((i) => ['', '', '', i.name, side(i), i.bridge ?? '-', '', '']),
  ];
}

function textOf(list: PodList, chosen: readonly Pod[], context: CommandContext, detailed: boolean): string {
  const paint = painter(context.system);
  const table = [heads, ...chosen.flatMap(rowsOf)].map((row) => row.map(printable));
  const widths = heads.map((_, i) => Math.max(...table.map((row) => (row[i] ?? '').length)));
  const lines = table.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const text = [
    ...(chosen.length === 0
      ? ['no pods were found on this node']
      : [paint('strong', lines[0] ?? ''), ...lines.slice(1)]),
    ...chosen.flatMap((p) => p.disagreements.map((d) => paint('amber', printable(`${p.id}: ${d}`)))),
    ...(detailed ? chosen.flatMap((p) => p.interfaces.map((i) => printable(`${p.id}: ${i.how}`))) : []),
    ...list.findings.map((f) => paint('amber', printable(f.summary))),
    ...list.sources.map((s) =>
      paint('dim', printable(`${s.ok ? `${s.pods} by` : 'nothing by'} ${s.source}: ${s.detail}`)),
    ),
  ];
  return `${text.join('\n')}\n`;
}

async function pods(context: CommandContext, wanted: readonly string[], json: boolean): Promise<void> {
  const { PodFinder } = await import('../pods/pods.ts');
  const finder = new PodFinder(context.system);
  const list = await finder.list();
  await finder.close();
  const chosen = list.pods.filter((p) => wanted.length === 0 || wanted.some((w) => p.id.includes(w)));
  const missing = wanted.find((w) => !list.pods.some((p) => p.id.includes(w)));
  if (missing !== undefined)
    return complain(context, `there is no pod ${JSON.stringify(missing)} on this node; vethscope pods lists all`);
  if (json) await printJson(context, { ...list, pods: chosen });
  else await context.system.terminal.out(textOf(list, chosen, context, wanted.length > 0));
}
