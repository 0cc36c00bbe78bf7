// What a diagnosis is: one pattern of trouble, found in a node's state or in one explained packet. One file each under rules/.
import type { SourceRef } from '../../parsers/core/issue.ts';
import type { Subject } from '../explain/sentences.ts';
import type { Machine } from '../kernel/machine.ts';

export interface Finding {
  readonly id: string;
  readonly title: string;
  /** `proved`: the simulator or the dumps show it. `likely`, `possible`: something needed was not given. */
  readonly confidence: 'proved' | 'likely' | 'possible';
  readonly severity: 'error' | 'warning' | 'note';
  readonly summary: string;
  readonly evidence: readonly SourceRef[];
  readonly remedy: string;
  /** A packet that shows it, as a packet spec. */
  readonly packet?: string;
}

export interface Diagnosis {
  readonly id: string;
  /** One line for the documentation. */
  readonly about: string;
  /** Looks at the node alone: the lint that needs no packet. */
  inState?(m: Machine): Finding[];
  /** Looks at one explained packet. */
  inTrace?(s: Subject): Finding[];
  /** The lint asks `inTrace` about packets of its own, too (probes.ts). Its titles name the cause, so that findings of one cause join. */
  readonly probed?: true;
}
