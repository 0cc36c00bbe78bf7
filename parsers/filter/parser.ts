// The grammar of display filters: or, and, not, comparisons, tests for existence, sets. Answers a tree, or the first error.
// Surprise: `!=` means "all values differ" (Wireshark since 3.6), so `ip.addr != 10.0.0.1` is what people expect of it.
import { type FilterError, type Token, tokenize } from './lexer.ts';

/** How a field with several values is compared: one value is enough, or every one must do. */
export type Quantifier = 'any' | 'all';
export type Relation = '==' | '!=' | '>' | '<' | '>=' | '<=' | 'contains' | 'matches';

export interface Literal {
  readonly text: string;
  readonly quoted: boolean;
  readonly position: number;
}

export interface Range {
  readonly from: Literal;
  /** Null for a single value. */
  readonly to: Literal | null;
}

export type FilterNode =
  | { readonly kind: 'or' | 'and'; readonly left: FilterNode; readonly right: FilterNode }
  | { readonly kind: 'not'; readonly operand: FilterNode }
  | { readonly kind: 'exists'; readonly field: Literal }
  | { readonly kind: 'bits'; readonly field: Literal; readonly mask: Literal }
  | { readonly kind: 'in'; readonly field: Literal; readonly set: readonly Range[] }
  | {
      readonly kind: 'compare';
      readonly field: Literal;
      readonly relation: Relation;
      readonly quantifier: Quantifier;
      readonly value: Literal;
    };

const RELATIONS: ReadonlyMap<string, readonly [Relation, Quantifier]> = new Map([
  ['==', ['==', 'any']],
  ['eq', ['==', 'any']],
  ['any_eq', ['==', 'any']],
  ['===', ['==', 'all']],
  ['all_eq', ['==', 'all']],
  ['!=', ['!=', 'all']],
  ['ne', ['!=', 'all']],
  ['all_ne', ['!=', 'all']],
  ['!==', ['!=', 'any']],
  ['any_ne', ['!=', 'any']],
  ['>', ['>', 'any']],
  ['gt', ['>', 'any']],
  ['<', ['<', 'any']],
  ['lt', ['<', 'any']],
  ['>=', ['>=', 'any']],
  ['ge', ['>=', 'any']],
  ['<=', ['<=', 'any']],
  ['le', ['<=', 'any']],
  ['contains', ['contains', 'any']],
  ['matches', ['matches', 'any']],
  ['~', ['matches', 'any']],
]);
const MAX_DEPTH = 100;

/** Parses a filter that is not empty. */
export function parseFilter(text: string): FilterNode | FilterError {
  const tokens = tokenize(text);
  if ('message' in tokens) return tokens;
  return new Parser(tokens).parse();
}

export function isFilterError(value: FilterNode | FilterError): value is FilterError {
  return 'message' in value;
}

/** Recursive descent; a method answers a node or an error and never throws. */
class Parser {
  private readonly tokens: readonly Token[];
  private at: number;
  private depth: number;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
    this.at = 0;
    this.depth = 0;
  }

  parse(): FilterNode | FilterError {
    const node = this.or();
    if (isFilterError(node)) return node;
    const rest = this.peek();
    if (rest.kind === 'end') return node;
    return this.fail(rest, `"${rest.text}" is not expected here; join conditions with and, or.`);
  }

  private peek(): Token {
    return this.tokens[this.at] ?? { kind: 'end', text: '', position: 0 };
  }

  private fail(token: Token, message: string): FilterError {
    return { position: token.position, message };
  }

  private accept(...texts: readonly string[]): boolean {
    const token = this.peek();
    if ((token.kind !== 'word' && token.kind !== 'operator') || !texts.includes(token.text)) return false;
    this.at++;
    return true;
  }

  private or(): FilterNode | FilterError {
    let left = this.and();
    while (!isFilterError(left) && this.accept('||', 'or')) {
      const right = this.and();
      if (isFilterError(right)) return right;
      left = { kind: 'or', left, right };
    }
    return left;
  }

  private and(): FilterNode | FilterError {
    let left = this.not();
    while (!isFilterError(left) && this.accept('&&', 'and')) {
      const right = this.not();
      if (isFilterError(right)) return right;
      left = { kind: 'and', left, right };
    }
    return left;
  }

  private not(): FilterNode | FilterError {
    if (++this.depth > MAX_DEPTH) return this.fail(this.peek(), `Conditions nest more than ${MAX_DEPTH} deep.`);
    let node: FilterNode | FilterError;
    if (this.accept('!', 'not')) {
      const operand = this.not();
      node = isFilterError(operand) ? operand : { kind: 'not', operand };
    } else node = this.primary();
    this.depth--;
    return node;
  }

  private primary(): FilterNode | FilterError {
    const token = this.peek();
    if (token.kind === 'open') {
      this.at++;
      const inner = this.or();
      if (isFilterError(inner)) return inner;
      const close = this.peek();
      if (close.kind !== 'close') return this.fail(close, 'A closing parenthesis is missing.');
      this.at++;
      return inner;
    }
    if (token.kind === 'end') return this.fail(token, 'The filter ends where a condition should follow.');
    if (token.kind !== 'word') return this.fail(token, `A field is expected here, not "${token.text}".`);
    return this.condition();
  }

  private condition(): FilterNode | FilterError {
    let quantifier: Quantifier | null = null;
    if ((this.peek().text === 'any' || this.peek().text === 'all') && this.tokens[this.at + 1]?.kind === 'word') {
      quantifier = this.peek().text === 'any' ? 'any' : 'all';
      this.at++;
    }
    const field = this.literal();
    if ('message' in field) return field;
    if (this.accept('&')) {
      const mask = this.literal();
      return 'message' in mask ? mask : { kind: 'bits', field, mask };
    }
    const operator = this.peek();
    if (operator.kind !== 'word' && operator.kind !== 'operator') return { kind: 'exists', field };
    if (this.accept('in')) return this.set(field);
    if (operator.text === 'not' && this.tokens[this.at + 1]?.text === 'in') {
      this.at += 2;
      const set = this.set(field);
      return isFilterError(set) ? set : { kind: 'not', operand: set };
    }
    const found = RELATIONS.get(operator.text);
    if (!found) return { kind: 'exists', field };
    this.at++;
    const value = this.literal();
    if ('message' in value) return value;
    return { kind: 'compare', field, relation: found[0], quantifier: quantifier ?? found[1], value };
  }

  private literal(): Literal | FilterError {
    const token = this.peek();
    if (token.kind !== 'word' && token.kind !== 'string') {
      return this.fail(
        token,
        token.kind === 'end' ? 'A value is missing at the end.' : `A value is expected here, not "${token.text}".`,
      );
    }
    this.at++;
    return { text: token.text, quoted: token.kind === 'string', position: token.position };
  }

  private set(field: Literal): FilterNode | FilterError {
    const open = this.peek();
    if (open.kind !== 'openSet') return this.fail(open, 'A set in braces must follow, as in {80, 443, 8000..8100}.');
    this.at++;
    const set: Range[] = [];
    for (;;) {
      const token = this.peek();
      if (token.kind === 'closeSet') break;
      if (token.kind === 'comma' && set.length > 0) {
        this.at++;
        continue;
      }
      const from = this.literal();
      if ('message' in from) return from;
      let to: Literal | null = null;
      if (this.peek().kind === 'range') {
        this.at++;
        const end = this.literal();
        if ('message' in end) return end;
        to = end;
      }
      set.push({ from, to });
    }
    this.at++;
    return set.length === 0 ? this.fail(open, 'The set is empty.') : { kind: 'in', field, set };
  }
}
