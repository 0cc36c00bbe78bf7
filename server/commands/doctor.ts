// `vethscope doctor`: what this machine lacks for capturing and for taking a snapshot, and how to get it.
import path from 'node:path';
import { Command } from 'commander';
import type { DoctorReport } from '../../api/command-line.ts';
import { type Check, checksOf } from '../pods/privileges.ts';
import { defaultDataFolder } from '../store/data-folder.ts';
import { reasonOf, type System } from '../system/system.ts';
import { type CommandContext, printJson } from './context.ts';
import { painter, printable } from './style.ts';

export function doctorCommand(context: CommandContext): Command {
  return new Command('doctor')
    .description('say what this machine lacks for live capture, and how to get it')
    .option('--json', 'print {node, checks} as JSON (docs/api.md: doctorReport)')
    .action((options: { json?: boolean }) => doctor(context, options.json === true));
}

async function dataCheck(system: System): Promise<Check> {
  const folder = defaultDataFolder(system);
  const common = { name: 'library', neededFor: 'keeping captures', capture: false };
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
  const checks = [...(await checksOf(system)), await dataCheck(system)];
  if (json) {
    const report: DoctorReport = {
      node: system.process.nodeVersion,
      checks: checks.map(({ name, ok, detail, neededFor, remedy }) => ({ name, ok, detail, neededFor, remedy })),
    };
    await printJson(context, report);
    return;
  }
  const paint = painter(system);
  const lines = checks.flatMap((c) => [
    `${c.ok ? paint('green', 'ok     ') : paint('amber', 'missing')}  ${c.name.padEnd(14)} ${printable(c.detail)}`,
    ...(c.remedy === null ? [] : [`         ${''.padEnd(14)} for ${c.neededFor}: ${c.remedy}`]),
  ]);
  const blocking = checks.filter((c) => !c.ok && c.capture).map((c) => c.name);
  lines.push(
    blocking.length === 0
      ? 'Live capture works here.'
      : `Live capture lacks ${blocking.join(', ')}; opening captures, explaining and checking snapshots work without.`,
  );
  await system.terminal.out(`${lines.join('\n')}\n`);
}
