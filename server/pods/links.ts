// Interfaces as `ip -j -d addr` shows them, on the node and inside the namespaces of pods, and which netnsid is which namespace.

import { z } from 'zod';
import { ipText } from '../../parsers/core/address.ts';
import { DumpFile } from '../../parsers/nodestate/dump-format.ts';
import { dumpFormat as ipAddr } from '../../parsers/nodestate/ip-addr.ts';
import { emptyState, type Link } from '../../parsers/nodestate/state.ts';
import type { ProgramResult, System } from '../system/system.ts';
import type { NetnsIds } from './netns-ids.ts';

const runMs = 5000;

export interface Interfaces {
  readonly links: readonly Link[];
  readonly byIndex: ReadonlyMap<number, Link>;
  /** Name of a device → its addresses with prefix lengths left out. */
  readonly addresses: ReadonlyMap<string, readonly string[]>;
}

export interface HostInterfaces extends Interfaces {
  /** Of the node's netnsids, as links name their peers' namespace: which namespace each is. */
  readonly namespaces: ReadonlyMap<number, string>;
}

function read(text: string): Interfaces {
  const state = emptyState();
  ipAddr.read(new DumpFile('ip -j -d addr', text), state, () => undefined);
  const links = state.host.links ?? [];
  const addresses = new Map<string, string[]>();
  for (const a of state.host.addresses ?? [])
    addresses.set(a.device, [...(addresses.get(a.device) ?? []), ipText(a.ip)]);
  return { links, byIndex: new Map(links.map((l) => [l.index, l])), addresses };
}

const named = z.array(z.object({ name: z.string(), id: z.number().int().optional() }));
const listed = z.object({
  namespaces: z.array(z.object({ ns: z.coerce.string(), netnsid: z.coerce.string().nullable() })),
});

/** Runs `ip` and `lsns`, found once: a service's PATH often lacks the sbin folders. */
export class LinkReader {
  private readonly system: System;
  private readonly netnsFolder: string;
  private readonly found = new Map<string, Promise<string | null>>();

  constructor(system: System, netnsFolder: string) {
    this.system = system;
    this.netnsFolder = netnsFolder;
  }

  private async run(name: string, args: readonly string[], netns: string | null = null): Promise<ProgramResult | null> {
    const find = (program: string) => {
      const known = this.found.get(program) ?? this.system.programs.find(program);
      this.found.set(program, known);
      return known;
    };
    const program = await find(name);
    const enter = netns === null ? null : await find('nsenter');
    if (program === null || (netns !== null && enter === null)) return null;
    try {
      return enter === null
        ? await this.system.programs.run(program, args, runMs)
        : await this.system.programs.run(enter, [`--net=${netns}`, program, ...args], runMs);
    } catch {
      return null;
    }
  }

  /** The interfaces in a namespace; a sentence when they cannot be read. @param netns checked path, null for the node's own */
  async interfaces(netns: string | null): Promise<Interfaces | string> {
    const result = await this.run('ip', ['-j', '-d', 'addr'], netns);
    if (result === null) return 'ip (package iproute2) or nsenter (package util-linux) is not installed';
    if (result.status !== 0) return result.stderr.trim().split('\n').at(-1) ?? 'ip failed';
    return read(result.stdout);
  }

  async host(ids: NetnsIds): Promise<HostInterfaces | string> {
    // First the links: asking for them is what gives the namespaces of their peers an id.
    const own = await this.interfaces(null);
    if (typeof own === 'string') return own;
    const namespaces = new Map<number, string>();
    for (const { ns, netnsid } of parsed(listed, await this.run('lsns', ['-J', '-t', 'net', '-o', 'NS,NETNSID']))
      ?.namespaces ?? [])
      if (netnsid !== null && /^\d+$/.test(netnsid)) namespaces.set(Number(netnsid), ns);
    // Namespaces without a process are only here.
    for (const { name, id } of parsed(named, await this.run('ip', ['-j', 'netns', 'list'])) ?? []) {
      const ns = id === undefined ? null : await ids.of(`${this.netnsFolder}/${name}`);
      if (id !== undefined && ns !== null) namespaces.set(id, ns);
    }
    return { ...own, namespaces };
  }
}

function parsed<T>(schema: z.ZodType<T>, result: ProgramResult | null): T | null {
  if (result === null || result.status !== 0 || result.stdout.trim() === '') return null;
  try {
    return schema.parse(JSON.parse(result.stdout));
  } catch {
    return null;
  }
}
