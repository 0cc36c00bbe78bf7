// `vethscope follow`: the bytes of one conversation, in the order in which each side sent them.
import { Command, InvalidArgumentError, Option } from 'commander';
import { type CommandContext, complain, printJson } from './context.ts';
import { type DecodeAsOptions, decodeAsOption } from './decode-as.ts';

interface FollowOptions extends DecodeAsOptions {
  readonly flow: number;
  readonly as: 'ascii' | 'hex' | 'raw';
  readonly json?: boolean;
}

function idOf(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('an id as `vethscope flows` prints it, such as 0');
  return Number(text);
}

export function followCommand(context: CommandContext): Command {
  return new Command('follow')
    .description('print the bytes of a conversation, as tshark -z follow does')
    .argument('<capture...>', 'pcap or pcapng files, also compressed or in an archive; - reads stdin')
    .addOption(
      new Option('--flow <id>', 'id of the conversation; `vethscope flows` lists them').default(0).argParser(idOf),
    )
    .addOption(new Option('--as <form>', 'how bytes are shown').choices(['ascii', 'hex', 'raw']).default('ascii'))
    .addOption(decodeAsOption())
    .option('--json', 'print JSON (docs/api.md: followedStream)')
    .action((captures: string[], options: FollowOptions) => follow(context, captures, options));
}

async function follow(context: CommandContext, captures: readonly string[], options: FollowOptions): Promise<void> {
  const { openCaptures } = await import('../packets/open-captures.ts');
  const { followedStreamOf, streamText } = await import('../packets/stream.ts');
  const opened = await openCaptures(context.system, captures, { decodeAs: options.decodeAs });
  const stream = followedStreamOf(opened.packets, options.flow, Number.POSITIVE_INFINITY);
  if (options.json) await printJson(context, stream);
  else await context.system.terminal.out(streamText(stream, options.as));
  if (opened.issues[0] !== undefined) complain(context, opened.issues[0]);
  opened.close();
}
