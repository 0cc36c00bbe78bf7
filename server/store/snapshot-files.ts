// Dumps named on a command line: folders (with all below), archives, loose files. Files are recognised by content.
import path from 'node:path';
import type { NodeState } from '../../parsers/nodestate/state.ts';
import { Refusal } from '../refusal.ts';
import { reasonOf, type System } from '../system/system.ts';
import { type Bytes, joined } from '../unpack/byte-reader.ts';
import { opened } from '../unpack/opened.ts';
import { safePath } from '../unpack/safe-path.ts';
import { defaultLimits } from './limits.ts';
import { NodeStates } from './node-states.ts';

interface Dump {
  readonly path: string;
  readonly text: string;
}

const limits = { files: 5000, depth: 16 };

class Gathering {
  readonly dumps: Dump[] = [];
  private readonly system: System;

  constructor(system: System) {
    this.system = system;
  }

  async gather(at: string, depth = 0): Promise<void> {
    const stat = await this.system.files.stat(at);
    if (stat === null)
      throw new Refusal(400, 'unreadable', 'does not exist; name a folder of dumps, a .tgz, or dump files');
    if (stat.kind === 'file') return this.take(at, this.system.files.read(at));
    if (stat.kind !== 'folder') return;
    if (depth > limits.depth)
      throw new Refusal(400, 'too-deep', `is deeper than ${limits.depth} folders; name the folder with the dumps`);
    for (const entry of await this.system.files.list(at)) {
      if (entry.kind !== 'other') await this.gather(path.join(at, entry.name), depth + 1);
    }
  }

  private async take(name: string, source: Bytes): Promise<void> {
    const content = await opened(source, { programs: this.system.programs, limits: defaultLimits.unpacked });
    if (content.kind === 'capture') return; // captures may lie beside the dumps
    if (content.kind === 'archive') {
      for await (const entry of content.entries) {
        const safe = safePath(entry.path);
        if (!safe.ok) throw new Refusal(400, 'bad-path', `holds a file that cannot be trusted: ${safe.message}`);
        await this.take(path.join(name, safe.path), entry.body);
      }
      return;
    }
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of content.body) {
      bytes += chunk.length;
      if (bytes > defaultLimits.maxDumpBytes)
        throw new Refusal(400, 'too-large', `${name} is larger than ${defaultLimits.maxDumpBytes} bytes; leave it out`);
      parts.push(chunk.slice());
    }
    const all = joined(parts, bytes);
    if (all.subarray(0, 8192).includes(0)) return; // not text
    if (this.dumps.length >= limits.files)
      throw new Refusal(400, 'too-many', `holds more than ${limits.files} files; name the folder with the dumps`);
    this.dumps.push({ path: name, text: new TextDecoder().decode(all) });
  }
}

/** Reads a node's state, the newest where there are several. Refuses when no file is a dump that we know. */
export async function readSnapshotAt(system: System, paths: readonly string[]): Promise<NodeState> {
  return (await readSnapshotsAt(system, paths)).newest();
}

/**
 * As above, with all the states that the folder of a capture holds.
 *
 * @param nodes snapshots of other nodes, a path each
 */
export async function readSnapshotsAt(
  system: System,
  paths: readonly string[],
  nodes: readonly string[] = [],
): Promise<NodeStates> {
  const states = await gathered(system, paths);
  for (const at of nodes) {
    const state = await (await gathered(system, [at])).newest();
    const folder = path.basename(path.resolve(at)).replace(/\.(?:tgz|tar(?:\.\w+)?|zip)$/, '');
    states.add({ name: state.kernel?.hostname ?? folder, state });
  }
  return states;
}

async function gathered(system: System, paths: readonly string[]): Promise<NodeStates> {
  const gathering = new Gathering(system);
  for (const at of paths) {
    try {
      await gathering.gather(at);
    } catch (error) {
      if (error instanceof Refusal) throw new Refusal(400, error.code, `${at}: ${error.message}`);
      throw new Refusal(400, 'unreadable', `${at} ${reasonOf(error)}; name a folder of dumps, a .tgz, or dump files`);
    }
  }
  const states = new NodeStates(() => gathering.dumps.map(({ path, text }) => ({ path, text: async () => text })));
  const state = await states.newest();
  if (state.files.every((f) => f.format === null)) {
    throw new Refusal(
      400,
      'no-dump',
      `${paths.join(', ')}: holds no dump that vethscope knows; expected the output of iptables-save, ip -j addr, ip -j route, ipvsadm -Ln, …`,
    );
  }
  return states;
}
