// `vethscope serve`: the server with its viewer, until SIGINT or SIGTERM.
import { Command, InvalidArgumentError } from 'commander';
import { type CommandContext, complain } from './context.ts';

interface ServeOptions {
  readonly host: string;
  readonly port: number;
  readonly dataDir?: string;
  readonly token?: string;
  readonly samples: boolean;
}

const defaultPort = 4780;

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535)
    throw new InvalidArgumentError('a port is a number from 0 (any free one) to 65535.');
  return port;
}

function tokenOf(text: string): string {
  if (!/^[A-Za-z0-9._~-]{8,200}$/.test(text)) {
    throw new InvalidArgumentError('a token has 8 or more letters, digits, or . _ ~ -');
  }
  return text;
}

export function serveCommand(context: CommandContext): Command {
  return new Command('serve')
    .description('serve the viewer and print the link to it (this is what vethscope does without a command)')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port to listen on; 0 takes any free one', portOf, defaultPort)
    .option(
      '--data-dir <folder>',
      'where captures are kept (default: $XDG_DATA_HOME/vethscope or ~/.local/share/vethscope)',
    )
    .option('--token <token>', 'the secret in the link (default: a new random one at each start)', tokenOf)
    .option('--no-samples', 'leave out the bundled samples')
    .action((options: ServeOptions) => serve(context, options));
}

async function serve(context: CommandContext, options: ServeOptions): Promise<void> {
  const { startServer } = await import('../http/start.ts');
  const { defaultDataFolder } = await import('../store/data-folder.ts');
  const { versionOf } = await import('./version.ts');
  const { system } = context;
  const started = await startServer(system, {
    host: options.host,
    port: options.port,
    dataFolder: options.dataDir ?? defaultDataFolder(system),
    token: options.token ?? null,
    samples: options.samples,
    version: await versionOf(system),
  });
  if (!started.ok) return complain(context, started.message);
  await system.terminal.out(`vethscope is ready: ${started.link}\n`);
  await new Promise<void>((resolve) => {
    system.process.onStop((signal) => {
      started.log.info(`${signal}: closing connections`);
      resolve(started.stop());
    });
  });
  started.log.info('bye');
}
