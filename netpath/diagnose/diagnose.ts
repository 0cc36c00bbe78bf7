// Runs every diagnosis: on a node's state alone, or on one explained packet.
import type { NodeState } from '../../parsers/nodestate/state.ts';
import type { Subject } from '../explain/sentences.ts';
import { machineOf } from '../kernel/machine.ts';
import type { Finding } from './diagnosis.ts';
import { probe } from './probes.ts';
import { diagnoses } from './rules/registry.gen.ts';

const SEVERITY = { error: 0, warning: 1, note: 2 } as const;

function ordered(findings: Finding[]): Finding[] {
  return findings.sort((a, b) => SEVERITY[a.severity] - SEVERITY[b.severity]);
}

/** The lint: what is wrong with a node without looking at any packet. */
export function diagnose(state: NodeState): Finding[] {
  const m = machineOf(state);
  return ordered([...diagnoses.flatMap((d) => d.inState?.(m) ?? []), ...probe(m, diagnoses)]);
}

/** What is wrong with one explained packet. */
export function findingsFor(s: Subject): Finding[] {
  return ordered(diagnoses.flatMap((d) => d.inTrace?.(s) ?? []));
}
