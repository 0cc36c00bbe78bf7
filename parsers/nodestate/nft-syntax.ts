// The parts of nftables rules, as `nft list ruleset` prints them, text or JSON. Literals stay text here: what a literal means depends on
// what it is compared with, and that is netpath's business.
import type { SourceRef } from '../core/issue.ts';

export type NftExpr =
  | { readonly kind: 'payload'; readonly protocol: string; readonly field: string }
  | { readonly kind: 'meta'; readonly key: string }
  /** `direction` for keys of a tuple: `ct original ip daddr` has the key `ip daddr`. */
  | { readonly kind: 'ct'; readonly key: string; readonly direction: 'original' | 'reply' | null }
  | { readonly kind: 'fib'; readonly flags: readonly string[]; readonly result: string }
  /** `level` of `cgroupv2` only. */
  | { readonly kind: 'socket'; readonly key: string; readonly level: number | null }
  /** Bits of the packet by their place: `@th,16,16`. `base`: `ll`, `nh`, `th` or `ih`. */
  | { readonly kind: 'raw'; readonly base: string; readonly offset: number; readonly length: number }
  /**
   * A part of the packet that may be absent: an option of IP or TCP, an IPv6 extension header, a chunk. Without `field` it is asked whether
   * it is there; `@8,16` are bits of it.
   */
  | {
      readonly kind: 'exthdr';
      readonly of: 'ip option' | 'tcp option' | 'dccp option' | 'sctp chunk' | 'exthdr';
      readonly name: string;
      readonly field: string | null;
    }
  /** What routing knows: `classid`, `nexthop`, `ip nexthop`, `mtu`, `ipsec`. */
  | { readonly kind: 'rt'; readonly key: string }
  /** The IPsec state of a packet: `reqid`, `spi`, `ip saddr` …. */
  | { readonly kind: 'ipsec'; readonly direction: string; readonly key: string }
  /** The system that made a SYN: `name`, `version`. */
  | { readonly kind: 'osf'; readonly key: string }
  | { readonly kind: 'numgen'; readonly mode: string; readonly mod: number; readonly offset: number }
  /** `key` is what jhash hashes (null for symhash); without `seed` the kernel made one up that no dump tells. */
  | {
      readonly kind: 'hash';
      readonly name: string;
      readonly key: NftExpr | null;
      readonly mod: number;
      readonly seed: number | null;
      readonly offset: number;
    }
  | { readonly kind: 'value'; readonly text: string }
  | { readonly kind: 'prefix'; readonly address: string; readonly length: number }
  | { readonly kind: 'range'; readonly from: string; readonly to: string }
  /** `established,related`: any of the bits. */
  | { readonly kind: 'flags'; readonly items: readonly string[] }
  | { readonly kind: 'set'; readonly elements: readonly NftElement[] }
  | { readonly kind: 'setRef'; readonly name: string }
  | { readonly kind: 'concat'; readonly items: readonly NftExpr[] }
  | { readonly kind: 'binary'; readonly op: string; readonly left: NftExpr; readonly right: NftExpr }
  | { readonly kind: 'map'; readonly key: NftExpr; readonly data: NftExpr }
  | { readonly kind: 'other'; readonly text: string };

export interface NftVerdict {
  readonly kind: 'accept' | 'drop' | 'return' | 'continue' | 'jump' | 'goto' | 'queue';
  readonly chain: string | null;
  /** Rules of the chain without a name that is jumped to: `jump { … }`. */
  readonly rules?: readonly NftInlineRule[];
  /** With `queue`: passes on where no program takes the packet. */
  readonly bypass?: boolean;
}

/** A rule between the braces of `jump { … }`; its source is that of the rule around it. */
export interface NftInlineRule {
  readonly text: string;
  readonly statements: readonly NftStatement[];
}

export interface NftElement {
  readonly key: NftExpr;
  /** Data of a map element; null in sets and verdict maps. */
  readonly value: NftExpr | null;
  readonly verdict: NftVerdict | null;
  readonly source: SourceRef | null;
}

export type NftStatement =
  | { readonly kind: 'match'; readonly left: NftExpr; readonly op: string; readonly right: NftExpr }
  | { readonly kind: 'vmap'; readonly key: NftExpr; readonly data: NftExpr }
  | { readonly kind: 'verdict'; readonly verdict: NftVerdict }
  | { readonly kind: 'mangle'; readonly key: NftExpr; readonly value: NftExpr }
  | {
      readonly kind: 'nat';
      readonly type: 'dnat' | 'snat' | 'masquerade' | 'redirect';
      /** Tables of family inet say it: packets of the other family pass the statement by. */
      readonly family: 4 | 6 | null;
      readonly address: NftExpr | null;
      readonly port: NftExpr | null;
      readonly flags: readonly string[];
    }
  /** `family`: packets of the other one do not match (`reject with icmp …` in a table of family inet). */
  | { readonly kind: 'reject'; readonly how: string; readonly family: 4 | 6 | null }
  | { readonly kind: 'notrack' }
  /** Gives the packet to a transparent socket; `family` as in `nat`. */
  | {
      readonly kind: 'tproxy';
      readonly family: 4 | 6 | null;
      readonly address: NftExpr | null;
      readonly port: NftExpr | null;
    }
  /** Answers a SYN in the server's place. */
  | { readonly kind: 'synproxy' }
  /** Sets (`set`) or removes an option of TCP; packets without TCP do not match. */
  | { readonly kind: 'tcpOption'; readonly text: string }
  /** `flow add @ft`: the flow's later packets take a short cut. */
  | { readonly kind: 'flow' }
  /** Adds to a set; ends the rule where the packet has no such key, or (`stateful`) by a limit that each element keeps. */
  | { readonly kind: 'update'; readonly text: string; readonly key: NftExpr | null; readonly stateful: boolean }
  /** Sends the packet out of another device, past everything that is still to come (family netdev). */
  | { readonly kind: 'fwd'; readonly device: NftExpr }
  /** Changes nothing that the packet's way depends on: counter, log, dup. */
  | { readonly kind: 'passive'; readonly text: string }
  /** Lets the packet pass or not by a state that no dump holds: limit, quota. */
  | { readonly kind: 'stateful'; readonly text: string }
  | { readonly kind: 'other'; readonly text: string };

export interface NftRule {
  /** As `nft list ruleset` prints it, without the comment's place changed. */
  readonly text: string;
  readonly statements: readonly NftStatement[];
  readonly comment: string | null;
  readonly source: SourceRef;
}

export interface NftChain {
  readonly name: string;
  readonly rules: NftRule[];
  readonly source: SourceRef;
}

export interface NftSet {
  readonly name: string;
  readonly isMap: boolean;
  /** `ipv4_addr . inet_service`, split. */
  readonly types: readonly string[];
  readonly elements: NftElement[];
  readonly source: SourceRef;
}

/** The packets that a reject with a message of this protocol is for; `icmpx` has one for both families. */
export function rejectFamily(protocol: string): 4 | 6 | null {
  return protocol === 'icmp' ? 4 : protocol === 'icmpv6' ? 6 : null;
}

export interface NftBaseChain {
  readonly family: string;
  readonly table: string;
  readonly name: string;
  readonly type: string;
  readonly hook: string;
  readonly priority: number;
  readonly policy: string;
  /** Devices of an ingress or egress chain, `eth*` as a wildcard; null where the dump lost them (JSON of nft 1.0.6). Empty at other hooks. */
  readonly devices: readonly string[] | null;
  readonly ruleCount: number;
  readonly source: SourceRef;
}

export interface NftTable {
  readonly family: string;
  readonly name: string;
  /** Written by iptables-nft: its rules are read from iptables-save, not from here. */
  readonly managedByIptables: boolean;
  readonly chains: Map<string, NftChain>;
  readonly sets: Map<string, NftSet>;
  readonly source: SourceRef;
}

export interface NftRuleset {
  /** Which of nft's two forms it was read from; absent where no dump was read. */
  readonly form?: 'text' | 'json';
  readonly tables: NftTable[];
  readonly baseChains: NftBaseChain[];
}
