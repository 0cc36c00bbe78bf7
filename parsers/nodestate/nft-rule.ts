// One nftables rule, from the text that `nft list ruleset` prints. A rule is statements in a row without separators, so the parser knows
// the words that begin each; what it does not know it keeps as `other`, and the rule becomes unknown, never wrong.
import { ExpressionParser } from './nft-expression.ts';
import { NotUnderstood } from './nft-reader.ts';
import {
  type NftElement,
  type NftExpr,
  type NftInlineRule,
  type NftStatement,
  type NftVerdict,
  rejectFamily,
} from './nft-syntax.ts';
import { nftTokens, OPERATORS, splitNat, VERDICTS } from './nft-words.ts';

class Parser extends ExpressionParser {
  statement(): NftStatement {
    const w = this.peek();
    if (VERDICTS.has(w)) return { kind: 'verdict', verdict: this.verdict() };
    switch (w) {
      case 'counter':
        return this.#counter();
      case 'last':
        this.elementOptions();
        return { kind: 'passive', text: 'last' };
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
      case 'tproxy':
        return this.#tproxy();
      case 'synproxy':
        return this.#synproxy();
      case 'fwd':
      case 'dup':
        return this.#toDevice(w);
      case 'limit':
      case 'quota':
        return this.#limit();
      case 'update':
      case 'add':
      case 'delete':
      case 'meter':
        return this.#setUpdate(w);
      case 'flow':
        this.at++;
        this.word();
        this.word();
        return { kind: 'flow' };
      case 'comment':
        this.at++;
        return { kind: 'passive', text: `comment "${this.word()}"` };
      default:
    }
    if (w === 'ct' && this.peek(1) === 'count') return { kind: 'stateful', text: this.limitText() };
    if (w === 'reset' && this.peek(1) === 'tcp') {
      this.at += 3;
      return { kind: 'tcpOption', text: `reset tcp option ${this.word()}` };
    }
    const left = this.selector();
    if (!left) throw new NotUnderstood(`"${w}" begins no known statement`);
    if (this.eat('vmap')) return { kind: 'vmap', key: left, data: this.operand() };
    if (this.eat('set')) return this.#set(left);
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

  #set(left: NftExpr): NftStatement {
    const from = this.at;
    const value = this.#value();
    if (left.kind !== 'exthdr') return { kind: 'mangle', key: left, value };
    if (left.of !== 'tcp option') throw new NotUnderstood(`a change of ${left.of} ${left.name}`);
    return {
      kind: 'tcpOption',
      text: `tcp option ${left.name} ${left.field ?? ''} set ${this.textBetween(from, this.at)}`,
    };
  }

  /** A value of a mangle or nat statement: a selector with bit operations, a map, or a literal. */
  #value(): NftExpr {
    const s = this.selector();
    if (!s) return this.operand();
    return this.eat('map') ? { kind: 'map', key: s, data: this.operand() } : s;
  }

  verdict(): NftVerdict {
    const w = this.word();
    switch (w) {
      case 'jump':
      case 'goto':
        if (this.peek() === '{') return { kind: w, chain: null, rules: this.nested(() => this.#inlineRules()) };
        return { kind: w, chain: this.word() };
      case 'queue':
        return { kind: 'queue', chain: null, bypass: this.#queueOptions() };
      case 'accept':
      case 'drop':
      case 'return':
      case 'continue':
        return { kind: w, chain: null };
      default:
        throw new NotUnderstood(`"${w}" is no verdict`);
    }
  }

  protected verdictElement(key: NftExpr): NftElement {
    return { key, value: null, verdict: this.verdict(), source: null };
  }

  /** The rules of `jump { … }`; each ends with a semicolon, which stands for the end of its line. */
  #inlineRules(): NftInlineRule[] {
    this.expect('{');
    const out: NftInlineRule[] = [];
    while (!this.eat('}')) {
      if (this.eat(';')) continue;
      const from = this.at;
      const statements: NftStatement[] = [];
      while (this.peek() !== ';' && this.peek() !== '}') statements.push(this.statement());
      out.push({ text: this.textBetween(from, this.at), statements });
    }
    return out;
  }

  /** `num 5 bypass`, `flags bypass,fanout to 3-5`, `to numgen inc mod 4`; true for bypass. */
  #queueOptions(): boolean {
    let bypass = false;
    for (;;) {
      if (this.eat('flags') || this.eat(',')) bypass ||= this.word() === 'bypass';
      else if (this.eat('num')) this.word();
      else if (this.eat('to')) this.#value();
      else if (this.eat('bypass')) bypass = true;
      else if (!this.eat('fanout')) return bypass;
    }
  }

  #counter(): NftStatement {
    this.at++;
    if (this.eat('name')) this.#value();
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

  /** `10.0.0.1:80`, `:tcp dport map …`, `ip daddr map …` after "to". */
  #addressAndPort(): [NftExpr | null, NftExpr | null] {
    // a port that is looked up stands behind its colon
    const word = this.peek();
    const colon = word.lastIndexOf(':');
    if (colon >= 0 && /^[a-z]/.test(this.peek(1)) && /^(?:\[.*\]|[0-9.]*|)$/.test(word.slice(0, colon))) {
      const after = word.slice(colon + 1);
      if (/^(?:tcp|udp|th|ip6?|meta|ct|numgen|jhash|symhash|sctp|dccp)$/.test(after)) {
        this.cut(colon + 1);
        const [address] = splitNat(this.word().slice(0, -1));
        return [address, this.#value()];
      }
    }
    const s = this.#value();
    const [address, port] =
      s.kind === 'value' || s.kind === 'range'
        ? splitNat(s.kind === 'value' ? s.text : `${s.from}-${s.to}`)
        : [s, null];
    return [address, this.eat(':') ? this.#value() : port];
  }

  #nat(type: 'dnat' | 'snat' | 'masquerade' | 'redirect'): NftStatement {
    this.at++;
    const family = this.eat('ip') ? 4 : this.eat('ip6') ? 6 : null;
    const flags: string[] = [];
    // `ip addr . port to`, `ip prefix to`
    if (family !== null) while (this.peek() !== 'to' && !this.done) if (this.word() === 'prefix') flags.push('netmap');
    const [address, port] = this.eat('to') ? this.#addressAndPort() : [null, null];
    while (/^(?:random|fully-random|persistent|,)$/.test(this.peek())) {
      const f = this.word();
      if (f !== ',') flags.push(f);
    }
    return { kind: 'nat', type, family, address, port, flags };
  }

  #tproxy(): NftStatement {
    this.at++;
    const family = this.eat('ip') ? 4 : this.eat('ip6') ? 6 : null;
    this.expect('to');
    const [address, port] = this.#addressAndPort();
    return { kind: 'tproxy', family, address, port };
  }

  #synproxy(): NftStatement {
    this.at++;
    while (/^(?:mss|wscale|name)$/.test(this.peek())) this.at += 2;
    while (/^(?:timestamp|sack-perm)$/.test(this.peek())) this.at++;
    return { kind: 'synproxy' };
  }

  #toDevice(w: 'fwd' | 'dup'): NftStatement {
    const from = this.at++;
    const family = this.eat('ip') || this.eat('ip6');
    this.expect('to');
    const target = this.#value();
    const device = this.eat('device') ? this.#value() : null;
    if (w === 'dup') return { kind: 'passive', text: 'dup' };
    // to a neighbour: its device is told, its address decides nothing but the MAC
    if (family && device === null) throw new NotUnderstood(`${this.textBetween(from, this.at)} without a device`);
    return { kind: 'fwd', device: device ?? target };
  }

  #limit(): NftStatement {
    const from = this.at;
    if (this.peek(1) !== 'name') return { kind: 'stateful', text: this.limitText() };
    this.at += 2;
    this.#value();
    return { kind: 'stateful', text: this.textBetween(from, this.at) };
  }

  #setUpdate(op: string): NftStatement {
    this.at++;
    const name = this.word();
    if (op === 'meter') while (this.eat('size') || this.eat('timeout')) this.word();
    this.expect('{');
    const key = this.selector();
    let stateful = this.elementOptions();
    if (this.eat(':')) {
      // the data of a map, which the packet's way does not depend on before it is looked up
      if (VERDICTS.has(this.peek())) this.verdict();
      else this.#value();
      stateful = this.elementOptions() || stateful;
    }
    this.expect('}');
    return { kind: 'update', text: `${op} ${name}`, key, stateful };
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
  const p = new Parser(text, tokens);
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
  const p = new Parser(text, tokens);
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
