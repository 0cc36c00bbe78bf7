// `vethscope doctor`: what this machine lacks for capturing and for taking a snapshot, and how to get it.
import path from 'node:path';
import { Command } from 'commander';
import { defaultDataFolder } from '../store/data-folder.ts';
import { reasonOf, type System } from '../system/system.ts';
import { type CommandContext, printJson } from './context.ts';
import { painter } from './style.ts';

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly neededFor: string;
  /** What to do; null when it is there. */
  readonly remedy: string | null;
}

/** Programs and the Debian package each comes from. */
const programs = [
  ['tcpdump', 'tcpdump', 'capturing'],
  ['ip', 'iproute2', 'finding a pod’s veth, and a snapshot of addresses and routes'],
  ['iptables-save', 'iptables', 'a snapshot of the rules'],
  ['nft', 'nftables', 'a snapshot of nftables rules'],
  ['ipset', 'ipset', 'a snapshot of the sets that kube-proxy matches'],
  ['conntrack', 'conntrack', 'a snapshot of connections'],
  ['ipvsadm', 'ipvsadm', 'a snapshot of IPVS services, where kube-proxy runs in IPVS mode'],
  ['zstd', 'zstd', 'reading .zst files quickly (without it a slower reader is used)'],
  ['lz4', 'lz4', 'reading .lz4 files'],
] as const;

const capabilities = { CAP_NET_ADMIN: 12, CAP_NET_RAW: 13, CAP_SYS_ADMIN: 21 } as const;

export function doctorCommand(context: CommandContext): Command {
  return new Command('doctor')
    .description('say what this machine lacks for live capture, and how to get it')
    .option('--json', 'print {checks} as JSON (docs/api.md: doctor)')
    .action((options: { json?: boolean }) => doctor(context, options.json === true));
}

async function programCheck(system: System, [name, pack, neededFor]: (typeof programs)[number]): Promise<Check> {
  const found = await system.programs.find(name);
  const remedy = found === null ? `apt-get install ${pack} (or your distribution's package of ${name})` : null;
  return { name, ok: found !== null, detail: found ?? 'not installed', neededFor, remedy };
}

async function rightsCheck(system: System): Promise<Check> {
  let effective = 0n;
  try {
    const status = await system.files.readText('/proc/self/status');
    effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  } catch {
    // no /proc: not Linux, and then no rights to capture either
  }
  const missing = Object.entries(capabilities).filter(([, bit]) => ((effective >> BigInt(bit)) & 1n) === 0n);
  const names = missing.map(([name]) => name).join(', ');
  return {
    name: 'rights',
    ok: missing.length === 0,
    detail: missing.length === 0 ? 'may capture and enter network namespaces' : `lacks ${names}`,
    neededFor: 'capturing, and looking into pods',
    remedy: missing.length === 0 ? null : 'run vethscope as root on the node',
  };
}

async function dataCheck(system: System): Promise<Check> {
  const folder = defaultDataFolder(system);
  const common = { name: 'library', neededFor: 'keeping captures' };
  try {
    let there = folder;
    while ((await system.files.stat(there)) === null && path.dirname(there) !== there) there = path.dirname(there);
    const { freeBytes } = await system.files.disk(there);
    return { ...common, ok: true, detail: `${folder}, ${(freeBytes / 2 ** 30).toFixed(1)} GiB free`, remedy: null };
  } catch (error) {
    return { ...common, ok: false, detail: `${folder} ${reasonOf(error)}`, remedy: 'choose a folder with --data-dir' };
  }
}

async function doctor(context: CommandContext, json: boolean): Promise<void> {
  const { system } = context;
  const checks = [await rightsCheck(system), await dataCheck(system)];
  for (const program of programs) checks.push(await programCheck(system, program));
  if (json) {
    await printJson(context, { node: system.process.nodeVersion, checks });
    return;
  }
  const paint = painter(system);
  const lines = checks.flatMap((c) => [
    `${c.ok ? paint('green', 'ok     ') : paint('amber', 'missing')}  ${c.name.padEnd(14)} ${c.detail}`,
    ...(c.remedy === null ? [] : [`         ${''.padEnd(14)} for ${c.neededFor}: ${c.remedy}`]),
  ]);
  await system.terminal.out(`${lines.join('\n')}\n`);
}
