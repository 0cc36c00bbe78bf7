// One nftables rule, from the text that `nft list ruleset` prints. A rule is statements in a row without separators, so the parser knows
// the words that begin each; what it does not know it keeps as `other`, and the rule becomes unknown, never wrong.
import { type NftElement, type NftExpr, type NftStatement, type NftVerdict, rejectFamily } from './nft-syntax.ts';
import {
  BARE_META,
  BINARY,
  CT_FAMILIES,
  literal,
  type NftToken,
  nftTokens,
  OPERATORS,
  PAYLOADS,
  splitNat,
  VERDICTS,
} from './nft-words.ts';

/** Thrown inside this file only, and caught at its edge: the rest of the rule is kept as text. */
class NotUnderstood extends Error {}

class Parser {
  readonly #tokens: readonly NftToken[];
  #at = 0;
  constructor(tokens: readonly NftToken[]) {
    this.#tokens = tokens;
  }

  get done(): boolean {
    return this.#at >= this.#tokens.length;
  }
  peek(ahead = 0): string {
    const t = this.#tokens[this.#at + ahead];
    return t && !t.quoted ? t.text : '';
  }
  take(): NftToken {
    const t = this.#tokens[this.#at++];
    if (!t) throw new NotUnderstood('the rule ends early');
    return t;
  }
  word(): string {
    return this.take().text;
  }
  eat(text: string): boolean {
    if (this.peek() !== text) return false;
    this.#at++;
    return true;
  }
  expect(text: string): void {
    if (!this.eat(text)) throw new NotUnderstood(`"${text}" expected, found "${this.peek()}"`);
  }
  /** All that is left, as text. */
  rest(): string {
    const text = this.#tokens
      .slice(this.#at)
      .map((t) => (t.quoted ? `"${t.text}"` : t.text))
      .join(' ');
    this.#at = this.#tokens.length;
    return text;
  }

  // ---- expressions -------------------------------------------------------------------------------------------------

  /** A selector (left side), with bit operations and concatenation; null when the next word begins none. */
  selector(): NftExpr | null {
    const first = this.#selectorPart();
    if (!first) return null;
    if (this.peek() !== '.') return first;
    const items = [first];
    while (this.eat('.')) {
      const next = this.#selectorPart();
      if (!next) throw new NotUnderstood(`"${this.peek()}" in a concatenation`);
      items.push(next);
    }
    return { kind: 'concat', items };
  }

  #selectorPart(): NftExpr | null {
    let left = this.#primary();
    if (!left) return null;
    for (let op = BINARY[this.peek()]; op !== undefined; op = BINARY[this.peek()]) {
      this.#at++;
      left = { kind: 'binary', op, left, right: this.#primary() ?? this.operand() };
    }
    return left;
  }

  #primary(): NftExpr | null {
    const w = this.peek();
    if (w === 'meta') {
      this.#at++;
      return { kind: 'meta', key: this.word() };
    }
    if (w === 'ct') return this.#ct();
    if (w === 'fib') return this.#fib();
    if (w === 'numgen') {
      this.#at++;
      const mode = this.word();
      this.expect('mod');
      const mod = Number(this.word());
      return { kind: 'numgen', mode, mod, offset: this.eat('offset') ? Number(this.word()) : 0 };
    }
    if (w === 'jhash' || w === 'symhash') {
      this.#at++;
      while (!this.done && this.peek() !== 'mod') this.#at++;
      this.expect('mod');
      const mod = Number(this.word());
      if (this.eat('seed')) this.word();
      if (this.eat('offset')) this.word();
      return { kind: 'hash', name: w, mod };
    }
    if (PAYLOADS.has(w) && /^[a-z0-9_-]+$/.test(this.peek(1)) && this.peek(1) !== 'option') {
      this.#at++;
      return { kind: 'payload', protocol: w, field: this.word() };
    }
    if (BARE_META.has(w)) {
      this.#at++;
      return { kind: 'meta', key: w };
    }
    return null;
  }

  #ct(): NftExpr {
    this.expect('ct');
    const d = this.peek();
    const direction = d === 'original' || d === 'reply' ? d : null;
    if (direction) this.#at++;
    let key = this.word();
    if (CT_FAMILIES.has(key) && direction) key = `${key} ${this.word()}`;
    return { kind: 'ct', key, direction };
  }

  #fib(): NftExpr {
    this.expect('fib');
    const flags = [this.word()];
    while (this.eat('.')) flags.push(this.word());
    return { kind: 'fib', flags, result: this.word() };
  }

  /** The right side of a comparison or the argument of a statement. */
  operand(): NftExpr {
    if (this.peek() === '{') return this.#set();
    if (this.eat('(')) {
      const items = [this.word()];
      while (this.eat('|')) items.push(this.word());
      this.expect(')');
      return { kind: 'flags', items };
    }
    const first = this.#literal();
    if (this.peek() === '.') {
      const items = [first];
      while (this.eat('.')) items.push(this.#literal());
      return { kind: 'concat', items };
    }
    if (this.peek() === ',' && first.kind === 'value') {
      const items = [first.text];
      while (this.eat(',')) items.push(this.word());
      return { kind: 'flags', items };
    }
    if (this.peek() === '|' && first.kind === 'value') {
      const items = [first.text];
      while (this.eat('|')) items.push(this.word());
      return { kind: 'flags', items };
    }
    return first;
  }

  #literal(): NftExpr {
    const t = this.take();
    if (!t.quoted && t.text.startsWith('@')) return { kind: 'setRef', name: t.text.slice(1) };
    return t.quoted ? { kind: 'value', text: t.text } : literal(t.text);
  }

  #set(): NftExpr {
    this.expect('{');
    const elements: NftElement[] = [];
    while (!this.eat('}')) {
      elements.push(this.element());
      if (!this.eat(',') && this.peek() !== '}') throw new NotUnderstood(`"${this.peek()}" in a set`);
    }
    return { kind: 'set', elements };
  }

  /** `KEY`, `KEY : DATA`, `KEY : VERDICT`, with options of the element between. */
  element(): NftElement {
    let key = this.#elementValue();
    this.#elementOptions();
    if (!this.eat(':')) return { key, value: null, verdict: null, source: null };
    if (VERDICTS.has(this.peek())) {
      const verdict = this.verdict();
      this.#elementOptions();
      return { key, value: null, verdict, source: null };
    }
    const value = this.#elementValue();
    this.#elementOptions();
    if (key.kind === 'flags') key = { kind: 'other', text: 'flags as a key' };
    return { key, value, verdict: null, source: null };
  }

  #elementValue(): NftExpr {
    const items = [this.#literal()];
    while (this.eat('.')) items.push(this.#literal());
    const [only] = items;
    return items.length === 1 && only ? only : { kind: 'concat', items };
  }

  #elementOptions(): void {
    for (;;) {
      const w = this.peek();
      if (w === 'timeout' || w === 'expires' || w === 'comment') {
        this.#at++;
        this.take();
      } else if (w === 'counter') {
        this.#at++;
        while (this.peek() === 'packets' || this.peek() === 'bytes') {
          this.#at += 2;
        }
      } else return;
    }
  }

  verdict(): NftVerdict {
    const w = this.word();
    switch (w) {
      case 'jump':
      case 'goto':
        return { kind: w, chain: this.word() };
      case 'queue':
        this.rest();
        return { kind: 'queue', chain: null };
      case 'accept':
      case 'drop':
      case 'return':
      case 'continue':
        return { kind: w, chain: null };
      default:
        throw new NotUnderstood(`"${w}" is no verdict`);
    }
  }

  // ---- statements --------------------------------------------------------------------------------------------------

  statement(): NftStatement {
    const w = this.peek();
    if (VERDICTS.has(w)) return { kind: 'verdict', verdict: this.verdict() };
    switch (w) {
      case 'counter':
        return this.#counter();
      case 'log':
        return this.#log();
      case 'notrack':
        this.#at++;
        return { kind: 'notrack' };
      case 'reject':
        return this.#reject();
      case 'dnat':
      case 'snat':
      case 'masquerade':
      case 'redirect':
        return this.#nat(w);
      case 'limit':
        return this.#limit();
      case 'quota':
        return this.#quota();
      case 'update':
      case 'add':
      case 'delete':
        return this.#setUpdate(w);
      case 'comment':
        this.#at++;
        return { kind: 'passive', text: `comment "${this.word()}"` };
      default:
    }
    if (w === 'tcp' && this.peek(1) === 'option') return { kind: 'passive', text: this.#tcpOption() };
    const left = this.selector();
    if (!left) throw new NotUnderstood(`"${w}" begins no known statement`);
    if (this.eat('vmap')) return { kind: 'vmap', key: left, data: this.operand() };
    if (this.eat('set')) return { kind: 'mangle', key: left, value: this.#value() };
    if (this.eat('map')) throw new NotUnderstood('a map outside a statement');
    // Without a sign, flags are asked one by one and everything else for equality; both are "in".
    const op = OPERATORS.has(this.peek()) ? this.word() : 'in';
    const right = this.operand();
    // `tcp flags syn / fin,syn,rst,ack` is `tcp flags & (fin|syn|rst|ack) == syn`.
    if (this.eat('/')) {
      const masked: NftExpr = { kind: 'binary', op: '&', left, right: this.operand() };
      return { kind: 'match', left: masked, op: op === 'in' ? '==' : op, right };
    }
    return { kind: 'match', left, op, right };
  }

  /** A value of a mangle or nat statement: a selector with bit operations, a map, or a literal. */
  #value(): NftExpr {
    const s = this.selector();
    if (!s) return this.operand();
    return this.eat('map') ? { kind: 'map', key: s, data: this.operand() } : s;
  }

  #counter(): NftStatement {
    this.#at++;
    if (this.peek() === 'name') this.#at += 2;
    while (this.peek() === 'packets' || this.peek() === 'bytes') this.#at += 2;
    return { kind: 'passive', text: 'counter' };
  }

  #log(): NftStatement {
    this.#at++;
    while (['prefix', 'level', 'group', 'snaplen', 'queue-threshold', 'flags'].includes(this.peek())) {
      const key = this.word();
      this.take();
      if (key === 'flags') while (/^(?:sequence|options|,)$/.test(this.peek())) this.#at++;
    }
    return { kind: 'passive', text: 'log' };
  }

  #reject(): NftStatement {
    this.#at++;
    if (!this.eat('with')) return { kind: 'reject', family: null, how: 'icmp-port-unreachable' };
    if (this.eat('tcp')) {
      this.expect('reset');
      return { kind: 'reject', family: null, how: 'tcp-reset' };
    }
    const protocol = this.word();
    this.eat('type');
    return { kind: 'reject', family: rejectFamily(protocol), how: `${protocol}-${this.word()}` };
  }

  #nat(type: 'dnat' | 'snat' | 'masquerade' | 'redirect'): NftStatement {
    this.#at++;
    const family = this.eat('ip') ? 4 : this.eat('ip6') ? 6 : null;
    if (family !== null) while (this.peek() !== 'to' && !this.done) this.#at++; // `ip addr . port to`, `ip prefix to`
    let address: NftExpr | null = null;
    let port: NftExpr | null = null;
    if (this.eat('to')) {
      const s = this.#value();
      if (s.kind === 'value' || s.kind === 'range')
        [address, port] = splitNat(s.kind === 'value' ? s.text : `${s.from}-${s.to}`);
      else address = s;
      if (this.eat(':')) port = this.#value();
    }
    const flags: string[] = [];
    while (/^(?:random|fully-random|persistent|,)$/.test(this.peek())) {
      const f = this.word();
      if (f !== ',') flags.push(f);
    }
    return { kind: 'nat', type, family, address, port, flags };
  }

  #limit(): NftStatement {
    this.#at++;
    if (this.eat('name')) return { kind: 'stateful', text: `limit name ${this.word()}` };
    this.expect('rate');
    const over = this.eat('over') ? 'over ' : '';
    let text = `limit rate ${over}${this.word()}`;
    if (/^(?:bytes|kbytes|mbytes)\//.test(this.peek())) text += ` ${this.word()}`;
    if (this.eat('/')) text += `/${this.word()}`;
    if (this.eat('burst')) text += ` burst ${this.word()} ${this.word()}`;
    return { kind: 'stateful', text };
  }

  #quota(): NftStatement {
    this.#at++;
    const parts: string[] = [];
    while (/^(?:over|until|used|name|\d+|bytes|kbytes|mbytes|gbytes)$/.test(this.peek())) parts.push(this.word());
    return { kind: 'stateful', text: `quota ${parts.join(' ')}` };
  }

  #setUpdate(op: string): NftStatement {
    this.#at++;
    const name = this.word();
    this.expect('{');
    const key = this.selector();
    let stateful = false;
    for (let depth = 1; depth > 0; ) {
      const w = this.take();
      if (w.quoted) continue;
      if (w.text === '{') depth++;
      if (w.text === '}') depth--;
      stateful ||= /^(?:limit|quota|ct)$/.test(w.text) && depth === 1;
    }
    return { kind: 'update', text: `${op} ${name}`, key, stateful };
  }

  #tcpOption(): string {
    const parts = [this.word(), this.word(), this.word()];
    if (/^(?:size|left|right|count|sack\d?|timestamp|tsval|tsecr|length)$/.test(this.peek())) parts.push(this.word());
    if (!this.eat('set')) throw new NotUnderstood('a match of a TCP option');
    parts.push('set', this.word());
    if (this.peek() === 'mtu') parts.push(this.word());
    return parts.join(' ');
  }
}

export interface ParsedNftRule {
  readonly statements: NftStatement[];
  readonly comment: string | null;
  /** Why the rest of the rule is not understood; it is the last statement, of kind `other`. */
  readonly problem: string | null;
}

/** Parses a rule's text; never throws on bad input. */
export function parseNftRule(text: string): ParsedNftRule {
  const tokens = nftTokens(text);
  if (!tokens) return { statements: [{ kind: 'other', text }], comment: null, problem: 'a quote is not closed' };
  const comment = /(?:^|\s)comment "((?:[^"\\]|\\.)*)"\s*$/.exec(text)?.[1] ?? null;
  const p = new Parser(tokens);
  const statements: NftStatement[] = [];
  try {
    while (!p.done) statements.push(p.statement());
    return { statements, comment, problem: null };
  } catch (e) {
    if (!(e instanceof NotUnderstood)) throw e;
    statements.push({ kind: 'other', text: p.rest() });
    return { statements, comment, problem: e.message };
  }
}

/** Parses `elements = { … }` between the braces. */
export function parseNftElements(text: string): NftElement[] | string {
  const tokens = nftTokens(text);
  if (!tokens) return 'a quote is not closed';
  const p = new Parser(tokens);
  const out: NftElement[] = [];
  try {
    while (!p.done) {
      out.push(p.element());
      if (!p.done) p.expect(',');
    }
    return out;
  } catch (e) {
    if (!(e instanceof NotUnderstood)) throw e;
    return e.message;
  }
}
