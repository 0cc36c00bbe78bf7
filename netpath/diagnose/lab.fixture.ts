// Recorded node states of fixtures/lab for the tests of diagnoses, as they are or with one dump edited.
import fs from 'node:fs';
import path from 'node:path';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import type { NodeState } from '../../parsers/nodestate/state.ts';
import { destinationOf } from '../explain/destination.ts';
import { subjectOf } from '../explain/sentences.ts';
import { Machine } from '../kernel/machine.ts';
import { simulate } from '../kernel/run.ts';
import { parsePacketSpec } from '../packet-spec.ts';
import type { Diagnosis, Finding } from './diagnosis.ts';

const lab = path.resolve(import.meta.dirname, '../../fixtures/lab');

export interface LabFile {
  readonly path: string;
  readonly text: string;
}

export function labFiles(scenario: string): LabFile[] {
  const bundle = path.join(lab, scenario, 'bundle');
  const below = (dir: string): string[] =>
    fs
      .readdirSync(dir, { withFileTypes: true })
      .flatMap((e) => (e.isDirectory() ? below(path.join(dir, e.name)) : [path.join(dir, e.name)]));
  return below(bundle).map((p) => ({ path: path.relative(bundle, p), text: fs.readFileSync(p, 'utf8') }));
}

/** `edit` returns null for a file that is to be left out. */
export function labState(
  scenario: string,
  edit: (file: string, text: string) => string | null = (_, t) => t,
  more: readonly LabFile[] = [],
): NodeState {
  const files = labFiles(scenario).flatMap((f) => {
    const text = edit(f.path, f.text);
    return text === null ? [] : [{ path: f.path, text }];
  });
  return readSnapshot([...files, ...more]);
}

export function inState(d: Diagnosis, state: NodeState): Finding[] {
  return d.inState?.(new Machine(state)) ?? [];
}

/** What a diagnosis says of a packet, over all its outcomes. */
export function inTrace(d: Diagnosis, state: NodeState, packet: string): Finding[] {
  const m = new Machine({ ...state, conntrack: null, ipvsConnections: null });
  const spec = parsePacketSpec(packet);
  const r = spec.ok ? simulate(m, spec.value) : null;
  if (!spec.ok || !r?.ok) throw new Error(`not simulated: ${packet}`);
  const to = destinationOf(m, spec.value.protocol, spec.value.dst, spec.value.dport);
  return r.simulation.traces.flatMap((t) => d.inTrace?.(subjectOf(m, spec.value, r.simulation, t, to)) ?? []);
}

export const ids = (findings: readonly Finding[]): string[] => findings.map((f) => f.id);
