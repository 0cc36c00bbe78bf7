// What the simulator says of one packet in one world: steps in order, and how it ended. Explanations are made from this.
import type { SourceRef } from '../parsers/core/issue.ts';
import type { Crossing } from './kernel/reply.ts';
import type { Owner } from './owner.ts';

/** A run of text that may link to a dump line; sentences are lists of these, never concatenated strings. */
export interface Fragment {
  readonly text: string;
  readonly kind: 'text' | 'code' | 'strong';
  readonly source?: SourceRef;
  readonly packet?: number;
  readonly owner?: Owner;
}

export interface PacketState {
  readonly in: string | null;
  readonly out: string | null;
  readonly src: string;
  readonly dst: string;
  readonly sport: number | null;
  readonly dport: number | null;
  readonly mark: number;
  readonly ttl: number;
}

export type StepKind =
  | 'rule'
  | 'policy'
  | 'return'
  | 'rewrite'
  | 'ipvs'
  | 'route'
  | 'conntrack'
  | 'bridge'
  | 'enter'
  | 'exit'
  | 'socket';

export interface Step {
  readonly kind: StepKind;
  /** `PREROUTING`, `INPUT`, `FORWARD`, `OUTPUT`, `POSTROUTING`, or null between hooks. */
  readonly hook: string | null;
  readonly family: string | null;
  readonly table: string | null;
  readonly chain: string | null;
  readonly rule: string | null;
  /** As the kernel's trace names it: `ACCEPT`, `DROP`, `CONTINUE`, `RETURN`, `JUMP:chain`, `GOTO:chain`. */
  readonly verdict: string | null;
  readonly source: SourceRef | null;
  /** The packet before this step's effect. */
  readonly packet: PacketState;
  readonly priority: number | null;
  readonly owner: Owner | null;
  readonly summary: string;
  readonly why: readonly Fragment[];
  readonly mattered: boolean;
  /** Address change made here, for the drawing. */
  readonly rewrite: { readonly what: 'dst' | 'src'; readonly before: string; readonly after: string } | null;
}

export type DispositionKind =
  | 'delivered'
  | 'dropped'
  | 'rejected'
  | 'noRoute'
  | 'leavesNode'
  | 'loop'
  | 'insufficientInfo';

export interface Disposition {
  readonly kind: DispositionKind;
  /** One plain sentence. */
  readonly reason: string;
  readonly source: SourceRef | null;
}

export interface Assumption {
  readonly source: SourceRef | null;
  /** What this world takes to be so. */
  readonly assumed: string;
  /** Why it had to be assumed, and what would settle it. */
  readonly why: string;
}

export interface Receiver {
  readonly address: string;
  readonly port: number | null;
  readonly interface: string | null;
  readonly pod: string | null;
  readonly process: string | null;
}

export interface Trace {
  readonly probability: number | null;
  readonly assumptions: readonly Assumption[];
  readonly disposition: Disposition;
  readonly to: Receiver;
  readonly finalDestination: string;
  readonly source: string;
  readonly ipvs: { readonly virtualService: string; readonly realServer: string } | null;
  readonly steps: readonly Step[];
  /** The conntrack entry of the dump that this world agrees with or was decided by. */
  readonly conntrack: SourceRef | null;
  /** What the answer starts from; null when the packet is itself an answer. */
  readonly crossing: Crossing | null;
}
