// A node, compiled from its dumps: tables with their rules resolved, routes, sets, bridges, services. Made once, run for many packets.
import type { Ip } from '../../parsers/core/address.ts';
import type { NftBaseChain } from '../../parsers/nodestate/nft-syntax.ts';
import { type Pod, podsOf } from '../../parsers/nodestate/pods.ts';
import type { FdbEntry, IptablesDump, Link, Listener, Neighbour, NodeState } from '../../parsers/nodestate/state.ts';
import { indexed, ipKey } from './address-index.ts';
import { type CompiledTable, compileTable, type TraceStyle } from './chains.ts';
import type { NodeView } from './clause.ts';
import { Fib } from './fib.ts';
import { CONNTRACK_PRIORITY, type Hook, IPVS_OUT_PRIORITY, NFT_HOOKS, TABLE_PRIORITIES } from './hooks.ts';
import { findListener } from './listeners.ts';
import { CompiledNftTable } from './nft-chains.ts';
import { SetIndex } from './sets.ts';
import { tracksConnections } from './tracking.ts';

const podsBy = indexed<Pod>((p) => (p.hostNetwork || p.finished ? [] : p.ips.map(ipKey)));
const neighboursBy = indexed<Neighbour>((n) => (n.mac === null ? [] : [ipKey(n.ip)]));
const fdbBy = indexed<FdbEntry>((f) => (f.permanent ? [] : [f.mac]));

/** A native nftables base chain with its table. */
export interface NativeChain {
  readonly table: CompiledNftTable;
  readonly base: NftBaseChain;
}

/** One thing that is registered at an IP hook. All nat chains stand behind one. */
export type Registered =
  | { readonly kind: 'table'; readonly priority: number; readonly table: CompiledTable }
  | { readonly kind: 'native'; readonly priority: number; readonly chain: NativeChain }
  | { readonly kind: 'nat' | 'conntrack' | 'ipvsOut'; readonly priority: number };

export class Machine implements NodeView {
  readonly state: NodeState;
  readonly fib: Fib;
  readonly sets: SetIndex | null;
  readonly pods: readonly Pod[];
  readonly tables: readonly CompiledTable[];
  /** Native nftables tables. */
  readonly nftTables: readonly CompiledNftTable[];
  readonly links: ReadonlyMap<string, Link>;
  /** What could not be compiled or is missing, as sentences for the user. */
  readonly issues: string[] = [];

  constructor(state: NodeState) {
    this.state = state;
    this.fib = new Fib(state.host);
    this.sets = state.ipsets ? new SetIndex(state.ipsets) : null;
    this.pods = podsOf(state);
    this.links = new Map((state.host.links ?? []).map((l) => [l.name, l]));
    this.nftTables = (state.nft?.tables ?? [])
      .filter((t) => !t.managedByIptables)
      .map((t) => new CompiledNftTable(t, this.#nftStyle()));
    this.tables = state.iptables.flatMap((d) =>
      [...d.tables.values()].map((t) => compileTable(t, d.family, this.#style(d), state.nft)),
    );
  }

  #style(dump: IptablesDump): TraceStyle {
    const backend = dump.backend ?? this.state.iptablesBackend ?? 'legacy';
    return backend === 'legacy' ? 'legacy' : this.#nftStyle();
  }

  #nftStyle(): TraceStyle {
    // 6.7 masks the verdict before it tells rules from returns (net/netfilter/nf_tables_core.c); without uname the newer form is shown.
    const k = this.state.kernel;
    return k && (k.major < 6 || (k.major === 6 && k.minor < 7)) ? 'nft-before-6.7' : 'nft';
  }

  /** True where a rule puts packets into a conntrack zone. */
  get setsZones(): boolean {
    this.#setsZones ??=
      this.state.iptables.some((d) =>
        [...(d.tables.get('raw')?.chains.values() ?? [])].some((c) =>
          c.rules.some((r) => / --zone(?:-orig|-reply)? /.test(r.text)),
        ),
      ) ||
      this.nftTables.some((t) =>
        [...t.table.chains.values()].some((c) =>
          c.rules.some((r) =>
            r.statements.some((s) => s.kind === 'mangle' && s.key.kind === 'ct' && s.key.key === 'zone'),
          ),
        ),
      );
    return this.#setsZones;
  }
  #setsZones: boolean | null = null;

  readonly #tracks = new Map<4 | 6, boolean>();

  /** Does conntrack run for a family? Without it no packet has a connection, and nat chains are not asked. */
  tracksConnections(family: 4 | 6): boolean {
    const known = this.#tracks.get(family) ?? tracksConnections(this.state, family);
    this.#tracks.set(family, known);
    return known;
  }

  sysctl(name: string): string | null {
    return this.state.sysctl?.get(name)?.value ?? null;
  }

  /** A per-device IPv4 setting where the kernel takes the larger of `all` and the device. */
  maxSysctl(key: string, device: string): number {
    const of = this.#maxSysctl.get(key) ?? new Map<string, number>();
    const known = of.get(device);
    if (known !== undefined) return known;
    const value = (d: string) => Number(this.sysctl(`net.ipv4.conf.${d}.${key}`) ?? '0');
    const max = Math.max(value('all'), value(device));
    this.#maxSysctl.set(key, of.set(device, max));
    return max;
  }
  readonly #maxSysctl = new Map<string, Map<string, number>>();

  /** True when bridged packets of the family pass the IP hooks; null when no dump says. */
  bridgeNetfilter(family: 4 | 6): boolean | null {
    const v = this.sysctl(family === 4 ? 'net.bridge.bridge-nf-call-iptables' : 'net.bridge.bridge-nf-call-ip6tables');
    if (v !== null) return v === '1';
    if (this.state.modules) return this.state.modules.has('br_netfilter');
    return this.state.sysctl ? false : null; // the setting exists only while br_netfilter is loaded
  }

  forwarding(device: string, family: 4 | 6): boolean | null {
    const own = this.sysctl(`net.ipv${family}.conf.${device}.forwarding`);
    if (own !== null) return own === '1';
    const all = family === 4 ? this.sysctl('net.ipv4.ip_forward') : this.sysctl('net.ipv6.conf.all.forwarding');
    return all === null ? null : all === '1';
  }

  isBridge(device: string): boolean {
    return (
      this.links.get(device)?.kind === 'bridge' ||
      [...this.links.values()].some((l) => l.master === device && l.kind !== null)
    );
  }

  /** The bridge that a device is a port of. */
  bridgeOf(device: string): string | null {
    const master = this.links.get(device)?.master ?? null;
    return master !== null && this.links.get(master)?.kind !== 'bond' ? master : null;
  }

  listenerAt(protocol: number, ip: Ip, port: number, device: string | null): Listener | null | 'unknown' {
    const { listeners } = this.state.host;
    return listeners === null ? 'unknown' : findListener(listeners, protocol, ip, port, device);
  }

  link(device: string): Link | null {
    return this.links.get(device) ?? null;
  }

  isEthernet(device: string): boolean | null {
    const link = this.links.get(device);
    if (!link) return null;
    return link.kind !== 'loopback' && link.mac !== null && /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(link.mac);
  }

  readonly #tablesAt = new Map<string, readonly CompiledTable[]>();
  readonly #nativeAt = new Map<string, readonly NativeChain[]>();

  /** Tables of a family that have the chain of a hook. */
  tablesAt(hook: Hook, family: 4 | 6): readonly CompiledTable[] {
    const key = `${hook} ${family}`;
    const known = this.#tablesAt.get(key) ?? this.#findTables(hook, family);
    this.#tablesAt.set(key, known);
    return known;
  }

  #findTables(hook: Hook, family: 4 | 6): CompiledTable[] {
    return this.tables.filter((t) => t.family === family && t.source.chains.has(hook) && t.exists(hook));
  }

  /** Native nftables base chains at a hook that packets of the family meet, with their tables. */
  nativeChainsAt(hook: Hook, family: 4 | 6): readonly NativeChain[] {
    const key = `${hook} ${family}`;
    const known = this.#nativeAt.get(key) ?? this.#findNative(hook, family);
    this.#nativeAt.set(key, known);
    return known;
  }

  #findNative(hook: Hook, family: 4 | 6): NativeChain[] {
    return this.nftTables.flatMap((table) => {
      const t = table.table;
      if (t.family !== 'inet' && t.family !== (family === 4 ? 'ip' : 'ip6')) return [];
      const chains = this.state.nft?.baseChains ?? [];
      return chains
        .filter((b) => b.hook === NFT_HOOKS[hook] && b.family === t.family && b.table === t.name)
        .map((base) => ({ table, base }));
    });
  }

  readonly #registeredAt = { 4: new Map<Hook, readonly Registered[]>(), 6: new Map<Hook, readonly Registered[]>() };

  /** All that stands at a hook, in the order in which a packet of the family meets it. */
  registeredAt(hook: Hook, family: 4 | 6): readonly Registered[] {
    const known = this.#registeredAt[family].get(hook);
    if (known) return known;
    const found = this.#findRegistered(hook, family);
    this.#registeredAt[family].set(hook, found);
    return found;
  }

  #findRegistered(hook: Hook, family: 4 | 6): Registered[] {
    const out: Registered[] = [];
    for (const table of this.tablesAt(hook, family)) {
      const priority = TABLE_PRIORITIES[table.name]?.[hook];
      if (table.name !== 'nat' && priority !== undefined) out.push({ kind: 'table', priority, table });
    }
    for (const chain of this.nativeChainsAt(hook, family))
      if (chain.base.type !== 'nat') out.push({ kind: 'native', priority: chain.base.priority, chain });
    const nat = TABLE_PRIORITIES['nat']?.[hook];
    if (this.tracksConnections(family)) {
      if (nat !== undefined) out.push({ kind: 'nat', priority: nat });
      if (hook === 'PREROUTING' || hook === 'OUTPUT') out.push({ kind: 'conntrack', priority: CONNTRACK_PRIORITY });
    }
    const ipvs = IPVS_OUT_PRIORITY[hook];
    // IPVS registers its hooks while there is a service
    if (this.state.ipvsServices?.length && ipvs !== undefined) out.push({ kind: 'ipvsOut', priority: ipvs });
    return out.sort((a, b) => a.priority - b.priority);
  }

  /** Base chains of family bridge at a hook, by priority. */
  bridgeChainsAt(hook: Hook): readonly NativeChain[] {
    return this.#chainsOf(`bridge ${hook}`, (b) => b.family === 'bridge' && b.hook === NFT_HOOKS[hook]);
  }

  get hasBridgeChains(): boolean {
    return (this.state.nft?.baseChains ?? []).some((b) => b.family === 'bridge');
  }

  /** Base chains at the `ingress` or `egress` hook of a device, by priority, those whose devices the dump has lost among them. */
  deviceChainsAt(hook: string, device: string): readonly NativeChain[] {
    const at = (pattern: string) =>
      pattern.endsWith('*') ? device.startsWith(pattern.slice(0, -1)) : pattern === device;
    return this.#chainsOf(`${hook} ${device}`, (b) => b.hook === hook && (b.devices === null || b.devices.some(at)));
  }

  #chainsOf(key: string, want: (b: NftBaseChain) => boolean): readonly NativeChain[] {
    const known = this.#nativeAt.get(key);
    if (known) return known;
    const tables = new Map(this.nftTables.map((t) => [`${t.table.family} ${t.table.name}`, t]));
    const found = (this.state.nft?.baseChains ?? []).filter(want).flatMap((base) => {
      const table = tables.get(`${base.family} ${base.table}`);
      return table ? [{ table, base }] : [];
    });
    found.sort((a, b) => a.base.priority - b.base.priority);
    this.#nativeAt.set(key, found);
    return found;
  }

  /** The running pod that has an address. */
  podByIp(ip: Ip): Pod | null {
    return podsBy(this.pods, ipKey(ip))[0] ?? null;
  }

  /** A pod by `namespace/name`, or by bare name where only one has it. */
  podByName(text: string): Pod | 'ambiguous' | null {
    const exact = this.pods.find((p) => p.id === text);
    if (exact) return exact;
    const byName = this.pods.filter((p) => p.name === text || p.netns === text);
    return byName.length > 1 ? 'ambiguous' : (byName[0] ?? null);
  }

  podByHostInterface(device: string): Pod | null {
    return this.pods.find((p) => p.hostInterface === device) ?? null;
  }

  /** Host side of a pod's veth: what a dump says, else the port where the pod's MAC is known. */
  hostInterfaceOf(pod: Pod): string | null {
    if (pod.hostInterface !== null && this.links.has(pod.hostInterface)) return pod.hostInterface;
    const ip = pod.ips[0];
    return ip ? this.portOf(ip) : null;
  }

  /** The device (bridge port) that leads to a neighbour address, by neighbour and forwarding tables. */
  portOf(ip: Ip): string | null {
    const neighbour = neighboursBy(this.state.host.neighbours, ipKey(ip))[0];
    if (neighbour?.mac) {
      const mac = neighbour.mac.toLowerCase();
      const port = fdbBy(this.state.host.fdb, mac)[0];
      if (port) return port.device;
    }
    const pod = this.podByIp(ip);
    return pod?.hostInterface !== null && pod?.hostInterface !== undefined && this.links.has(pod.hostInterface)
      ? pod.hostInterface
      : null;
  }
}

const compiled = new WeakMap<NodeState, Machine>();

/** The machine of a state, compiled once: states are never changed in place. */
export function machineOf(state: NodeState): Machine {
  const known = compiled.get(state) ?? new Machine(state);
  compiled.set(state, known);
  return known;
}
