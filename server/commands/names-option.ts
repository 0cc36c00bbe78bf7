// The option `--snapshot` of the commands that list and count packets: the dumps whose names and connections the fields `k8s.*` and `nat.*` have.
import { Option } from 'commander';
import type { NodeState } from '../../parsers/nodestate/state.ts';
import { type CommandContext, gather } from './context.ts';

export interface SnapshotOptions {
  readonly snapshot?: readonly string[];
}

export function snapshotOption(): Option {
  return new Option(
    '--snapshot <path>',
    "the node's dumps (a folder, a .tgz, or a file), for the fields k8s.* and nat.* of filters; may be given several times",
  ).argParser(gather);
}

/** Null without the option. Throws a Refusal that names what cannot be read. */
export async function stateOf({ system }: CommandContext, { snapshot }: SnapshotOptions): Promise<NodeState | null> {
  if (snapshot === undefined) return null;
  const { readSnapshotAt } = await import('../store/snapshot-files.ts');
  return readSnapshotAt(system, snapshot);
}
