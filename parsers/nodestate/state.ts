// The state of one node as its dumps tell it: typed, lossless, every item with the line it was read from.
// `null` where a dump was not given: absent is not the same as empty.
import type { Ip, Prefix } from '../core/address.ts';
import type { DumpWarning, SourceRef } from '../core/issue.ts';
import type { EndpointSet, KubeNode, PodFact, Service } from './kubernetes-state.ts';
import type { NftRuleset } from './nft-syntax.ts';

// ---- iptables ---------------------------------------------------------------------------------------------------

export type IptablesBackend = 'legacy' | 'nf_tables';

/** One option of a match or target: `! --dport 80` is {name: '--dport', negated: true, values: ['80']}. */
export interface RuleOption {
  readonly name: string;
  readonly negated: boolean;
  readonly values: readonly string[];
  /** The value stood in quotes: which options iptables quotes is its modules' business, so it is kept as it was. */
  readonly quoted: boolean;
}

/** A `-m module` with its options; the base options (-s, -d, -p, -i, -o, -f) stand under the module ''. */
export interface RuleMatch {
  readonly module: string;
  readonly options: readonly RuleOption[];
}

export interface RuleTarget {
  readonly name: string;
  /** `-g` instead of `-j`. */
  readonly goto: boolean;
  readonly options: readonly RuleOption[];
}

export interface IptablesRule {
  readonly table: string;
  readonly chain: string;
  /** `-A CHAIN …` exactly as in the dump, without counters. */
  readonly text: string;
  readonly packets: number | null;
  readonly bytes: number | null;
  readonly matches: readonly RuleMatch[];
  /** null: a rule without -j, which only counts. */
  readonly target: RuleTarget | null;
  readonly comment: string | null;
  readonly source: SourceRef;
}

export interface IptablesChain {
  readonly name: string;
  /** `ACCEPT` or `DROP` for built-in chains, null for user chains. */
  readonly policy: string | null;
  readonly packets: number | null;
  readonly source: SourceRef;
  readonly rules: IptablesRule[];
}

export interface IptablesTable {
  readonly name: string;
  readonly chains: Map<string, IptablesChain>;
}

export interface IptablesDump {
  readonly file: string;
  readonly family: 4 | 6;
  /** From the header `v1.8.9 (nf_tables)`; null when the dump does not say. */
  readonly backend: IptablesBackend | null;
  readonly tables: Map<string, IptablesTable>;
}

// ---- ipset --------------------------------------------------------------------------------------------------------

export interface IpsetEntry {
  /** Elements in the order of the set's dimensions, as printed: `10.0.0.1`, `tcp:80`, `10.0.0.0/8`, `eth0`. */
  readonly parts: readonly string[];
  readonly nomatch: boolean;
  readonly source: SourceRef;
}

export interface Ipset {
  readonly name: string;
  /** `hash:ip,port`, `bitmap:port`, `list:set`, … */
  readonly type: string;
  readonly family: 4 | 6;
  readonly options: ReadonlyMap<string, string>;
  readonly entries: IpsetEntry[];
  readonly source: SourceRef;
}

// ---- IPVS ---------------------------------------------------------------------------------------------------------

export interface IpvsRealServer {
  readonly address: Ip;
  readonly port: number;
  readonly forward: 'masq' | 'route' | 'tunnel';
  readonly weight: number;
  readonly activeConnections: number | null;
  readonly inactiveConnections: number | null;
  readonly source: SourceRef;
}

export interface IpvsService {
  /** `tcp`, `udp`, `sctp`, or `fwm` (then `mark` is set and address is null). */
  readonly protocol: string;
  readonly address: Ip | null;
  readonly port: number;
  readonly mark: number | null;
  readonly family: 4 | 6;
  readonly scheduler: string;
  /** Of `-b`: `sh-fallback`, `sh-port`, `mh-fallback`, `mh-port`, `flag-1` …; empty where the dump has none (-Ln prints none for some). */
  readonly schedulerFlags: readonly string[];
  /** Seconds of `-p`; null: not persistent. */
  readonly persistence: number | null;
  /** Bits of the client's address that persistence goes by, of `-M`; 32 or 128 without. */
  readonly persistenceBits: number;
  /** `-o`: every datagram is scheduled for itself, and no answer is expected. */
  readonly onePacket: boolean;
  readonly servers: IpvsRealServer[];
  readonly source: SourceRef;
}

/** Counters of `-Ln --stats`. */
export interface IpvsStats {
  readonly protocol: string;
  readonly address: string;
  readonly connections: number;
  readonly inPackets: number;
  readonly source: SourceRef;
}

export interface IpvsConnection {
  readonly protocol: string;
  readonly state: string;
  readonly client: Ip;
  readonly clientPort: number;
  readonly virtual: Ip;
  readonly virtualPort: number;
  readonly real: Ip;
  readonly realPort: number;
  readonly source: SourceRef;
}

// ---- conntrack ----------------------------------------------------------------------------------------------------

export interface Tuple {
  readonly src: Ip;
  readonly dst: Ip;
  /** Ports, or null for protocols without; ICMP keeps its id in `icmpId`. */
  readonly sport: number | null;
  readonly dport: number | null;
  readonly icmpId: number | null;
}

export interface ConntrackEntry {
  readonly protocol: number;
  /** TCP state, `ESTABLISHED`; null for protocols without. */
  readonly state: string | null;
  /** Seconds until it ends; null when the dump has none. */
  readonly timeout: number | null;
  readonly original: Tuple;
  readonly reply: Tuple;
  readonly unreplied: boolean;
  readonly assured: boolean;
  readonly mark: number;
  /** Zone of each direction; 0 without. */
  readonly zone: { readonly original: number; readonly reply: number };
  readonly source: SourceRef;
}

/** A connection that the kernel told of as it began, changed or ended. */
export interface ConntrackEvent {
  readonly event: 'NEW' | 'UPDATE' | 'DESTROY';
  /** Milliseconds since the epoch; null when the dump has no times. */
  readonly atMs: number | null;
  readonly entry: ConntrackEntry;
}

// ---- links, addresses, routes -------------------------------------------------------------------------------------

export interface Tunnel {
  /** VNI or key. */
  readonly id: number | null;
  readonly local: Ip | null;
  /** Where everything goes; null where neighbours or routes decide. */
  readonly remote: Ip | null;
  /** UDP port of the outer packets. */
  readonly port: number | null;
  /** Device that carries them, where one was named. */
  readonly lower: string | null;
  /** The route (`encap`) or a program says for each packet where it goes, and with which id (`external`). */
  readonly external: boolean;
}

export interface Link {
  readonly index: number;
  readonly name: string;
  readonly mac: string | null;
  readonly mtu: number | null;
  readonly up: boolean;
  readonly flags: readonly string[];
  /** `veth`, `bridge`, `dummy`, `vxlan`, …; null for a physical device or when not dumped with -d. */
  readonly kind: string | null;
  /** Name of the bridge (or bond) it is a port of. */
  readonly master: string | null;
  /** ifindex of the veth peer, in the netns `peerNetnsId`. */
  readonly peerIndex: number | null;
  readonly peerNetnsId: number | null;
  /** Of vxlan, geneve, ipip and their like; null where it is none, or was not dumped with -d. */
  readonly tunnel: Tunnel | null;
  /** Bridge port attribute; null when not dumped with -d. */
  readonly hairpin: boolean | null;
  /** Of a bridge: does it keep VLANs apart, tagging frames on their way through? Null when it is none or was not dumped with -d. */
  readonly vlanFiltering: boolean | null;
  readonly source: SourceRef;
}

export interface Address {
  readonly device: string;
  readonly ip: Ip;
  readonly prefixLength: number;
  readonly broadcast: Ip | null;
  readonly scope: string;
  readonly secondary: boolean;
  readonly source: SourceRef;
}

export interface Route {
  /** `unicast`, `local`, `broadcast`, `multicast`, `blackhole`, `unreachable`, `prohibit`, `throw`, `anycast`, `nat`. */
  readonly type: string;
  readonly table: string;
  readonly dst: Prefix;
  readonly via: Ip | null;
  readonly device: string | null;
  readonly source: Ip | null;
  readonly scope: string | null;
  readonly metric: number;
  /** The route's own MTU; null: that of its device. */
  readonly mtu: number | null;
  readonly flags: readonly string[];
  /** More than one next hop. */
  readonly nexthops: readonly { readonly via: Ip | null; readonly device: string; readonly weight: number }[];
  /** What the route tells a tunnel device that is `external`; null without. */
  readonly encap: Encap | null;
  readonly ref: SourceRef;
}

/** `encap ip id … src … dst …`. Of other kinds (`mpls`, `seg6`, `bpf`) only the name is kept. */
export interface Encap {
  readonly kind: string;
  readonly id: number | null;
  readonly src: Ip | null;
  readonly dst: Ip | null;
}

export interface RoutingRule {
  readonly priority: number;
  readonly negated: boolean;
  readonly src: Prefix | null;
  readonly dst: Prefix | null;
  readonly mark: number | null;
  readonly markMask: number;
  readonly iif: string | null;
  readonly oif: string | null;
  readonly protocol: number | null;
  readonly sport: readonly [number, number] | null;
  readonly dport: readonly [number, number] | null;
  /** `lookup` goes to `table`; `blackhole`, `unreachable`, `prohibit`; `goto`, `nop` and others are kept by name. */
  readonly action: string;
  readonly table: string;
  readonly family: 4 | 6 | null;
  readonly ref: SourceRef;
}

/** A queueing discipline, `tc -s qdisc`. */
export interface Qdisc {
  readonly device: string;
  readonly kind: string;
  /** Bytes a second, bytes, microseconds: what tbf is set to; null for other kinds. */
  readonly rate: number | null;
  readonly burst: number | null;
  readonly latencyUs: number | null;
  readonly packets: number | null;
  readonly drops: number | null;
  readonly overlimits: number | null;
  readonly source: SourceRef;
}

export interface Neighbour {
  readonly ip: Ip;
  readonly device: string;
  readonly mac: string | null;
  readonly states: readonly string[];
  readonly source: SourceRef;
}

export interface FdbEntry {
  readonly mac: string;
  readonly device: string;
  readonly master: string | null;
  readonly permanent: boolean;
  /** Node that a tunnel device sends frames for this MAC to. */
  readonly dst: Ip | null;
  readonly source: SourceRef;
}

/** A listening socket of `ss -lntup`. `address` null is any address. */
export interface Listener {
  readonly protocol: 'tcp' | 'udp';
  readonly address: Ip | null;
  /** `*` listens on both families. */
  readonly family: 4 | 6 | null;
  readonly device: string | null;
  readonly port: number;
  readonly process: string | null;
  readonly pid: number | null;
  /** IP_TRANSPARENT, which `ss --inet-sockopt` tells; null where the dump does not. */
  readonly transparent: boolean | null;
  /** SO_MARK, which `ss -e` tells to root. */
  readonly mark: number | null;
  /** Path of its cgroup, as `ss -e` prints it. */
  readonly cgroup: string | null;
  readonly source: SourceRef;
}

/** One network namespace. `null` members were not dumped. */
export interface Netns {
  readonly name: string;
  links: Link[] | null;
  addresses: Address[] | null;
  routes: Route[] | null;
  rules: RoutingRule[] | null;
  neighbours: Neighbour[] | null;
  qdiscs: Qdisc[] | null;
  fdb: FdbEntry[] | null;
  listeners: Listener[] | null;
}

export interface KernelRelease {
  readonly hostname: string | null;
  readonly release: string;
  readonly major: number;
  readonly minor: number;
  readonly source: SourceRef;
}

export interface StateFile {
  readonly path: string;
  /** Name of the format, or null when it was not recognised. */
  readonly format: string | null;
  readonly warnings: DumpWarning[];
}

/** The state of another node of the cluster, for paths that go on there. */
export interface OtherNode {
  readonly name: string;
  readonly state: NodeState;
}

export interface NodeState {
  readonly files: StateFile[];
  readonly others: OtherNode[];
  kernel: KernelRelease | null;
  /** Backend of the `iptables` command, for dumps whose header does not say. */
  iptablesBackend: IptablesBackend | null;
  readonly iptables: IptablesDump[];
  nft: NftRuleset | null;
  ipsets: Map<string, Ipset> | null;
  ipvsServices: IpvsService[] | null;
  ipvsStats: IpvsStats[] | null;
  ipvsConnections: IpvsConnection[] | null;
  conntrack: ConntrackEntry[] | null;
  /** In the order they were told. */
  conntrackEvents: ConntrackEvent[] | null;
  /** Counters of `conntrack -S`, summed over processors: `insert_failed`, `drop`, `early_drop`, … */
  conntrackStats: ReadonlyMap<string, { readonly value: number; readonly source: SourceRef }> | null;
  sysctl: Map<string, { readonly value: string; readonly source: SourceRef }> | null;
  modules: Set<string> | null;
  readonly host: Netns;
  readonly netns: Map<string, Netns>;
  readonly podFacts: PodFact[];
  services: Service[] | null;
  endpoints: EndpointSet[] | null;
  nodes: KubeNode[] | null;
}

export function emptyNetns(name: string): Netns {
  return {
    name,
    links: null,
    addresses: null,
    routes: null,
    rules: null,
    neighbours: null,
    qdiscs: null,
    fdb: null,
    listeners: null,
  };
}

export function emptyState(): NodeState {
  return {
    files: [],
    others: [],
    kernel: null,
    iptablesBackend: null,
    iptables: [],
    nft: null,
    ipsets: null,
    ipvsServices: null,
    ipvsStats: null,
    ipvsConnections: null,
    conntrack: null,
    conntrackEvents: null,
    conntrackStats: null,
    sysctl: null,
    modules: null,
    host: emptyNetns('host'),
    netns: new Map(),
    podFacts: [],
    services: null,
    endpoints: null,
    nodes: null,
  };
}
