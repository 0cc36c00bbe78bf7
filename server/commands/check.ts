// `vethscope check`: findings about a node's state, without a packet; with captures also what their flows run into.
import { Command } from 'commander';
import type { CheckReport } from '../../api/command-line.ts';
import type { Finding } from '../../api/pieces.ts';
import type { NodeState } from '../../parsers/nodestate/state.ts';
import { type CommandContext, complain, printJson } from './context.ts';
import { findingLines } from './explanation-text.ts';
import { type Paint, painter, printable } from './style.ts';

interface CheckOptions {
  readonly snapshot: readonly string[];
  readonly capture?: readonly string[];
  readonly json?: boolean;
}

export function checkCommand(context: CommandContext): Command {
  return new Command('check')
    .description('look for faults in the state of a node; exit status 1 when one was found')
    .requiredOption('--snapshot <path...>', "the node's dumps: a folder, a .tgz, or files; recognised by content")
    .option('--capture <file...>', 'also follow the flows of these captures; - reads stdin')
    .option('--json', 'print {findings, files, issues} as JSON (docs/api.md: checkReport)')
    .action((options: CheckOptions) => check(context, options));
}

async function check(context: CommandContext, options: CheckOptions): Promise<void> {
  const { readSnapshotAt } = await import('../store/snapshot-files.ts');
  const { findingsOf } = await import('../trace/trace.ts');
  const state = await readSnapshotAt(context.system, options.snapshot);
  const found = new Map<string, Finding>();
  for (const f of await findingsOf(state)) found.set(`${f.id} ${f.summary}`, f);
  const issues: string[] = [];
  if (options.capture !== undefined) {
    const { openCaptures } = await import('../packets/open-captures.ts');
    const { findingsOfFlows, findingsOfPackets } = await import('../trace/captured.ts');
    const opened = await openCaptures(context.system, options.capture);
    opened.packets.joining.know(state);
    for (const f of await findingsOfPackets(opened.packets)) found.set(`${f.id} ${f.summary}`, f);
    for (const f of await findingsOfFlows(state, opened.packets)) found.set(`${f.id} ${f.summary}`, f);
    issues.push(...opened.issues);
    opened.close();
  }
  const findings = [...found.values()];
  if (findings.some((f) => f.severity !== 'note')) context.status = 1;
  if (options.json) {
    const report: CheckReport = { findings, files: filesOf(state), issues };
    await printJson(context, report);
  } else {
    await context.system.terminal.out(textOf(findings, state, painter(context.system)));
  }
  if (issues[0] !== undefined) complain(context, issues[0]);
}

function filesOf(state: NodeState) {
  return state.files.map(({ path, format, warnings }) => ({ path, format, warnings: warnings.length }));
}

function textOf(findings: readonly Finding[], state: NodeState, paint: Paint): string {
  const known = state.files.filter((f) => f.format !== null);
  const warnings = state.files.flatMap((f) => f.warnings);
  const lines = findings.flatMap((f) => [...findingLines(f, paint), '']);
  const summary = findings.length === 0 ? 'nothing found' : `${findings.length} found`;
  lines.push(
    `${known.length} dumps read${warnings.length === 0 ? '' : `, ${warnings.length} lines not understood`}: ${summary}`,
  );
  for (const w of warnings.slice(0, 5)) {
    lines.push(
      paint(
        'dim',
        `  ${w.source.file}:${w.source.line} ${printable(w.message)}: ${printable(w.source.text.slice(0, 160))}`,
      ),
    );
  }
  return `${lines.join('\n')}\n`;
}
