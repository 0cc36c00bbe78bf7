// The moving part of a simulation: one packet, its connection, its world, and the steps written so far. Hooks are run here; where
// the packet goes between hooks is decided in path.ts.
import { endpointText, type Ip, ipText, sameIp } from '../../parsers/core/address.ts';
import type { SourceRef } from '../../parsers/core/issue.ts';
import type { ConntrackEntry, Encap } from '../../parsers/nodestate/state.ts';
import type { Owner } from '../owner.ts';
import type { DispositionKind, Fragment, Step, StepKind } from '../trace.ts';
import { type CompiledTable, walk } from './chains.ts';
import type { Context, IpvsTaken, NatAddress } from './clause.ts';
import { type Connection, natOfEntry } from './conntrack.ts';
import type { FrameHook, Hook } from './hooks.ts';
import { ipvsOut } from './ipvs-answers.ts';
import type { Machine, NativeChain, Registered } from './machine.ts';
import { type NftResult, walkNft } from './nft-chains.ts';
import { dstText, type Packet, srcText, stateOf } from './packet.ts';
import type { World } from './world.ts';

/** How a packet's life ended. `at` is the device or pod it ended in. */
export interface Ending {
  readonly kind: DispositionKind;
  readonly reason: string;
  readonly source: SourceRef | null;
  readonly interface: string | null;
  readonly pod: string | null;
  readonly process: string | null;
  /** Address that the packet is sent to when it leaves the node. */
  readonly nextHop: Ip | null;
  /** What its route tells a tunnel device. */
  readonly encap: Encap | null;
}

export function ending(
  kind: DispositionKind,
  reason: string,
  source: SourceRef | null,
  more: Partial<Ending> = {},
): Ending {
  return { kind, reason, source, interface: null, pod: null, process: null, nextHop: null, encap: null, ...more };
}

/** Who set a NAT, and where that stands. */
interface NatOrigin {
  readonly owner: Owner;
  readonly source: SourceRef;
}

type Noted = Partial<Pick<Step, 'hook' | 'source' | 'priority' | 'owner' | 'why' | 'mattered' | 'rewrite'>>;

interface NatChain {
  readonly priority: number;
  readonly rules: number;
  readonly name: string;
  readonly source: SourceRef | null;
  readonly walk: () => {
    readonly end: Ending | null;
    readonly nat: (NatOrigin & { readonly type: 'dnat' | 'snat'; readonly address: NatAddress }) | null;
  };
}

export class Walker {
  readonly machine: Machine;
  readonly world: World;
  readonly packet: Packet;
  connection: Connection;
  readonly steps: Step[] = [];
  ipvs: { virtualService: string; realServer: string } | null = null;
  /** The same as matches see it. */
  ipvsTaken: IpvsTaken | 'answer' | null = null;
  /** Why IPVS told conntrack nothing of the real server: `-o`, where it keeps no connection, or conntrack had confirmed its own before, over lo. */
  ipvsUntold: 'onePacket' | 'confirmed' | null = null;
  /** Set on the answer of a connection that IPVS made: the virtual address it is given back as source. */
  ipvsReply: { readonly ip: Ip; readonly port: number | null } | null = null;
  /** Source port chosen by the kernel that no dump tells. */
  sourcePortUnknown = false;
  /** The dump's entry for this flow, which knows the ports and choices that rules leave open. */
  readonly hint: ConntrackEntry | null;

  constructor(machine: Machine, world: World, packet: Packet, connection: Connection, hint: ConntrackEntry | null) {
    this.machine = machine;
    this.world = world;
    this.packet = packet;
    this.connection = connection;
    this.hint = hint;
  }

  note(kind: StepKind, summary: string, more: Noted = {}): void {
    this.steps.push({
      kind,
      hook: more.hook ?? null,
      family: this.packet.family === 4 ? 'ip' : 'ip6',
      table: null,
      chain: null,
      rule: null,
      verdict: null,
      source: more.source ?? null,
      packet: stateOf(this.packet),
      priority: more.priority ?? null,
      owner: more.owner ?? null,
      summary,
      why: more.why ?? [],
      mattered: more.mattered ?? true,
      rewrite: more.rewrite ?? null,
    });
  }

  context(hook: Hook | FrameHook): Context {
    return {
      packet: this.packet,
      connection: this.connection,
      hook,
      node: this.machine,
      world: this.world,
      ipvs: this.ipvsTaken,
    };
  }

  /** Runs what is registered at a hook between two priorities (inclusive); null when the packet goes on. */
  runHook(hook: Hook, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY): Ending | null {
    for (const r of this.machine.registeredAt(hook, this.packet.family)) {
      if (r.priority < from || r.priority > to) continue;
      const end = this.#run(r, hook);
      if (end) return end;
    }
    if ((hook === 'POSTROUTING' || hook === 'INPUT') && to === Number.POSITIVE_INFINITY) {
      this.connection.confirmed = this.connection.attached;
    }
    return null;
  }

  #reroute = false;
  /**
   * Has a route chain at OUTPUT changed addresses, mark, TOS or IPv6's hop limit since this was last asked? Table mangle and chains of type
   * route compare what they got with what they leave: a mark of raw, or of a filter chain, routes nothing again (nf_route_table_hook4).
   */
  takeReroute(): boolean {
    const asked = this.#reroute;
    this.#reroute = false;
    return asked;
  }

  #run(r: Registered, hook: Hook): Ending | null {
    const { mark, tos, ttl, src, dst } = this.packet;
    const end = this.#runOne(r, hook);
    const routes =
      hook === 'OUTPUT' &&
      (r.kind === 'table' ? r.table.name === 'mangle' : r.kind === 'native' && r.chain.base.type === 'route');
    const p = this.packet;
    const moved = p.src !== src || p.dst !== dst || (p.family === 6 && p.ttl !== ttl);
    this.#reroute ||= routes && (p.mark !== mark || p.tos !== tos || moved);
    return end;
  }

  #runOne(r: Registered, hook: Hook): Ending | null {
    switch (r.kind) {
      case 'table':
        return this.#runTable(r.table, hook, r.priority);
      case 'native':
        return this.#runNative(r.chain, hook);
      case 'nat':
        return this.#nat(hook, r.priority);
      case 'conntrack':
        return this.#conntrack(hook, r.priority);
      case 'ipvsOut':
        return ipvsOut(this, hook, r.priority);
    }
  }

  #runNative(n: NativeChain, hook: Hook): Ending | null {
    return this.endOfNft(this.walkNative(n, hook), n);
  }

  walkNative(n: NativeChain, hook: Hook | FrameHook): NftResult {
    return walkNft(n.table, n.base, this.context(hook), this.steps);
  }

  /** How a chain's result ends the packet; null when it goes on. */
  endOfNft(r: NftResult, n: NativeChain): Ending | null {
    if (r.kind === 'accept') return null;
    const where = `chain ${n.base.name} of the nftables table ${n.base.family} ${n.base.table}`;
    const source = r.rule?.source ?? n.base.source;
    if (r.kind === 'loop')
      return ending('loop', `The chains of ${n.base.table} jump in a circle; no kernel loads such rules.`, source);
    if (r.kind === 'insufficient')
      return ending('insufficientInfo', `It is not known ${r.why}. What would settle it: ${r.settle}.`, source);
    if (r.kind === 'fwd') throw new Error('fwd stands at device hooks only');
    if (r.rejected !== null) return ending('rejected', `A rule in ${where} rejects it with ${r.rejected}.`, source);
    return ending('dropped', `${r.rule ? 'A rule in' : 'The policy of'} ${where} drops it.`, source);
  }

  #runTable(table: CompiledTable, hook: Hook, priority: number): Ending | null {
    const r = walk(table, hook, this.context(hook), priority, this.steps);
    return this.#endOf(r, table, hook);
  }

  #endOf(r: ReturnType<typeof walk>, table: CompiledTable, hook: Hook): Ending | null {
    if (r.kind === 'accept') return null;
    if (r.kind === 'insufficient')
      return ending(
        'insufficientInfo',
        `It is not known ${r.why}. What would settle it: ${r.settle}.`,
        r.source.source,
      );
    if (r.kind === 'loop')
      return ending(
        'loop',
        `The chains of table ${table.name} jump in a circle; no kernel loads such rules.`,
        r.source.source,
      );
    const where = `${table.name} ${hook}`;
    if (r.rejected !== null)
      return ending('rejected', `A rule in ${where} rejects it with ${r.rejected}.`, r.source.source);
    return ending(
      'dropped',
      `${'policy' in r.source ? 'The policy of' : 'A rule in'} ${where} drops it.`,
      r.source.source,
    );
  }

  #conntrack(hook: Hook, priority: number): Ending | null {
    const { state, entry } = this.connection;
    this.connection.attached = state !== 'untracked' && state !== 'invalid';
    this.note('conntrack', `connection is ${state}`, {
      hook,
      priority,
      owner: 'conntrack',
      source: entry?.source ?? null,
      mattered: entry !== null,
    });
    return null;
  }

  /** The NAT dispatcher: nat chains for a new connection whose NAT of this kind is open, else the NAT that the connection has. */
  #nat(hook: Hook, priority: number): Ending | null {
    const ct = this.connection;
    if (ct.state === 'untracked' || ct.state === 'invalid') return null;
    const destination = hook === 'PREROUTING' || hook === 'OUTPUT';
    const done = destination ? ct.dnatDone : ct.snatDone;
    if (!done && ct.direction === 'original' && (ct.state === 'new' || ct.state === 'related')) {
      const end = this.#askNatChains(hook, priority);
      if (destination) ct.dnatDone = true;
      else ct.snatDone = true;
      return end;
    }
    this.#applyStored(hook, priority, destination);
    return null;
  }

  /**
   * The nat chains of a hook in the order the dispatcher asks them: by priority, and at equal priority the one registered last first,
   * which no dump tells. Where more than one of them has rules, each may be first in a world of its own.
   */
  #natChains(hook: Hook, priority: number): NatChain[] {
    const chains: NatChain[] = [];
    for (const table of this.machine.tablesAt(hook, this.packet.family)) {
      if (table.name !== 'nat') continue;
      const base = table.source.chains.get(hook);
      chains.push({
        priority,
        rules: base?.rules.length ?? 0,
        name: `the nat table of iptables (${table.style === 'legacy' ? 'legacy' : 'nf_tables'})`,
        source: base?.source ?? null,
        walk: () => {
          const r = walk(table, hook, this.context(hook), priority, this.steps);
          const end = this.#endOf(r, table, hook);
          const nat =
            r.kind === 'accept' && r.nat
              ? { type: r.nat.type, address: r.nat.address, owner: r.nat.rule.owner, source: r.nat.rule.rule.source }
              : null;
          return { end, nat };
        },
      });
    }
    for (const n of this.machine.nativeChainsAt(hook, this.packet.family)) {
      if (n.base.type !== 'nat') continue;
      chains.push({
        priority: n.base.priority,
        rules: n.base.ruleCount,
        name: `chain ${n.base.name} of the nftables table ${n.base.family} ${n.base.table}`,
        source: n.base.source,
        walk: () => {
          const r = walkNft(n.table, n.base, this.context(hook), this.steps);
          const nat =
            r.kind === 'accept' && r.nat
              ? { type: r.nat.type, address: r.nat.address, owner: r.nat.owner, source: r.nat.rule.source }
              : null;
          return { end: this.endOfNft(r, n), nat };
        },
      });
    }
    chains.sort((a, b) => a.priority - b.priority);
    return this.#withTiesDecided(chains);
  }

  #withTiesDecided(chains: NatChain[]): NatChain[] {
    const tied = chains.filter(
      (c) => c.rules > 0 && chains.some((o) => o !== c && o.rules > 0 && o.priority === c.priority),
    );
    if (tied.length < 2) return chains;
    const first =
      tied[
        this.world.decide({
          source: tied[0]?.source ?? null,
          why: 'Several nat chains stand at the same priority; the one registered last runs first, and no dump tells which that is (nft list hooks does).',
          choices: tied.map((c) => ({ assumed: `${c.name} runs first`, probability: null })),
        })
      ];
    if (!first) return chains;
    const rest = chains.filter((c) => c !== first);
    const at = rest.findIndex((c) => c.priority >= first.priority);
    return at < 0 ? [...rest, first] : [...rest.slice(0, at), first, ...rest.slice(at)];
  }

  #askNatChains(hook: Hook, priority: number): Ending | null {
    for (const chain of this.#natChains(hook, priority)) {
      const { end, nat } = chain.walk();
      if (end) return end;
      if (!nat) continue;
      if (nat.type === 'dnat') this.#dnat(nat.address, hook, priority, nat);
      else this.#snat(nat.address, hook, priority, nat);
      return null;
    }
    return null;
  }

  #dnat(to: NatAddress, hook: Hook, priority: number, by: NatOrigin): void {
    const ip = to.ip ?? this.packet.dst;
    const port = to.port ?? this.packet.dport;
    // NAT onto the same address is none: the connection does not become DNAT by it (nf_nat_setup_info).
    if (!sameIp(ip, this.packet.dst) || port !== this.packet.dport) this.connection.dnat = { ip, port };
    this.rewriteDst(ip, port, hook, priority, by.owner, by.source);
  }

  #snat(to: NatAddress, hook: Hook, priority: number, by: NatOrigin): void {
    const ip = to.ip ?? this.packet.src;
    let port = to.port ?? this.packet.sport;
    let known = !to.randomPort;
    // The dump's entry was made by this very choice: where the address agrees, it tells the port.
    const recorded = this.hint ? natOfEntry(this.hint).snat : null;
    if (recorded && sameIp(recorded.ip, ip)) {
      port = recorded.port;
      known = true;
    }
    this.sourcePortUnknown = !known && port !== null;
    if (!sameIp(ip, this.packet.src) || port !== this.packet.sport) this.connection.snat = { ip, port };
    this.rewriteSrc(ip, port, hook, priority, by.owner, by.source);
  }

  #applyStored(hook: Hook, priority: number, destination: boolean): void {
    const { dnat, snat, direction, original, entry } = this.connection;
    const source = entry?.source ?? null;
    if (direction === 'original') {
      if (destination && dnat && entry) this.rewriteDst(dnat.ip, dnat.port, hook, priority, 'conntrack', source);
      if (!destination && snat && entry) this.rewriteSrc(snat.ip, snat.port, hook, priority, 'conntrack', source);
      return;
    }
    if (destination && snat) this.rewriteDst(original.src, original.sport, hook, priority, 'conntrack', source);
    if (!destination && dnat) this.rewriteSrc(original.dst, original.dport, hook, priority, 'conntrack', source);
  }

  rewriteDst(ip: Ip, port: number | null, hook: Hook, priority: number, owner: Owner, source: SourceRef | null): void {
    const before = dstText(this.packet);
    const after = endpointText(ip, this.packet.dport === null ? null : port);
    if (before === after) return;
    this.note('rewrite', `destination ${before} → ${after}`, {
      hook,
      priority,
      owner,
      source,
      rewrite: { what: 'dst', before, after },
    });
    this.packet.dst = ip;
    if (this.packet.dport !== null) this.packet.dport = port;
  }

  rewriteSrc(ip: Ip, port: number | null, hook: Hook, priority: number, owner: Owner, source: SourceRef | null): void {
    const before = srcText(this.packet);
    const after = this.sourcePortUnknown
      ? `${ipText(ip)}:*`
      : endpointText(ip, this.packet.sport === null ? null : port);
    if (before === after) return;
    this.note('rewrite', `source ${before} → ${after}`, {
      hook,
      priority,
      owner,
      source,
      rewrite: { what: 'src', before, after },
    });
    this.packet.src = ip;
    if (this.packet.sport !== null) this.packet.sport = port;
  }

  because(text: string, source: SourceRef | null): Fragment[] {
    if (!source) return [{ kind: 'text', text }];
    return [
      { kind: 'text', text: `${text} ` },
      { kind: 'code', text: `${source.file}:${source.line}`, source },
    ];
  }
}
