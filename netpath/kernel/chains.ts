// Compiles iptables rules and walks chains as the kernel does, writing the lines that its own trace would print.
//
// Surprise: what a trace prints at a RETURN and at the end of a chain depends on backend and kernel:
//   legacy            a "return" line at the end of a user chain and for an unconditional RETURN; policy at the end of a built-in one
//   nft before 6.7    a "return" line (without the rule) for RETURN and at the end of every chain, then the policy
//   nft from 6.7      the rule with verdict RETURN; nothing at the end of a chain but the policy
// (fixtures/lab: ipvs-legacy.*, ipvs-nft.* on 6.1, native.* on 6.18).
import { assertNever } from '../../parsers/core/issue.ts';
import type { NftRuleset } from '../../parsers/nodestate/nft-syntax.ts';
import type { IptablesChain, IptablesRule, IptablesTable } from '../../parsers/nodestate/state.ts';
import { matchModules } from '../match/registry.gen.ts';
import { type Owner, ownerOfRule } from '../owner.ts';
import { targetModules } from '../target/registry.gen.ts';
import type { Fragment, Step } from '../trace.ts';
import { isUnknown } from '../tri.ts';
import { type ChainIndex, indexOf } from './chain-index.ts';
import { type Clause, type Context, type Effect, isRandom, type NatAddress } from './clause.ts';
import { stateOf } from './packet.ts';
import type { Question } from './world.ts';

const MATCHES = new Map(matchModules.map((m) => [m.module, m]));
const TARGETS = new Map(targetModules.map((t) => [t.target, t]));

export type TraceStyle = 'legacy' | 'nft-before-6.7' | 'nft';

type Action =
  | { readonly kind: 'jump'; readonly chain: string; readonly goto: boolean }
  | { readonly kind: 'accept' | 'drop' | 'return' | 'none' }
  | { readonly kind: 'effect'; readonly apply: (c: Context) => Effect }
  | { readonly kind: 'unknown'; readonly why: string };

export interface CompiledRule {
  readonly rule: IptablesRule;
  readonly owner: Owner;
  readonly clauses: readonly Clause[];
  /** Why a match is not understood; the rule may or may not match. */
  readonly unreadable: string | null;
  readonly action: Action;
  /** Name of the target, for sentences. */
  readonly to: string;
  /** No condition at all, not even a comment: legacy's trace calls an unconditional RETURN the end of the chain. */
  readonly bare: boolean;
}

export interface CompiledChain {
  readonly chain: IptablesChain;
  readonly rules: readonly CompiledRule[];
  /** For long chains: the rules that a packet can match. */
  readonly index: ChainIndex | null;
}

export interface CompiledTable {
  readonly name: string;
  readonly family: 4 | 6;
  readonly style: TraceStyle;
  /** The table as it was dumped. */
  readonly source: IptablesTable;
  /** A chain, compiled; null when the table has none of this name. */
  readonly chain: (name: string) => CompiledChain | null;
  /** Base chains that exist in the kernel: iptables-nft prints empty ones that were never made. */
  readonly exists: (chain: string) => boolean;
}

function compileAction(rule: IptablesRule, table: IptablesTable, family: 4 | 6): Action {
  const t = rule.target;
  if (!t) return { kind: 'none' };
  if (table.chains.has(t.name)) return { kind: 'jump', chain: t.name, goto: t.goto };
  if (t.name === 'ACCEPT') return { kind: 'accept' };
  if (t.name === 'DROP') return { kind: 'drop' };
  if (t.name === 'RETURN') return { kind: 'return' };
  const module = TARGETS.get(t.name);
  if (!module) return { kind: 'unknown', why: `what the target ${t.name} does` };
  const apply = module.compile(t.options, family);
  return typeof apply === 'string'
    ? { kind: 'unknown', why: `what -j ${t.name} does (${apply})` }
    : { kind: 'effect', apply };
}

function compileRule(rule: IptablesRule, table: IptablesTable, family: 4 | 6): CompiledRule {
  const clauses: Clause[] = [];
  let unreadable: string | null = null;
  for (const m of rule.matches) {
    const module = MATCHES.get(m.module);
    const compiled = module ? module.compile(m.options, family) : `-m ${m.module} is not simulated`;
    if (typeof compiled === 'string') unreadable ??= compiled;
    else clauses.push(...compiled);
  }
  return {
    rule,
    owner: ownerOfRule(rule.chain, rule.target?.name ?? null, rule.comment),
    clauses,
    unreadable,
    action: compileAction(rule, table, family),
    to: rule.target?.name ?? 'this rule',
    bare: rule.matches.length === 0,
  };
}

/** `nft` is the dump of nft itself, where base chains that were never made do not stand. */
export function compileTable(
  table: IptablesTable,
  family: 4 | 6,
  style: TraceStyle,
  nft: NftRuleset | null,
): CompiledTable {
  // A packet meets few of the chains of a large node: each is compiled when the first packet comes to it.
  const compiled = new Map<string, CompiledChain>();
  const chainOf = (name: string): CompiledChain | null => {
    const known = compiled.get(name);
    if (known) return known;
    const chain = table.chains.get(name);
    if (!chain) return null;
    const c = { chain, rules: chain.rules.map((r) => compileRule(r, table, family)), index: indexOf(chain.rules) };
    compiled.set(name, c);
    return c;
  };
  const nftFamily = family === 4 ? 'ip' : 'ip6';
  const exists = (name: string): boolean => {
    const chain = table.chains.get(name);
    if (!chain) return false;
    if (style === 'legacy' || chain.rules.length > 0 || chain.policy === 'DROP') return true;
    if (!nft) return false;
    return nft.baseChains.some((b) => b.family === nftFamily && b.table === table.name && b.name === name);
  };
  return { name: table.name, family, style, source: table, chain: chainOf, exists };
}

export type ChainResult =
  | {
      readonly kind: 'accept';
      readonly nat: {
        readonly type: 'dnat' | 'snat';
        readonly address: NatAddress;
        readonly rule: CompiledRule;
      } | null;
    }
  /** The chain jumps to itself, which the kernel refuses to load: the dump is not of a running rule set. */
  | { readonly kind: 'loop'; readonly source: IptablesRule }
  | { readonly kind: 'drop'; readonly rejected: string | null; readonly source: IptablesRule | IptablesChain }
  | { readonly kind: 'insufficient'; readonly why: string; readonly settle: string; readonly source: IptablesRule };

/** Rules looked at in one chain walk; no real rule set comes near. */
const MAX_RULES = 1_000_000;
/** Trace lines in one chain walk: goto in a circle leaves no frame on the stack to see it by. */
const MAX_LINES = 20_000;

interface Frame {
  readonly chain: CompiledChain;
  /** Positions to look at, in order; null for all of them. Nothing that they depend on changes within one walk. */
  readonly candidates: readonly number[] | null;
  next: number;
  /** Stands for a base chain that was left by goto: only its policy is still to come. */
  readonly left: boolean;
}

/** What a match says, with unknown and random answers put to the world. */
function matches(r: CompiledRule, c: Context): boolean {
  let unsure: { what: string; settle: string } | null =
    r.unreadable === null
      ? null
      : { what: `whether this rule matches: ${r.unreadable}`, settle: 'support for this match' };
  let random: number | null | undefined;
  for (const clause of r.clauses) {
    if (isRandom(clause)) {
      random = clause.probability;
      continue;
    }
    const t = clause.evaluate(c);
    if (isUnknown(t)) unsure ??= { what: t.unknown, settle: t.settle };
    else if (!t) return false;
  }
  if (unsure) {
    const choice = c.world.decide({
      source: r.rule.source,
      why: `It is not known ${unsure.what}. What would settle it: ${unsure.settle}.`,
      choices: [
        { assumed: `this rule does not match`, probability: null },
        { assumed: `this rule matches`, probability: null },
      ],
    });
    if (choice === 0) return false;
  }
  if (random === undefined) return true;
  const question = chances.get(r) ?? chanceOf(r, random);
  chances.set(r, question);
  return c.world.decide(question) === 0;
}

/** What is asked at random rules: the same in every world. */
const chances = new WeakMap<CompiledRule, Question>();

function chanceOf(r: CompiledRule, p: number | null): Question {
  return {
    source: r.rule.source,
    why: 'The kernel picks at random; a capture or a conntrack entry of the flow tells which.',
    choices: [
      { assumed: `the random choice falls on ${r.to}`, probability: p },
      { assumed: `the random choice passes ${r.to} by`, probability: p === null ? null : 1 - p },
    ],
  };
}

const nothing: readonly Fragment[] = [];

function why(r: CompiledRule, c: Context): readonly Fragment[] {
  let out: Fragment[] | null = null;
  for (const clause of r.clauses) {
    const f = clause.explain(c);
    if (f.length === 0) continue;
    if (out) out.push({ kind: 'text', text: '; ' }, ...f);
    else out = [...f];
  }
  return out ?? nothing;
}

/** What a line says beside the rule that it is of. */
type Extra = Partial<Pick<Step, 'source' | 'packet' | 'summary' | 'why' | 'mattered'>>;

/** Walks one base chain of a table for the packet. */
export function walk(table: CompiledTable, base: string, c: Context, priority: number, steps: Step[]): ChainResult {
  const baseChain = table.chain(base);
  if (!baseChain) return { kind: 'accept', nat: null };
  const enter = (chain: CompiledChain): Frame => ({
    chain,
    candidates: chain.index?.candidates(c.packet) ?? null,
    next: 0,
    left: false,
  });
  const stack: Frame[] = [enter(baseChain)];
  const emit = (
    kind: Step['kind'],
    frame: Frame,
    rule: CompiledRule | null,
    verdict: string | null,
    extra: Extra = {},
  ) => {
    steps.push({
      kind,
      hook: c.hook,
      family: table.family === 4 ? 'ip' : 'ip6',
      table: table.name,
      chain: frame.chain.chain.name,
      rule: rule?.rule.text ?? null,
      verdict,
      source:
        extra.source !== undefined
          ? extra.source
          : (rule?.rule.source ?? (kind === 'policy' ? frame.chain.chain.source : null)),
      packet: extra.packet ?? stateOf(c.packet),
      priority,
      owner: rule?.owner ?? null,
      summary: extra.summary ?? '',
      why: extra.why ?? nothing,
      mattered: extra.mattered ?? false,
      rewrite: null,
    });
  };
  /** The line for leaving a user chain, or the end of the base chain, where the trace has one. */
  const emitReturn = (frame: Frame, rule: CompiledRule | null) => {
    const isBase = frame.chain === baseChain;
    if (table.style === 'legacy') {
      if (rule && !rule.bare) emit('rule', frame, rule, 'RETURN', { summary: 'returns', why: why(rule, c) });
      else if (rule || !isBase)
        // an unconditional RETURN of a built-in chain is called its policy, before the policy itself (test/kernel/counters.test.ts)
        emit(isBase ? 'policy' : 'return', frame, null, null, {
          summary: rule ? 'returns' : 'end of the chain',
          source: rule?.rule.source ?? null,
        });
    } else if (table.style === 'nft') {
      if (rule) emit('rule', frame, rule, 'RETURN', { summary: 'returns', why: why(rule, c) });
    } else
      emit('return', frame, null, null, {
        summary: rule ? 'returns' : 'end of the chain',
        source: rule?.rule.source ?? null,
        why: rule ? why(rule, c) : [],
      });
  };
  const policy = (frame: Frame): ChainResult => {
    const verdict = frame.chain.chain.policy ?? 'ACCEPT';
    emit('policy', frame, null, verdict, { summary: `policy ${verdict}`, mattered: verdict === 'DROP' });
    return verdict === 'DROP'
      ? { kind: 'drop', rejected: null, source: frame.chain.chain }
      : { kind: 'accept', nat: null };
  };

  const firstLine = steps.length;
  for (let budget = MAX_RULES; budget > 0; budget--) {
    if (steps.length - firstLine > MAX_LINES) break;
    const frame = stack.at(-1);
    if (!frame) return { kind: 'accept', nat: null };
    const r = frame.chain.rules[frame.candidates === null ? frame.next : (frame.candidates[frame.next] ?? -1)];
    if (!r) {
      if (!frame.left) emitReturn(frame, null);
      if (stack.length === 1) return policy(frame);
      stack.pop();
      continue;
    }
    frame.next++;
    if (!matches(r, c)) continue;
    const a = r.action;
    switch (a.kind) {
      case 'none':
        emit('rule', frame, r, 'CONTINUE', { summary: 'counted', why: why(r, c) });
        break;
      case 'accept':
        // An unconditional standard target in legacy's tables looks to its trace like the end of the chain.
        if (table.style === 'legacy' && r.bare)
          emit(frame.chain === baseChain ? 'policy' : 'return', frame, null, 'ACCEPT', {
            source: r.rule.source,
            summary: 'accepted',
            mattered: true,
          });
        else emit('rule', frame, r, 'ACCEPT', { summary: 'accepted', why: why(r, c), mattered: true });
        return { kind: 'accept', nat: null };
      case 'drop':
        if (table.style === 'legacy' && r.bare)
          emit(frame.chain === baseChain ? 'policy' : 'return', frame, null, 'DROP', {
            source: r.rule.source,
            summary: 'dropped',
            mattered: true,
          });
        else emit('rule', frame, r, 'DROP', { summary: 'dropped', why: why(r, c), mattered: true });
        return { kind: 'drop', rejected: null, source: r.rule };
      case 'return':
        emitReturn(frame, r);
        if (stack.length === 1) return policy(frame);
        stack.pop();
        break;
      case 'jump': {
        const chain = table.chain(a.chain);
        if (!chain) break;
        emit('rule', frame, r, `${a.goto ? 'GOTO' : 'JUMP'}:${a.chain}`, { summary: `to ${a.chain}`, why: why(r, c) });
        if (stack.some((f) => f.chain === chain)) return { kind: 'loop', source: r.rule };
        if (a.goto) stack.pop();
        if (stack.length === 0)
          stack.push({ ...enter({ chain: baseChain.chain, rules: [], index: null }), left: true });
        stack.push(enter(chain));
        break;
      }
      case 'unknown':
        emit('rule', frame, r, null, { summary: 'not known', mattered: true });
        return { kind: 'insufficient', why: a.why, settle: 'support for this target', source: r.rule };
      case 'effect': {
        const before = stateOf(c.packet);
        const because = why(r, c);
        const e = a.apply(c);
        if (e.kind === 'unknown') {
          emit('rule', frame, r, null, { packet: before, summary: 'not known', mattered: true });
          return { kind: 'insufficient', why: e.why, settle: e.settle, source: r.rule };
        }
        if (e.kind === 'continue') {
          emit('rule', frame, r, 'CONTINUE', {
            packet: before,
            summary: e.summary ?? 'goes on',
            why: because,
            mattered: before.mark !== c.packet.mark,
          });
          break;
        }
        if (e.kind === 'verdict') {
          emit('rule', frame, r, e.verdict, {
            packet: before,
            summary: e.summary ?? e.verdict.toLowerCase(),
            why: because,
            mattered: true,
          });
          if (e.verdict === 'ACCEPT') return { kind: 'accept', nat: null };
          return { kind: 'drop', rejected: e.rejected, source: r.rule };
        }
        emit('rule', frame, r, 'ACCEPT', { packet: before, summary: e.summary ?? '', why: because, mattered: true });
        if (e.kind === 'snat') return { kind: 'accept', nat: { type: 'snat', address: e.address, rule: r } };
        const index =
          e.choices.length === 1
            ? 0
            : c.world.decide({
                source: r.rule.source,
                why: 'DNAT to a range picks one address a client; conntrack tells which.',
                choices: e.choices.map(() => ({ assumed: 'one address of the DNAT range', probability: null })),
              });
        const choice = e.choices[index];
        return { kind: 'accept', nat: choice ? { type: 'dnat', address: choice.address, rule: r } : null };
      }
      default:
        return assertNever(a);
    }
  }
  const first = baseChain.rules[0]?.rule;
  if (!first) throw new Error(`the empty chain ${base} does not end`);
  return {
    kind: 'insufficient',
    why: `where chain ${base} of table ${table.name} ends: ${MAX_RULES} rules were followed`,
    settle: 'a smaller rule set',
    source: first,
  };
}
