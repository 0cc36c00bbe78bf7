// Expressions of nftables rules in text: bit operations, concatenations, literals, sets, elements. Selectors are nft-selector.ts, statements
// nft-rule.ts.
//
// Surprise: nft prints no brackets: `meta mark & 0xff | 0x1` is (mark & 0xff) | 0x1, with the usual ranks of the signs.
import { NftReader, NotUnderstood } from './nft-reader.ts';
import { nftSelector } from './nft-selector.ts';
import type { NftElement, NftExpr } from './nft-syntax.ts';
import { BINARY, literal, VERDICTS } from './nft-words.ts';

/** Signs of bit operations, the loosest first. */
const RANKS: readonly (readonly string[])[] = [['|'], ['^'], ['&'], ['<<', '>>']];

export abstract class ExpressionParser extends NftReader {
  /** Verdicts may hold rules: nft-rule.ts reads them. */
  protected abstract verdictElement(key: NftExpr): NftElement;

  /** A selector (left side), with bit operations and concatenation; null when the next word begins none. */
  selector(): NftExpr | null {
    const first = this.#ranked(0);
    if (!first) return null;
    if (this.peek() !== '.') return first;
    const items = [first];
    while (this.eat('.')) {
      const next = this.#ranked(0);
      if (!next) throw new NotUnderstood(`"${this.peek()}" in a concatenation`);
      items.push(next);
    }
    return { kind: 'concat', items };
  }

  #primary(): NftExpr | null {
    if (this.peek() !== '(') return nftSelector(this, () => this.selector());
    const start = this.place;
    this.word();
    const inner = this.nested(() => this.#ranked(0));
    if (inner) {
      this.expect(')');
      return inner;
    }
    this.back(start);
    return null;
  }

  #ranked(rank: number): NftExpr | null {
    const signs = RANKS[rank];
    if (!signs) return this.#primary();
    let left = this.#ranked(rank + 1);
    if (!left) return null;
    for (let op = BINARY[this.peek()]; op !== undefined && signs.includes(op); op = BINARY[this.peek()]) {
      this.word();
      left = { kind: 'binary', op, left, right: this.#ranked(rank + 1) ?? this.#bits() };
    }
    return left;
  }

  /** The constant of a bit operation: `0xff`, `(fin | syn)`, `fin,syn`. */
  #bits(): NftExpr {
    if (this.peek() === '(') return this.#bracketed();
    const first = this.#literal();
    return this.peek() === ',' && first.kind === 'value' ? this.#list(first.text, ',') : first;
  }

  #bracketed(): NftExpr {
    this.expect('(');
    const items = [this.word()];
    while (this.eat('|') || this.eat(',')) items.push(this.word());
    this.expect(')');
    return { kind: 'flags', items };
  }

  #list(first: string, sign: string): NftExpr {
    const items = [first];
    while (this.eat(sign)) items.push(this.word());
    return { kind: 'flags', items };
  }

  /** The right side of a comparison or the argument of a statement. */
  operand(): NftExpr {
    if (this.peek() === '{') return this.nested(() => this.#set());
    if (this.peek() === '(') return this.#bracketed();
    const first = this.#literal();
    if (this.peek() === '.') {
      const items = [first];
      while (this.eat('.')) items.push(this.#literal());
      return { kind: 'concat', items };
    }
    if (first.kind === 'value' && (this.peek() === ',' || this.peek() === '|'))
      return this.#list(first.text, this.peek());
    return first;
  }

  #literal(): NftExpr {
    const t = this.take();
    // `"08:00"-"17:00"`
    if (t.quoted && this.peek() === '-') {
      this.word();
      return { kind: 'range', from: t.text, to: this.word() };
    }
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
    const key = this.#elementValue();
    this.elementOptions();
    if (!this.eat(':')) return { key, value: null, verdict: null, source: null };
    if (VERDICTS.has(this.peek())) {
      const element = this.verdictElement(key);
      this.elementOptions();
      return element;
    }
    const value = this.#elementValue();
    this.elementOptions();
    return { key, value, verdict: null, source: null };
  }

  #elementPart(): NftExpr {
    const part = this.#literal();
    return part.kind === 'value' && this.peek() === '|' ? this.#list(part.text, '|') : part;
  }

  #elementValue(): NftExpr {
    const items = [this.#elementPart()];
    while (this.eat('.')) items.push(this.#elementPart());
    const [only] = items;
    return items.length === 1 && only ? only : { kind: 'concat', items };
  }

  /** What stands behind an element: when it ends, what it counts. True where it keeps a limit that lets packets pass or not. */
  elementOptions(): boolean {
    let limited = false;
    for (;;) {
      const w = this.peek();
      if (w === 'timeout' || w === 'expires' || w === 'comment') {
        this.word();
        this.take();
      } else if (w === 'counter') {
        this.word();
        while (this.peek() === 'packets' || this.peek() === 'bytes') {
          this.word();
          this.word();
        }
      } else if (w === 'last') {
        this.word();
        if (this.eat('used')) this.word();
      } else if (w === 'limit' || w === 'quota' || (w === 'ct' && this.peek(1) === 'count')) {
        limited = true;
        this.limitText();
      } else return limited;
    }
  }

  /** `limit rate over 10/second burst 5 packets`, `quota over 25 mbytes used 5 bytes`, `ct count over 5`, as text. */
  limitText(): string {
    const start = this.place;
    const w = this.word();
    if (w === 'ct') this.expect('count');
    const more =
      w === 'limit'
        ? /^(?:rate|over|burst|packets|bytes|kbytes|mbytes|\/|\d+|\d+\/[a-z]+|[km]?bytes\/[a-z]+|second|minute|hour|day|week)$/
        : /^(?:over|until|used|\d+|bytes|kbytes|mbytes|gbytes)$/;
    while (more.test(this.peek())) this.word();
    return this.textBetween(start, this.place);
  }
}
