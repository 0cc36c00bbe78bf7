// One nftables rule, from the text that `nft list ruleset` prints. A rule is statements in a row without separators, so the parser knows
// the words that begin each; what it does not know it keeps as `other`, and the rule becomes unknown, never wrong.
import { ExpressionParser, NotUnderstood } from './nft-expression.ts';
import { type NftElement, type NftExpr, type NftStatement, rejectFamily } from './nft-syntax.ts';
import { nftTokens, OPERATORS, splitNat, VERDICTS } from './nft-words.ts';

class Parser extends ExpressionParser {
  statement(): NftStatement {
    const w = this.peek();
    if (VERDICTS.has(w)) return { kind: 'verdict', verdict: this.verdict() };
    switch (w) {
      case 'counter':
        return this.#counter();
      case 'log':
        return this.#log();
      case 'notrack':
        this.at++;
        return { kind: 'notrack' };
      case 'reject':
        return this.#reject();
      case 'dnat':
      case 'snat':
      case 'masquerade':
      case 'redirect':
        return this.#nat(w);
      case 'fwd':
      case 'dup':
        return this.#toDevice(w);
      case 'limit':
        return this.#limit();
      case 'quota':
        return this.#quota();
      case 'update':
      case 'add':
      case 'delete':
        return this.#setUpdate(w);
      case 'comment':
        this.at++;
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
    this.at++;
    if (this.peek() === 'name') this.at += 2;
    while (this.peek() === 'packets' || this.peek() === 'bytes') this.at += 2;
    return { kind: 'passive', text: 'counter' };
  }

  #log(): NftStatement {
    this.at++;
    while (['prefix', 'level', 'group', 'snaplen', 'queue-threshold', 'flags'].includes(this.peek())) {
      const key = this.word();
      this.take();
      if (key === 'flags') while (/^(?:sequence|options|,)$/.test(this.peek())) this.at++;
    }
    return { kind: 'passive', text: 'log' };
  }

  #reject(): NftStatement {
    this.at++;
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
    this.at++;
    const family = this.eat('ip') ? 4 : this.eat('ip6') ? 6 : null;
    if (family !== null) while (this.peek() !== 'to' && !this.done) this.at++; // `ip addr . port to`, `ip prefix to`
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

  #toDevice(w: 'fwd' | 'dup'): NftStatement {
    this.at++;
    this.expect('to');
    const target = this.operand();
    if (w === 'fwd') return { kind: 'fwd', device: target };
    if (this.eat('device')) this.take();
    return { kind: 'passive', text: 'dup' };
  }

  #limit(): NftStatement {
    this.at++;
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
    this.at++;
    const parts: string[] = [];
    while (/^(?:over|until|used|name|\d+|bytes|kbytes|mbytes|gbytes)$/.test(this.peek())) parts.push(this.word());
    return { kind: 'stateful', text: `quota ${parts.join(' ')}` };
  }

  #setUpdate(op: string): NftStatement {
    this.at++;
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
