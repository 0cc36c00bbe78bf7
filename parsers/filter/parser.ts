// The grammar of display filters, as in Wireshark 4.0: and, or, not, comparisons (also in a chain), sets, arithmetic, slices, layers,
// functions. Answers a tree, or the first error. Surprise: parentheses hold conditions and braces hold values: `{tcp.len + 1} * 2`.
import { type FilterError, type Token, tokenize } from './lexer.ts';
import { type ByteRange, readRanges } from './slices.ts';

/** How values are compared: one pair is enough, or every one must do. */
export type Quantifier = 'any' | 'all';
export type Relation = '==' | '!=' | '>' | '<' | '>=' | '<=' | 'contains' | 'matches';
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '&';

export type Entity = { readonly position: number } & (
  | { readonly kind: 'literal'; readonly form: 'word' | 'string' | 'char'; readonly text: string }
  | { readonly kind: 'slice'; readonly of: Entity; readonly ranges: readonly ByteRange[] }
  | { readonly kind: 'layer'; readonly of: Entity; readonly ranges: readonly ByteRange[] }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Entity[] }
  | { readonly kind: 'negative'; readonly operand: Entity }
  | {
      readonly kind: 'arithmetic';
      readonly operator: ArithmeticOperator;
      readonly left: Entity;
      readonly right: Entity;
    }
);

export interface SetItem {
  readonly from: Entity;
  /** Null for a single value. */
  readonly to: Entity | null;
}

export type FilterNode =
  | { readonly kind: 'or' | 'and'; readonly left: FilterNode; readonly right: FilterNode }
  | { readonly kind: 'not'; readonly operand: FilterNode }
  | { readonly kind: 'exists'; readonly entity: Entity }
  | { readonly kind: 'in'; readonly entity: Entity; readonly quantifier: Quantifier; readonly set: readonly SetItem[] }
  | {
      readonly kind: 'compare';
      readonly left: Entity;
      readonly relation: Relation;
      readonly quantifier: Quantifier;
      readonly right: Entity;
    };

export const RELATIONS: ReadonlyMap<string, readonly [Relation, Quantifier]> = new Map([
  ['==', ['==', 'any']],
  ['eq', ['==', 'any']],
  ['any_eq', ['==', 'any']],
  ['===', ['==', 'all']],
  ['all_eq', ['==', 'all']],
  ['!=', ['!=', 'all']],
  ['ne', ['!=', 'all']],
  ['all_ne', ['!=', 'all']],
  ['!==', ['!=', 'any']],
  ['~=', ['!=', 'any']],
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
/** Words that are never a field or a value. */
const RESERVED: ReadonlySet<string> = new Set([
  ...[...RELATIONS.keys()].filter((word) => /^[a-z]/.test(word)),
  ...['and', 'or', 'not', 'in', 'any', 'all', 'bitwise_and'],
]);
/** From loosest to tightest. */
const ARITHMETIC: readonly ReadonlyMap<string, ArithmeticOperator>[] = [
  new Map([
    ['&', '&'],
    ['bitwise_and', '&'],
  ]),
  new Map([
    ['+', '+'],
    ['-', '-'],
  ]),
  new Map([
    ['*', '*'],
    ['/', '/'],
    ['%', '%'],
  ]),
];
const MAX_DEPTH = 100;

/** Parses a filter that is not empty. */
export function parseFilter(text: string): FilterNode | FilterError {
  const tokens = tokenize(text);
  if ('message' in tokens) return tokens;
  return new Parser(tokens).parse();
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
    if ('message' in node) return node;
    const rest = this.peek();
    return rest.kind === 'end' ? node : this.unexpected(rest, 'join conditions with and, or');
  }

  private peek(ahead = 0): Token {
    return this.tokens[this.at + ahead] ?? { kind: 'end', text: '', position: 0, end: 0 };
  }

  private fail(token: Token, message: string): FilterError {
    return { position: token.position, message };
  }

  private unexpected(token: Token, remedy: string): FilterError {
    const text = token.kind === 'slice' ? `[${token.text}]` : token.text;
    return this.fail(
      token,
      token.kind === 'end' ? `The filter ends too early; ${remedy}.` : `"${text}" is not expected here; ${remedy}.`,
    );
  }

  private accept(...texts: readonly string[]): boolean {
    const token = this.peek();
    if ((token.kind !== 'word' && token.kind !== 'operator') || !texts.includes(token.text)) return false;
    this.at++;
    return true;
  }

  private or(): FilterNode | FilterError {
    let left = this.and();
    while (!('message' in left) && this.accept('||', 'or')) {
      const right = this.and();
      if ('message' in right) return right;
      left = { kind: 'or', left, right };
    }
    return left;
  }

  private and(): FilterNode | FilterError {
    let left = this.not();
    while (!('message' in left) && this.accept('&&', 'and')) {
      const right = this.not();
      if ('message' in right) return right;
      left = { kind: 'and', left, right };
    }
    return left;
  }

  private not(): FilterNode | FilterError {
    if (++this.depth > MAX_DEPTH) return this.fail(this.peek(), `Conditions nest more than ${MAX_DEPTH} deep.`);
    let node: FilterNode | FilterError;
    if (this.accept('!', 'not')) {
      const operand = this.not();
      node = 'message' in operand ? operand : { kind: 'not', operand };
    } else node = this.peek().kind === 'open' ? this.parenthesis() : this.condition();
    this.depth--;
    return node;
  }

  private parenthesis(): FilterNode | FilterError {
    this.at++;
    const inner = this.or();
    if ('message' in inner) return inner;
    const close = this.peek();
    if (close.kind !== 'close') return this.fail(close, 'A closing parenthesis is missing.');
    this.at++;
    return inner;
  }

  private condition(): FilterNode | FilterError {
    const asked = this.peek();
    const quantifier = asked.text === 'any' || asked.text === 'all' ? asked.text : null;
    if (asked.kind === 'word' && quantifier !== null) this.at++;
    const left = this.entity();
    if ('message' in left) return left;
    const operator = this.peek();
    const isSet = operator.text === 'in' || (operator.text === 'not' && this.peek(1).text === 'in');
    if (operator.kind === 'word' && isSet) return this.set(left, quantifier ?? 'any');
    if (!this.isRelation(operator))
      return quantifier === null
        ? { kind: 'exists', entity: left }
        : this.unexpected(operator, `"${quantifier}" needs a comparison`);
    return this.comparisons(left, quantifier);
  }

  private isRelation(token: Token): boolean {
    return (token.kind === 'operator' || token.kind === 'word') && RELATIONS.has(token.text);
  }

  /** `a < b < c` holds when each comparison does. */
  private comparisons(first: Entity, quantifier: Quantifier | null): FilterNode | FilterError {
    let left = first;
    let all: FilterNode | null = null;
    while (this.isRelation(this.peek())) {
      const [relation, own] = RELATIONS.get(this.peek().text) ?? ['==', 'any'];
      this.at++;
      const right = this.entity();
      if ('message' in right) return right;
      const node: FilterNode = { kind: 'compare', left, relation, quantifier: quantifier ?? own, right };
      all = all === null ? node : { kind: 'and', left: all, right: node };
      left = right;
    }
    return all ?? { kind: 'exists', entity: first };
  }

  private set(entity: Entity, quantifier: Quantifier): FilterNode | FilterError {
    const negated = this.accept('not');
    this.at++;
    const open = this.peek();
    if (open.kind !== 'openSet') return this.fail(open, 'A set in braces must follow, as in {80, 443, 8000..8100}.');
    this.at++;
    const set: SetItem[] = [];
    if (this.peek().kind === 'closeSet') return this.fail(open, 'The set is empty.');
    for (;;) {
      const from = this.entity();
      if ('message' in from) return from;
      let to: Entity | null = null;
      if (this.peek().kind === 'range') {
        this.at++;
        const end = this.entity();
        if ('message' in end) return end;
        to = end;
      }
      set.push({ from, to });
      const next = this.peek();
      this.at++;
      if (next.kind === 'closeSet') break;
      if (next.kind !== 'comma') return this.unexpected(next, 'the values of a set are parted by commas');
    }
    const node: FilterNode = { kind: 'in', entity, quantifier, set };
    return negated ? { kind: 'not', operand: node } : node;
  }

  private entity(): Entity | FilterError {
    if (++this.depth > MAX_DEPTH) return this.fail(this.peek(), `Values nest more than ${MAX_DEPTH} deep.`);
    const entity = this.arithmetic(0);
    this.depth--;
    return entity;
  }

  private arithmetic(level: number): Entity | FilterError {
    const operators = ARITHMETIC[level];
    if (operators === undefined) return this.unary();
    let left = this.arithmetic(level + 1);
    while (!('message' in left)) {
      const token = this.peek();
      const operator = token.kind === 'operator' || token.kind === 'word' ? operators.get(token.text) : undefined;
      if (operator === undefined) return left;
      this.at++;
      const right = this.arithmetic(level + 1);
      if ('message' in right) return right;
      left = { kind: 'arithmetic', operator, left, right, position: left.position };
    }
    return left;
  }

  private unary(): Entity | FilterError {
    const token = this.peek();
    if (token.kind !== 'operator' || (token.text !== '-' && token.text !== '+')) return this.sliced();
    this.at++;
    if (++this.depth > MAX_DEPTH) return this.fail(token, `Values nest more than ${MAX_DEPTH} deep.`);
    const operand = this.unary();
    this.depth--;
    if ('message' in operand || token.text === '+') return operand;
    return { kind: 'negative', operand, position: token.position };
  }

  private sliced(): Entity | FilterError {
    let of = this.primary();
    while (!('message' in of)) {
      const token = this.peek();
      if (token.kind === 'slice') {
        const ranges = readRanges(token.text, token.position + 1);
        if ('message' in ranges) return ranges;
        of = { kind: 'slice', of, ranges, position: of.position };
        this.at++;
      } else if (token.kind === 'operator' && token.text === '#') {
        const which = this.peek(1);
        if (which.kind !== 'slice' && which.kind !== 'word')
          return this.unexpected(which, 'a layer follows #, as in ip.addr#2');
        const text = which.kind === 'word' ? which.text : which.text;
        const ranges = readRanges(text, which.position + (which.kind === 'slice' ? 1 : 0));
        if ('message' in ranges) return ranges;
        of = { kind: 'layer', of, ranges, position: of.position };
        this.at += 2;
      } else return of;
    }
    return of;
  }

  private primary(): Entity | FilterError {
    const token = this.peek();
    if (token.kind === 'openSet') {
      this.at++;
      const inner = this.entity();
      if ('message' in inner) return inner;
      const close = this.peek();
      if (close.kind !== 'closeSet') return this.unexpected(close, 'a closing brace is missing');
      this.at++;
      return inner;
    }
    const isValue = token.kind === 'word' || token.kind === 'string' || token.kind === 'char';
    if (!isValue || (token.kind === 'word' && RESERVED.has(token.text)))
      return this.unexpected(token, 'a field or a value is missing');
    this.at++;
    const form = token.kind === 'word' ? 'word' : token.kind === 'string' ? 'string' : 'char';
    if (form === 'word' && this.peek().kind === 'open' && this.peek().position === token.end) return this.call(token);
    return { kind: 'literal', form, text: token.text, position: token.position };
  }

  private call(name: Token): Entity | FilterError {
    this.at++;
    const args: Entity[] = [];
    while (this.peek().kind !== 'close') {
      const argument = this.entity();
      if ('message' in argument) return argument;
      args.push(argument);
      if (this.peek().kind === 'comma') this.at++;
      else if (this.peek().kind !== 'close')
        return this.unexpected(this.peek(), 'the arguments of a function end with )');
    }
    this.at++;
    return { kind: 'call', name: name.text, args, position: name.position };
  }
}
