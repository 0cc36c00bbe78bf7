// A snapshot of the node: the output of the commands that show its state, as plain files named after the command.
import type { System } from '../system/system.ts';

export interface SnapshotOptions {
  /** Namespaces of pods to look into as well: the name a section gets, and the path to enter. */
  readonly podNetns?: readonly { readonly name: string; readonly netns: string }[];
}

export interface SnapshotProgress {
  readonly done: number;
  readonly total: number;
  /** The command that was just run. */
  readonly what: string;
}

export interface Snapshot {
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** What is missing and how to get it, one sentence each. */
  readonly problems: readonly string[];
}

/** Never fails as a whole: a command that is missing, fails or hangs is a problem of the result. */
export async function takeSnapshot(
  _system: System,
  _options: SnapshotOptions = {},
  _onProgress: (progress: SnapshotProgress) => void = () => undefined,
): Promise<Snapshot> {
  return { files: [], problems: [] };
}
