// What the node's rules say of hostPorts: the ports they carry out, and the lint of what those take away from services and processes.
// Rules can be many, so this part of the answer is kept for a while, and after that as long as the dumps say the same.
import type { Finding } from '../../api/pieces.ts';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import { fingerprint } from '../snapshot/fingerprint.ts';
import { takeSnapshot } from '../snapshot/snapshot.ts';
import type { System } from '../system/system.ts';
import { hostPortsInRules, type RulePort } from './host-ports.ts';

const keptMs = 15_000;
/** Dumps that the lint of hostPorts needs. */
const wanted = /^(?:ip6?tables-|nft-ruleset|ipset|ipvsadm-Sn|ip-addr|ip-link|ip-route|ip-rule|sysctl|ss|cni)/;
/** Findings about hostPorts; the others belong to `check`. */
const aboutHostPorts = /host-?port/i;

export interface RuleFacts {
  /** Null when no rules could be read. */
  readonly ports: readonly RulePort[] | null;
  readonly findings: readonly Finding[];
}

export class RuleReader {
  private readonly system: System;
  private readonly cniResultFolders: readonly string[];
  /** What the last dumps came to. */
  private last: { readonly of: string; readonly facts: RuleFacts } | null = null;
  private kept: { readonly atMs: number; readonly facts: Promise<RuleFacts> } | null = null;

  constructor(system: System, cniResultFolders: readonly string[]) {
    this.system = system;
    this.cniResultFolders = cniResultFolders;
  }

  read(): Promise<RuleFacts> {
    const now = this.system.clock.monotonicMs();
    if (this.kept === null || now - this.kept.atMs > keptMs) this.kept = { atMs: now, facts: this.look() };
    return this.kept.facts;
  }

  forget(): void {
    this.kept = null;
  }

  private async look(): Promise<RuleFacts> {
    const { files } = await takeSnapshot(this.system, { only: wanted, cniResultFolders: this.cniResultFolders });
    const of = await fingerprint(files);
    if (this.last?.of === of) return this.last.facts;
    const facts = await factsOf(files);
    this.last = { of, facts };
    return facts;
  }
}

async function factsOf(files: readonly { readonly path: string; readonly text: string }[]): Promise<RuleFacts> {
  const state = readSnapshot(files);
  if (state.iptables.length === 0 && state.nft === null) return { ports: null, findings: [] };
  const { diagnose } = await import('../../netpath/diagnose/diagnose.ts');
  const findings = diagnose(state).filter((f) => aboutHostPorts.test(f.id));
  return { ports: hostPortsInRules(state), findings };
}
