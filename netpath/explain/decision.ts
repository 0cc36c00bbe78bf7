// Reads a trace for what decided: which step changed the destination, who wrote it, by which jump the packet came there, and what
// changed the source. The sentences, the drawing and the diagnoses all start from this.
import type { Step, Trace } from '../trace.ts';

export interface NatDecision {
  /** The rule that set the NAT (null for IPVS and conntrack). */
  readonly rule: Step | null;
  readonly rewrite: Step;
  /** Jumps that led to the rule, outermost first; the first stands in the base chain. */
  readonly jumps: readonly Step[];
}

export interface Decision {
  readonly dnat: NatDecision | null;
  readonly snat: NatDecision | null;
  /** The rule, policy or other step that ended the packet's life, for drops and rejects. */
  readonly last: Step | null;
}

const isJump = (s: Step): boolean => s.kind === 'rule' && /^(?:JUMP|GOTO):/.test(s.verdict ?? '');

/** The jumps by which a rule step was reached, outermost first. */
export function jumpsTo(steps: readonly Step[], index: number): Step[] {
  const target = steps[index];
  const out: Step[] = [];
  let chain = target?.chain ?? null;
  for (let i = index - 1; i >= 0 && chain !== null; i--) {
    const s = steps[i];
    if (!s || s.hook !== target?.hook || s.table !== target.table) {
      if (s && s.kind !== 'rule' && s.kind !== 'return') continue;
      break;
    }
    if (isJump(s) && s.verdict?.slice(5) === chain) {
      out.unshift(s);
      chain = s.chain;
    }
  }
  return out;
}

function decisionAt(steps: readonly Step[], index: number): NatDecision | null {
  const rewrite = steps[index];
  if (!rewrite) return null;
  const before = steps[index - 1];
  const rule = before?.kind === 'rule' && before.source === rewrite.source ? before : null;
  return { rule, rewrite, jumps: rule ? jumpsTo(steps, index - 1) : [] };
}

export function decisionOf(trace: Trace): Decision {
  const { steps } = trace;
  const last = (what: 'dst' | 'src') => steps.findLastIndex((s) => s.rewrite?.what === what);
  const d = last('dst');
  const s = last('src');
  const ended = trace.disposition.kind === 'dropped' || trace.disposition.kind === 'rejected';
  return {
    dnat: d < 0 ? null : decisionAt(steps, d),
    snat: s < 0 ? null : decisionAt(steps, s),
    last: ended ? (steps.findLast((x) => x.kind === 'rule' || x.kind === 'policy' || x.kind === 'ipvs') ?? null) : null,
  };
}

/** Marks the jumps that lead to steps that mattered, so that a folded list still reads as a path. */
export function withJumps(steps: readonly Step[]): Step[] {
  const wanted = new Set<Step>();
  steps.forEach((s, i) => {
    if (s.kind === 'rule' && s.mattered) for (const j of jumpsTo(steps, i)) wanted.add(j);
  });
  return steps.map((s) => (wanted.has(s) ? { ...s, mattered: true } : s));
}
