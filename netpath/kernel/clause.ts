// What a match and a target are to the simulator. One file a module under match/ and target/; the registries are generated.
import type { Ip } from '../../parsers/core/address.ts';
import type { Link, Listener, RuleOption } from '../../parsers/nodestate/state.ts';
import type { Fragment } from '../trace.ts';
import type { Tri } from '../tri.ts';
import type { Connection } from './conntrack.ts';
import type { Fib } from './fib.ts';
import type { FrameHook, Hook } from './hooks.ts';
import type { Packet } from './packet.ts';
import type { SetIndex } from './sets.ts';
import type { World } from './world.ts';

/** What matches and targets may ask of the node. */
export interface NodeView {
  readonly fib: Fib;
  /** Null when no ipset dump was given. */
  readonly sets: SetIndex | null;
  /** Value of a sysctl, or null when it was not dumped. */
  sysctl(name: string): string | null;
  /** The bridge that a device is a port of; null when it is none. */
  bridgeOf(device: string): string | null;
  /** The socket that listens on ip:port for what comes in by a device, null for none; `unknown` without a dump of sockets. */
  listenerAt(protocol: number, ip: Ip, port: number, device: string | null): Listener | null | 'unknown';
  /** What is known of a device; null when no dump has it. */
  link(device: string): Link | null;
  /** Is it an Ethernet device? Null when no dump knows it. */
  isEthernet(device: string): boolean | null;
}

export interface Context {
  readonly packet: Packet;
  readonly connection: Connection;
  readonly hook: Hook | FrameHook;
  readonly node: NodeView;
  readonly world: World;
  /**
   * IPVS has taken this packet: the virtual address that it came for, and how it is sent on; null when it has not. `answer`: it has given
   * the virtual address back, by which it no longer finds the connection (ip_vs_conn_out_get wants the real server's).
   */
  readonly ipvs: IpvsTaken | 'answer' | null;
}

export interface IpvsTaken {
  readonly address: Ip;
  readonly port: number | null;
  readonly forward: 'masq' | 'tunnel' | 'route';
}

/** One condition of a rule. */
export interface Clause {
  evaluate(c: Context): Tri;
  /** Why it was true, with sources; only asked after it was. Empty when the option says it all. */
  explain(c: Context): readonly Fragment[];
}

/** A random choice inside a match (statistic): each branch with its probability. */
export interface RandomClause extends Clause {
  /** Probability that it matches, 0–1; null when it cannot be known. */
  readonly probability: number | null;
}

export interface MatchModule {
  /** Name after -m; '' for the base options. */
  readonly module: string;
  /** The conditions of the options, or the reason why they are not understood (then the rule is unknown). */
  compile(options: readonly RuleOption[], family: 4 | 6): Clause[] | string;
}

export type Effect =
  | { readonly kind: 'continue'; readonly summary: string | null }
  | {
      readonly kind: 'verdict';
      readonly verdict: 'ACCEPT' | 'DROP';
      readonly rejected: string | null;
      readonly summary: string | null;
    }
  | {
      readonly kind: 'dnat';
      readonly choices: readonly { readonly address: NatAddress }[];
      readonly summary: string | null;
    }
  | { readonly kind: 'snat'; readonly address: NatAddress; readonly summary: string | null }
  | { readonly kind: 'unknown'; readonly why: string; readonly settle: string };

/** A NAT target's address: either part may stay as it is (null). `randomPort`: the kernel picks one that no dump foretells. */
export interface NatAddress {
  readonly ip: Ip | null;
  readonly port: number | null;
  readonly randomPort: boolean;
}

export interface TargetModule {
  readonly target: string;
  /** Applies to the packet (marks are set in place) and says what follows; a string is why it is not understood. */
  compile(options: readonly RuleOption[], family: 4 | 6): ((c: Context) => Effect) | string;
}

const nothing: readonly Fragment[] = [];
const noExplanation = (): readonly Fragment[] => nothing;

/** A clause without an explanation beyond its own text. */
export function clause(evaluate: (c: Context) => Tri): Clause {
  return { evaluate, explain: noExplanation };
}

export function isRandom(c: Clause): c is RandomClause {
  return 'probability' in c;
}
