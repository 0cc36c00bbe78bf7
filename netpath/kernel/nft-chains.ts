// Walks native nftables chains: rules left to right, the first expression that fails ends the rule, but what was done before it stays done.
// The steps are the lines of `nft monitor trace` (see chains.ts for what depends on the kernel).

import { TCP } from '../../parsers/core/protocol-numbers.ts';
import type {
  NftBaseChain,
  NftChain,
  NftElement,
  NftExpr,
  NftInlineRule,
  NftRule,
  NftStatement,
  NftTable,
  NftVerdict,
} from '../../parsers/nodestate/nft-syntax.ts';
import { type Owner, ownerOfNft } from '../owner.ts';
import type { Fragment, Step } from '../trace.ts';
import { isUnknown } from '../tri.ts';
import type { TraceStyle } from './chains.ts';
import type { Context, NatAddress } from './clause.ts';
import { evaluateAll, knownOf, lookUp, matchHolds, type NftScope, restOf, textOfValue } from './nft-expression.ts';
import { mangle, tproxy } from './nft-mangle.ts';
import { canBeMerged } from './nft-merged.ts';
import { type NatOutcome, natAddress } from './nft-nat.ts';
import { NftElements } from './nft-sets.ts';
import { noteUpdate } from './nft-updates.ts';
import type { Value } from './nft-value.ts';
import { stateOf } from './packet.ts';

export class CompiledNftTable implements NftScope {
  readonly table: NftTable;
  readonly style: TraceStyle;
  readonly #sets = new Map<string, NftElements>();

  constructor(table: NftTable, style: TraceStyle) {
    this.table = table;
    this.style = style;
  }

  set(name: string): NftElements | null {
    const known = this.#sets.get(name);
    if (known) return known;
    const set = this.table.sets.get(name);
    if (!set) return null;
    const made = new NftElements(set.elements);
    this.#sets.set(name, made);
    return made;
  }
}

export type NftResult =
  | {
      readonly kind: 'accept';
      readonly nat: {
        readonly type: 'dnat' | 'snat';
        readonly address: NatAddress;
        readonly rule: NftRule;
        readonly owner: Owner;
      } | null;
    }
  | { readonly kind: 'drop'; readonly rejected: string | null; readonly rule: NftRule | null }
  | { readonly kind: 'loop'; readonly rule: NftRule }
  | { readonly kind: 'fwd'; readonly device: string; readonly rule: NftRule }
  | { readonly kind: 'insufficient'; readonly why: string; readonly settle: string; readonly rule: NftRule };

interface Frame {
  readonly chain: NftChain;
  next: number;
  readonly left: boolean;
}

type RuleEnd =
  | { readonly kind: 'none' }
  | { readonly kind: 'verdict'; readonly verdict: NftVerdict; readonly element: NftElement | null }
  | { readonly kind: 'nat'; readonly nat: NatOutcome & { readonly kind: 'nat' } }
  | { readonly kind: 'reject'; readonly how: string }
  | { readonly kind: 'fwd'; readonly device: string }
  | { readonly kind: 'insufficient'; readonly why: string; readonly settle: string };

/** What a rule did to the packet that is looked at: null when it did not match. */
interface RuleRun {
  readonly end: RuleEnd;
  readonly why: readonly Fragment[];
  /** What it changed, in words; empty for nothing. */
  readonly changed: string;
}

function because(values: readonly Value[], element: NftElement | null): Fragment[] {
  const out: Fragment[] = [...values.flatMap((v) => v.because ?? [])];
  if (element?.source) {
    out.push(
      { kind: 'code', text: values.map(textOfValue).join(' . ') },
      { kind: 'text', text: ' is in the set ' },
      { kind: 'code', text: `${element.source.file}:${element.source.line}`, source: element.source },
    );
  }
  return out;
}

/** A question that no dump answers: follow both ways. */
function ask(c: Context, rule: NftRule, what: string, settle: string): boolean {
  return (
    c.world.decide({
      source: rule.source,
      why: `It is not known ${what}. What would settle it: ${settle}.`,
      choices: [
        { assumed: 'this rule does not match', probability: null },
        { assumed: 'this rule matches', probability: null },
      ],
    }) === 1
  );
}

function runRule(rule: NftRule, c: Context, table: CompiledNftTable): RuleRun | null {
  const why: Fragment[] = [];
  const changes: string[] = [];
  const explain = (more: readonly Fragment[]) => {
    if (more.length > 0 && why.length > 0) why.push({ kind: 'text', text: '; ' });
    why.push(...more);
  };
  const end = (e: RuleEnd): RuleRun => ({ end: e, why, changed: changes.filter((x) => x !== '').join(', ') });
  for (const [i, s] of rule.statements.entries()) {
    switch (s.kind) {
      case 'passive':
        break;
      case 'update':
        if (s.key && !updateSet(s, s.key, c, table)) return null;
        if (s.stateful && !ask(c, rule, `whether "${s.text}" lets this packet pass`, 'its counters')) return null;
        break;
      case 'match': {
        const a = matchHolds(s.left, s.op, s.right, c, table);
        const [before, next] = [rule.statements[i - 1], rule.statements[i + 1]];
        if (before !== undefined && canBeMerged(before, s)) break; // asked with the one before it
        if (canBeMerged(s, next)) {
          const b = matchHolds(next.left, next.op, next.right, c, table);
          if (isUnknown(a.holds) || isUnknown(b.holds) || a.holds !== b.holds) {
            const what = `whether nft compared the two != of "${rule.text}" together (1.0.6 does: either may differ) or each for itself`;
            if (!ask(c, rule, what, 'nft --debug=netlink list ruleset')) return null;
          } else if (!a.holds) return null;
          explain(because([...a.values, ...b.values], null));
          break;
        }
        if (isUnknown(a.holds) ? !ask(c, rule, a.holds.unknown, a.holds.settle) : !a.holds) return null;
        explain(because(a.values, a.element));
        break;
      }
      case 'vmap': {
        const values = evaluateAll(s.key, c, table);
        if (values === null) return null;

        let element = lookUp(s.data, values, table, c.world);
        if (element !== null && 'unknown' in element) {
          // none of the named elements may hold it; which one otherwise is not known
          if (ask(c, rule, element.unknown, element.settle))
            return end({ kind: 'insufficient', why: element.unknown, settle: element.settle });
          element = restOf(s.data, table);
        }
        if (element === null) return null;
        if (!element.verdict)
          return end({ kind: 'insufficient', why: 'which verdict a map holds', settle: 'support for it' });
        explain(because(knownOf(values), element));
        if (element.verdict.kind !== 'continue') return end({ kind: 'verdict', verdict: element.verdict, element });
        break;
      }
      case 'stateful':
        if (!ask(c, rule, `whether "${s.text}" lets this packet pass`, 'its counters')) return null;
        break;
      case 'mangle':
      case 'tproxy': {
        const set = s.kind === 'mangle' ? mangle(s, rule.text, c, table) : tproxy(s, c, table);
        if (set.kind === 'ends') return null;
        if (set.kind === 'unknown') return end({ kind: 'insufficient', why: set.why, settle: set.settle });
        changes.push(set.summary);
        break;
      }
      case 'tcpOption':
        if (c.packet.protocol !== TCP) return null;
        break;
      case 'flow':
        // only of connections that conntrack knows for good, and TCP only when it is established
        if (!c.connection.attached || !c.connection.confirmed) return null;
        break;
      case 'synproxy':
        if (c.packet.protocol !== TCP) return null;
        return end({
          kind: 'insufficient',
          why: 'what the client makes of the SYN-ACK that synproxy sends in place of the server',
          settle: "a capture of the client's next packet",
        });
      case 'notrack':
        // a packet that has got a zone is tracked
        if (!c.connection.attached && !c.connection.template) c.connection.state = 'untracked';
        break;
      case 'verdict':
        if (s.verdict.kind === 'continue') break;
        return end({ kind: 'verdict', verdict: s.verdict, element: null });
      case 'reject':
        // nft prints no `meta l4proto tcp` before a tcp reset, but the rule has it
        if (s.family !== null && s.family !== c.packet.family) return null;
        if (s.how === 'tcp-reset' && c.packet.protocol !== TCP) return null;
        return end({ kind: 'reject', how: s.how });
      case 'nat': {
        const foreign = s.family !== null && s.family !== c.packet.family;
        const mapped = s.address?.kind === 'map' || s.port?.kind === 'map';
        if (foreign && !mapped) break;
        const nat = natAddress(s, c, table);
        if (nat.kind === 'none') return null; // its map, which is asked first, has nothing for the packet
        if (foreign) break;
        if (nat.kind === 'unknown') return end({ kind: 'insufficient', why: nat.why, settle: nat.settle });
        return end({ kind: 'nat', nat });
      }
      case 'fwd':
        if (s.device.kind !== 'value' || !isDeviceHook(c))
          return end({ kind: 'insufficient', why: `where "${rule.text}" sends the packet`, settle: 'support for it' });
        return end({ kind: 'fwd', device: s.device.text });
      case 'other':
        return ask(c, rule, `what "${s.text}" does`, 'support for it')
          ? end({ kind: 'insufficient', why: `what "${s.text}" does`, settle: 'support for it' })
          : null;
    }
  }
  return end({ kind: 'none' });
}

/** Is there a program that takes packets from a queue? No dump tells; without one they are dropped, or pass where the rule says bypass. */
function hasProgram(c: Context, rule: NftRule): boolean {
  return (
    c.world.decide({
      source: rule.source,
      why: 'A queue hands the packet to a program, and no dump tells whether there is one: /proc/net/netfilter/nfnetlink_queue does.',
      choices: [
        { assumed: 'no program takes packets from the queue', probability: null },
        { assumed: 'a program takes packets from the queue', probability: null },
      ],
    }) === 1
  );
}

/** A chain without a name. The kernel gives it one with a number that no dump tells. */
function inlineChain(rules: readonly NftInlineRule[], around: NftRule): NftChain {
  const { source } = around;
  return { name: '__chain', source, rules: rules.map((r) => ({ ...r, comment: null, source })) };
}

/** What `add @set { … }` and its like do to the set; false where the packet has no such key. */
function updateSet(s: NftStatement & { kind: 'update' }, key: NftExpr, c: Context, table: CompiledNftTable): boolean {
  const values = evaluateAll(key, c, table);
  if (values === null) return false;
  const [op = '', name = ''] = s.text.split(' @');
  const set = op === 'meter' ? null : table.set(name);
  // what a map has for the key is not kept: its key is then not known any more
  const known = knownOf(values);
  const isKnown = known.length === values.length && (op === 'delete' || table.table.sets.get(name)?.isMap === false);
  if (set) noteUpdate(c.world, set, op !== 'delete', isKnown ? known : null);
  return true;
}

const isDeviceHook = (c: Context): boolean => c.hook === 'INGRESS' || c.hook === 'EGRESS';

/** Walks a native base chain for the packet. */
export function walkNft(table: CompiledNftTable, base: NftBaseChain, c: Context, steps: Step[]): NftResult {
  const { table: t, style } = table;
  const baseChain = t.chains.get(base.name);
  if (!baseChain) return { kind: 'accept', nat: null };
  const stack: Frame[] = [{ chain: baseChain, next: 0, left: false }];
  const owner = ownerOfNft(t.name);
  const emit = (
    kind: Step['kind'],
    chain: NftChain,
    rule: NftRule | null,
    verdict: string | null,
    more: Partial<Step> = {},
  ) => {
    steps.push({
      kind,
      hook: c.hook,
      family: t.family,
      table: t.name,
      chain: chain.name,
      rule: rule?.text ?? null,
      verdict,
      source: rule?.source ?? (kind === 'policy' ? base.source : null),
      packet: stateOf(c.packet),
      priority: base.priority,
      owner: rule ? owner : null,
      summary: '',
      why: [],
      mattered: false,
      rewrite: null,
      ...more,
    });
  };
  const policy = (): NftResult => {
    const verdict = base.policy.toUpperCase();
    emit('policy', baseChain, null, verdict, { summary: `policy ${verdict}`, mattered: verdict === 'DROP' });
    return verdict === 'DROP' ? { kind: 'drop', rejected: null, rule: null } : { kind: 'accept', nat: null };
  };
  const old = style === 'nft-before-6.7';
  for (let budget = 100_000; budget > 0; budget--) {
    const frame = stack.at(-1);
    if (!frame) return { kind: 'accept', nat: null };
    const rule = frame.chain.rules[frame.next++];
    if (!rule) {
      if (old && !frame.left) emit('return', frame.chain, null, null, { summary: 'end of the chain' });
      if (stack.length === 1) return policy();
      stack.pop();
      continue;
    }
    const before = stateOf(c.packet);
    const run = runRule(rule, c, table);
    if (!run) continue;
    const { end, why, changed } = run;
    if (end.kind === 'insufficient') {
      emit('rule', frame.chain, rule, null, { packet: before, summary: 'not known', mattered: true });
      return { kind: 'insufficient', why: end.why, settle: end.settle, rule };
    }
    if (end.kind === 'none') {
      emit('rule', frame.chain, rule, 'CONTINUE', {
        packet: before,
        why,
        mattered: changed !== '',
        summary: changed === '' ? 'goes on' : changed,
      });
      continue;
    }
    if (end.kind === 'reject') {
      emit('rule', frame.chain, rule, 'DROP', {
        packet: before,
        why,
        mattered: true,
        summary: `rejected with ${end.how}`,
      });
      return { kind: 'drop', rejected: end.how, rule };
    }
    if (end.kind === 'fwd') {
      emit('rule', frame.chain, rule, 'STOLEN', {
        packet: before,
        why,
        mattered: true,
        summary: `sent out of ${end.device}`,
      });
      return { kind: 'fwd', device: end.device, rule };
    }
    if (end.kind === 'nat') {
      emit('rule', frame.chain, rule, 'ACCEPT', {
        packet: before,
        why,
        mattered: true,
        summary: `${end.nat.type === 'dnat' ? 'destination' : 'source'} rewritten`,
      });
      return { kind: 'accept', nat: { type: end.nat.type, address: end.nat.address, rule, owner } };
    }
    const v = end.verdict;
    switch (v.kind) {
      case 'accept':
      case 'drop':
        emit('rule', frame.chain, rule, v.kind.toUpperCase(), {
          packet: before,
          why,
          mattered: true,
          summary: v.kind === 'accept' ? 'accepted' : 'dropped',
        });
        return v.kind === 'accept' ? { kind: 'accept', nat: null } : { kind: 'drop', rejected: null, rule };
      case 'queue':
        emit('rule', frame.chain, rule, 'QUEUE', { packet: before, why, mattered: true });
        if (hasProgram(c, rule))
          return { kind: 'insufficient', why: 'what the program behind a queue decides', settle: 'the program', rule };
        return v.bypass === true ? { kind: 'accept', nat: null } : { kind: 'drop', rejected: null, rule };
      case 'return':
        if (old) emit('return', frame.chain, null, null, { summary: 'returns', source: rule.source, why });
        else emit('rule', frame.chain, rule, 'RETURN', { packet: before, why, summary: 'returns' });
        if (stack.length === 1) return policy();
        stack.pop();
        break;
      case 'jump':
      case 'goto': {
        const chain = v.rules ? inlineChain(v.rules, rule) : t.chains.get(v.chain ?? '');
        if (!chain)
          return { kind: 'insufficient', why: `what chain ${v.chain ?? ''} holds`, settle: 'the whole dump', rule };
        emit('rule', frame.chain, rule, `${v.kind.toUpperCase()}:${chain.name}`, {
          packet: before,
          why,
          summary: `to ${chain.name}`,
          mattered: changed !== '',
        });
        if (stack.some((f) => f.chain === chain)) return { kind: 'loop', rule };
        if (v.kind === 'goto') stack.pop();
        if (stack.length === 0) stack.push({ chain: { ...baseChain, rules: [] }, next: 0, left: true });
        stack.push({ chain, next: 0, left: false });
        break;
      }
      case 'continue':
        break;
    }
  }
  const first = baseChain.rules[0];
  if (!first) return { kind: 'accept', nat: null };
  return { kind: 'loop', rule: first };
}
