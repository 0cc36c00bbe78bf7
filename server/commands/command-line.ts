// The command line as a whole: one Command a file, unknown options refused, errors as one line, exit statuses 0, 1, 2.
import { Command, CommanderError } from 'commander';
import { Refusal } from '../refusal.ts';
import type { System } from '../system/system.ts';
import { captureCommand } from './capture.ts';
import { checkCommand } from './check.ts';
import { commentCommand } from './comment.ts';
import { type CommandContext, complain, oneLine } from './context.ts';
import { doctorCommand } from './doctor.ts';
import { explainCommand } from './explain.ts';
import { extcapCommand } from './extcap.ts';
import { flowsCommand } from './flows.ts';
import { followCommand } from './follow.ts';
import { objectsCommand } from './objects.ts';
import { podsCommand } from './pods.ts';
import { readCommand } from './read.ts';
import { serveCommand } from './serve.ts';
import { snapshotCommand } from './snapshot.ts';
import { statsCommand } from './stats.ts';
import { versionOf } from './version.ts';

const description = `Captures and explains packets on Kubernetes nodes: why did this packet end up there?

Without a command, vethscope serves the viewer. Exit status: 0 done, 1 done and a problem was found (check), 2 bad usage or
unreadable input, with one line on stderr.`;

const examples = `
Examples:
  vethscope                                        serve the viewer on this machine
  vethscope read node-cni0.pcap -Y 'tcp.port == 80'
  vethscope explain --snapshot bundle/ --packet 'tcp 10.244.1.2:40500 > 10.96.0.80:80 in cni0'
  vethscope check --snapshot bundle.tgz --json
`;

function build(context: CommandContext, printed: Promise<unknown>[]): Command {
  const program = new Command('vethscope').description(description).addHelpText('after', examples);
  program.helpCommand(false).helpOption('-h, --help', 'what it does and its options');
  program.option('-V, --version', 'the version');
  for (const make of [
    serveCommand,
    podsCommand,
    captureCommand,
    snapshotCommand,
    readCommand,
    flowsCommand,
    statsCommand,
    followCommand,
    objectsCommand,
    commentCommand,
    explainCommand,
    checkCommand,
    doctorCommand,
    extcapCommand,
  ]) {
    program.addCommand(make(context), { isDefault: make === serveCommand });
  }
  for (const command of [program, ...program.commands]) {
    // Wireshark may call with options of its later versions.
    command.exitOverride().allowExcessArguments(command.name() === 'extcap');
    command.configureOutput({
      writeOut: (text) => void printed.push(context.system.terminal.out(text)),
      writeErr: () => undefined,
    });
  }
  return program;
}

/** `vethscope raed x.pcap` would otherwise be an argument too many for serve. */
function unknownCommand(program: Command, args: readonly string[]): string | null {
  const [first] = args;
  if (first === undefined || first.startsWith('-')) return null;
  const names = program.commands.map((c) => c.name());
  return names.includes(first)
    ? null
    : `there is no command ${JSON.stringify(first)}; the commands are ${names.join(', ')}`;
}

export async function runCommandLine(args: readonly string[], system: System): Promise<number> {
  const context: CommandContext = { system, status: 0 };
  const printed: Promise<unknown>[] = [];
  const program = build(context, printed);
  const unknown = unknownCommand(program, args);
  if (unknown !== null) {
    complain(context, unknown);
    return context.status;
  }
  try {
    if (args.length === 1 && (args[0] === '--version' || args[0] === '-V'))
      await system.terminal.out(`${await versionOf(system)}\n`);
    else if (args.length === 1 && (args[0] === '--help' || args[0] === '-h')) program.help();
    else await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode !== 0) {
        const command = program.commands.find((c) => c.name() === args[0]);
        const name = command === undefined ? 'vethscope' : `vethscope ${command.name()}`;
        complain(context, `${oneLine(error.message).replace(/^error: /, '')}; see ${name} --help`);
      }
    } else if (error instanceof Refusal) {
      complain(context, error.message);
    } else {
      const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
      complain(context, `internal error, please report it: ${what}`);
    }
  }
  await Promise.all(printed);
  return context.status;
}
