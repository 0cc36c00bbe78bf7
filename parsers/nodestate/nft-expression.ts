// Expressions of nftables rules in text: selectors, literals, sets, elements, verdicts. Statements are nft-rule.ts.
import type { NftElement, NftExpr, NftVerdict } from './nft-syntax.ts';
import { BARE_META, BINARY, CT_FAMILIES, literal, type NftToken, PAYLOADS, VERDICTS } from './nft-words.ts';

/** Thrown by the parsers of rules only, and caught at their edge: the rest of the rule is kept as text. */
export class NotUnderstood extends Error {}

export class ExpressionParser {
  readonly #tokens: readonly NftToken[];
  protected at = 0;
  constructor(tokens: readonly NftToken[]) {
    this.#tokens = tokens;
  }

  get done(): boolean {
    return this.at >= this.#tokens.length;
  }
  peek(ahead = 0): string {
    const t = this.#tokens[this.at + ahead];
    return t && !t.quoted ? t.text : '';
  }
  take(): NftToken {
    const t = this.#tokens[this.at++];
    if (!t) throw new NotUnderstood('the rule ends early');
    return t;
  }
  word(): string {
    return this.take().text;
  }
  eat(text: string): boolean {
    if (this.peek() !== text) return false;
    this.at++;
    return true;
  }
  expect(text: string): void {
    if (!this.eat(text)) throw new NotUnderstood(`"${text}" expected, found "${this.peek()}"`);
  }
  /** All that is left, as text. */
  rest(): string {
    const text = this.#tokens
      .slice(this.at)
      .map((t) => (t.quoted ? `"${t.text}"` : t.text))
      .join(' ');
    this.at = this.#tokens.length;
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
      this.at++;
      left = { kind: 'binary', op, left, right: this.#primary() ?? this.operand() };
    }
    return left;
  }

  #primary(): NftExpr | null {
    const w = this.peek();
    if (w === 'meta') {
      this.at++;
      return { kind: 'meta', key: this.word() };
    }
    if (w === 'ct') return this.#ct();
    if (w === 'fib') return this.#fib();
    if (w === 'numgen') {
      this.at++;
      const mode = this.word();
      this.expect('mod');
      const mod = Number(this.word());
      return { kind: 'numgen', mode, mod, offset: this.eat('offset') ? Number(this.word()) : 0 };
    }
    if (w === 'jhash' || w === 'symhash') {
      this.at++;
      const key = w === 'jhash' ? this.selector() : null;
      this.expect('mod');
      const mod = Number(this.word());
      const seed = this.eat('seed') ? Number(this.word()) : null;
      return { kind: 'hash', name: w, key, mod, seed, offset: this.eat('offset') ? Number(this.word()) : 0 };
    }
    if (PAYLOADS.has(w) && /^[a-z0-9_-]+$/.test(this.peek(1)) && this.peek(1) !== 'option') {
      this.at++;
      const field = this.word();
      // of ARP the address and what kind it is: `arp saddr ip`
      const kind = w === 'arp' && /^[sd]addr$/.test(field) ? ` ${this.word()}` : '';
      return { kind: 'payload', protocol: w, field: field + kind };
    }
    if (BARE_META.has(w)) {
      this.at++;
      return { kind: 'meta', key: w };
    }
    return null;
  }

  #ct(): NftExpr {
    this.expect('ct');
    const d = this.peek();
    const direction = d === 'original' || d === 'reply' ? d : null;
    if (direction) this.at++;
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
        this.at++;
        this.take();
      } else if (w === 'counter') {
        this.at++;
        while (this.peek() === 'packets' || this.peek() === 'bytes') {
          this.at += 2;
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
}
