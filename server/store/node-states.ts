// The states of a node that its dumps show: one a snapshot group, or a single one. Read when first asked for; those that were not asked
// for lately are let go, since each may be large.
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import type { NodeState, OtherNode } from '../../parsers/nodestate/state.ts';
import { type DumpGroup, dumpGroups, dumpsOf } from './dump-groups.ts';

interface DumpFile {
  readonly path: string;
  text(): Promise<string>;
}

const statesKept = 3;

/** Dumps below `nodes/NAME/` are of another node of the cluster. */
const nodeOf = (path: string): string | null => /(?:^|\/)nodes\/([^/]+)\//.exec(path)?.[1] ?? null;

export class NodeStates {
  private readonly files: () => readonly DumpFile[];
  private readonly added: OtherNode[] = [];
  private readonly read = new Map<string, Promise<NodeState>>();

  /** @param files the dumps there are now */
  constructor(files: () => readonly DumpFile[]) {
    this.files = files;
  }

  /** Whole groups, the newest last; empty where the dumps are one state. */
  groups(): DumpGroup[] {
    return dumpGroups(this.files().map((f) => f.path));
  }

  /** A node whose dumps are elsewhere. */
  add(node: OtherNode): void {
    this.added.push(node);
    this.read.clear();
  }

  newest(): Promise<NodeState> {
    return this.of(this.groups().at(-1) ?? null);
  }

  of(group: DumpGroup | null): Promise<NodeState> {
    const key = group?.path ?? '';
    const reading = this.read.get(key) ?? this.readState(group);
    this.read.delete(key);
    this.read.set(key, reading);
    for (const oldest of [...this.read.keys()].slice(0, -statesKept)) this.read.delete(oldest);
    // What could not be read now is read again when it is next asked for.
    reading.catch(() => {
      if (this.read.get(key) === reading) this.read.delete(key);
    });
    return reading;
  }

  /** Files came or went. */
  forget(): void {
    this.read.clear();
  }

  private async readState(group: DumpGroup | null): Promise<NodeState> {
    const byNode = new Map<string | null, { path: string; text: string }[]>();
    for (const f of dumpsOf(this.files(), group)) {
      const node = nodeOf(f.path);
      const files = byNode.get(node) ?? [];
      files.push({ path: f.path, text: await f.text() });
      byNode.set(node, files);
    }
    const named = [...byNode].flatMap(([name, files]) => (name === null ? [] : [{ name, state: readSnapshot(files) }]));
    named.sort((a, b) => (a.name < b.name ? -1 : 1));
    const own = byNode.get(null);
    // Where every node has a name of its own, the first of them stands for "the node".
    const state = own ? readSnapshot(own) : (named.shift()?.state ?? readSnapshot([]));
    state.others.push(...named, ...this.added);
    return state;
  }
}
