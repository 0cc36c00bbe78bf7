// The words of one nftables rule, read from left to right.
import type { NftToken } from './nft-words.ts';

/** Thrown by the parsers of rules only, and caught at their edge: the rest of the rule is kept as text. */
export class NotUnderstood extends Error {}

/** Braces within braces: no real rule comes near, and a hostile one must not end the stack. */
const MAX_DEPTH = 32;

export class NftReader {
  readonly #line: string;
  readonly #tokens: NftToken[];
  #depth = 0;
  protected at = 0;
  constructor(line: string, tokens: readonly NftToken[]) {
    this.#line = line;
    this.#tokens = [...tokens];
  }

  get done(): boolean {
    return this.at >= this.#tokens.length;
  }
  /** Where it stands, to come back to by `back`. */
  get place(): number {
    return this.at;
  }
  back(place: number): void {
    this.at = place;
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
  number(): number {
    const text = this.word();
    if (!/^(?:0x[0-9a-f]+|\d+)$/i.test(text)) throw new NotUnderstood(`"${text}" is no number`);
    return Number(text);
  }
  eat(text: string): boolean {
    if (this.peek() !== text) return false;
    this.at++;
    return true;
  }
  expect(text: string): void {
    if (!this.eat(text)) throw new NotUnderstood(`"${text}" expected, found "${this.peek()}"`);
  }
  /** Cuts the next word in two at `at`. */
  cut(at: number): void {
    const t = this.take();
    this.at--;
    const middle = t.from + at;
    this.#tokens.splice(
      this.at,
      1,
      { text: t.text.slice(0, at), quoted: false, from: t.from, to: middle },
      { text: t.text.slice(at), quoted: false, from: middle, to: t.to },
    );
  }
  /** Runs what may call itself. */
  nested<T>(read: () => T): T {
    if (++this.#depth > MAX_DEPTH) throw new NotUnderstood('too many brackets in one another');
    const result = read();
    this.#depth--;
    return result;
  }
  textBetween(from: number, to: number): string {
    const [first, last] = [this.#tokens[from], this.#tokens[to - 1]];
    return first && last ? this.#line.slice(first.from, last.to) : '';
  }
  /** All that is left, as text. */
  rest(): string {
    const text = this.textBetween(this.at, this.#tokens.length);
    this.at = this.#tokens.length;
    return text;
  }
}
