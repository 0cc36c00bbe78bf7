// Regular expressions for `matches` that cannot hang: Thompson's construction, simulated, so time is text × pattern and never more.
// The common part of PCRE: . \d \w \s \b classes, groups, alternation, * + ? {m,n}, ^ $. Case-insensitive, as Wireshark's.
// Surprise: no backreferences or look-around, which need backtracking; a pattern that uses them is refused with a sentence.
import type { FilterError } from './lexer.ts';

type Matcher = (code: number) => boolean;

interface State {
  /** Consumes one character, when set. */
  readonly test: Matcher | null;
  /** Must hold at this place, when set: start, end, word boundary. */
  readonly assert: 'start' | 'end' | 'word' | 'notWord' | null;
  out: number;
  /** Second way of a split; -1 without. */
  other: number;
}

const MAX_STATES = 5000;
const MAX_REPEAT = 255;

const isDigit: Matcher = (c) => c >= 48 && c <= 57;
const isWord: Matcher = (c) => isDigit(c) || (c >= 65 && c <= 90) || (c >= 97 && c <= 122) || c === 95;
const isSpace: Matcher = (c) => c === 32 || (c >= 9 && c <= 13);
const lower = (c: number): number => (c >= 65 && c <= 90 ? c + 32 : c);

export class LinearRegex {
  private readonly states: readonly State[];
  private readonly start: number;
  private readonly folded: boolean;

  /** `folded`: capital letters of the text count as small ones, which the states expect. */
  constructor(states: readonly State[], start: number, folded: boolean) {
    this.states = states;
    this.start = start;
    this.folded = folded;
  }

  /** True when the pattern is found anywhere in the text. */
  test(text: string): boolean {
    const seen = new Int32Array(this.states.length).fill(-1);
    let current: number[] = [];
    for (let at = 0; ; at++) {
      if (this.add(current, seen, this.start, at, text)) return true;
      if (at >= text.length) return false;
      const code = this.folded ? lower(text.charCodeAt(at)) : text.charCodeAt(at);
      const next: number[] = [];
      for (const place of current) {
        const state = this.states[place];
        if (state?.test?.(code) && this.add(next, seen, state.out, at + 1, text)) return true;
      }
      current = next;
    }
  }

  /** Adds a state and all it leads to without a character; true when the end of the pattern is among them. */
  private add(list: number[], seen: Int32Array, first: number, at: number, text: string): boolean {
    const stack = [first];
    for (let place = stack.pop(); place !== undefined; place = stack.pop()) {
      if (place < 0) return true;
      if (seen[place] === at) continue;
      seen[place] = at;
      const state = this.states[place];
      if (!state) continue;
      if (state.test) {
        list.push(place);
        continue;
      }
      if (state.assert && !holds(state.assert, text, at)) continue;
      stack.push(state.out);
      if (state.other !== NOWHERE) stack.push(state.other);
    }
    return false;
  }
}

const NOWHERE = -2;
const MATCH = -1;

function holds(assertion: NonNullable<State['assert']>, text: string, at: number): boolean {
  if (assertion === 'start') return at === 0;
  if (assertion === 'end') return at === text.length;
  const before = at > 0 && isWord(text.charCodeAt(at - 1));
  const after = at < text.length && isWord(text.charCodeAt(at));
  return (before !== after) === (assertion === 'word');
}

/** Compiles a pattern; an error's position counts from the pattern's start. */
export function compileRegex(pattern: string): LinearRegex | FilterError {
  const compiler = new Compiler(pattern);
  return compiler.compile();
}

/** Builds states back to front: every method gets the state that follows and answers the one to enter. */
class Compiler {
  private readonly pattern: string;
  private readonly states: State[];
  private error: FilterError | null;
  private readonly from: number;
  private readonly folded: boolean;

  constructor(pattern: string) {
    this.pattern = pattern;
    // Flags at the very start: without case, as Wireshark has it anyway, or with it.
    const flags = /^\(\?(-?)i\)/.exec(pattern);
    this.from = flags?.[0].length ?? 0;
    this.folded = flags?.[1] !== '-';
    this.states = [];
    this.error = null;
  }

  compile(): LinearRegex | FilterError {
    const end = this.pattern.length;
    const { next, enter } = this.alternatives(this.from, MATCH, 0);
    if (this.error) return this.error;
    if (next < end) return { position: next, message: 'A closing parenthesis has no opening one.' };
    return new LinearRegex(this.states, enter, this.folded);
  }

  private fold(code: number): number {
    return this.folded ? lower(code) : code;
  }

  private fail(position: number, message: string): void {
    this.error ??= { position, message };
  }

  private state(test: Matcher | null, assert: State['assert'], out: number, other: number): number {
    if (this.states.length >= MAX_STATES) this.fail(0, 'The pattern is too large.');
    else this.states.push({ test, assert, out, other });
    return this.states.length - 1;
  }

  /** Parses from `at` to a closing parenthesis or the end. */
  private alternatives(at: number, follow: number, depth: number): { readonly next: number; readonly enter: number } {
    if (depth > 50) this.fail(at, 'Groups nest too deep.');
    let { next, enter } = this.sequence(at, follow, depth);
    while (!this.error && this.pattern.charAt(next) === '|') {
      const right = this.sequence(next + 1, follow, depth);
      enter = this.state(null, null, enter, right.enter);
      next = right.next;
    }
    return { next, enter };
  }

  private sequence(from: number, follow: number, depth: number): { readonly next: number; readonly enter: number } {
    const pieces: { at: number; min: number; max: number }[] = [];
    let at = from;
    while (
      !this.error &&
      at < this.pattern.length &&
      this.pattern.charAt(at) !== '|' &&
      this.pattern.charAt(at) !== ')'
    ) {
      const piece = { at, min: 1, max: 1 };
      at = this.atomEnd(at);
      const counted = this.quantifier(at, piece);
      at = counted;
      pieces.push(piece);
    }
    let enter = follow;
    for (const piece of pieces.reverse()) enter = this.repeat(piece, enter, depth);
    return { next: at, enter };
  }

  private quantifier(from: number, piece: { min: number; max: number }): number {
    let at = from;
    const character = this.pattern.charAt(at);
    const counted = /^\{(\d+)(,(\d*))?\}/.exec(this.pattern.slice(at, at + 16));
    if (character === '*') [piece.min, piece.max] = [0, Infinity];
    else if (character === '+') [piece.min, piece.max] = [1, Infinity];
    else if (character === '?') [piece.min, piece.max] = [0, 1];
    else if (counted) {
      piece.min = Number(counted[1]);
      piece.max = counted[2] === undefined ? piece.min : counted[3] === '' ? Infinity : Number(counted[3]);
      if (piece.min > MAX_REPEAT || (piece.max !== Infinity && piece.max > MAX_REPEAT))
        this.fail(at, `A count may be ${MAX_REPEAT} at most.`);
      if (piece.max < piece.min) this.fail(at, 'The counts are the wrong way round.');
      at += counted[0].length - 1;
    } else return at;
    at++;
    // Lazy and possessive only say which match is found; whether one is there stays the same.
    if (this.pattern.charAt(at) === '?' || this.pattern.charAt(at) === '+') at++;
    return at;
  }

  private repeat(piece: { at: number; min: number; max: number }, follow: number, depth: number): number {
    let enter = follow;
    if (piece.max === Infinity) {
      const loop = this.state(null, null, NOWHERE, follow);
      const body = this.atom(piece.at, loop, depth);
      const state = this.states[loop];
      if (state) state.out = body;
      enter = loop;
    } else {
      for (let i = piece.min; i < piece.max && !this.error; i++)
        enter = this.state(null, null, this.atom(piece.at, enter, depth), follow);
    }
    for (let i = 0; i < piece.min && !this.error; i++) enter = this.atom(piece.at, enter, depth);
    return enter;
  }

  /** Where the atom that starts here ends. */
  private atomEnd(at: number): number {
    const { pattern } = this;
    const character = pattern.charAt(at);
    if (character === '\\') return at + (pattern.charAt(at + 1) === 'x' ? 4 : 2);
    if (character === '[') {
      let end = at + 1;
      if (pattern.charAt(end) === '^') end++;
      if (pattern.charAt(end) === ']') end++;
      while (end < pattern.length && pattern.charAt(end) !== ']') end += pattern.charAt(end) === '\\' ? 2 : 1;
      if (end >= pattern.length) this.fail(at, 'The class has no closing bracket.');
      return end + 1;
    }
    if (character !== '(') return at + 1;
    let depth = 0;
    for (
      let end = at;
      end < pattern.length;
      end = pattern.charAt(end) === '(' || pattern.charAt(end) === ')' ? end + 1 : this.atomEnd(end)
    ) {
      if (this.error) break;
      if (pattern.charAt(end) === '(') depth++;
      if (pattern.charAt(end) === ')' && --depth === 0) return end + 1;
    }
    this.fail(at, 'The group has no closing parenthesis.');
    return pattern.length;
  }

  private atom(at: number, follow: number, depth: number): number {
    const { pattern } = this;
    const character = pattern.charAt(at);
    if (character === '(') {
      let inside = at + 1;
      if (pattern.startsWith('?:', inside)) inside += 2;
      else if (pattern.charAt(inside) === '?')
        this.fail(at, 'Look-around and flags are not supported, but for (?i) and (?-i) at the start.');
      return this.alternatives(inside, follow, depth + 1).enter;
    }
    if (character === '^') return this.state(null, 'start', follow, NOWHERE);
    if (character === '$') return this.state(null, 'end', follow, NOWHERE);
    if (character === '*' || character === '+' || character === '?')
      this.fail(at, `"${character}" has nothing to repeat.`);
    if (character === '.') return this.state((c) => c !== 10, null, follow, NOWHERE);
    if (character === '[') return this.state(this.classOf(at), null, follow, NOWHERE);
    if (character === '\\') {
      const letter = pattern.charAt(at + 1);
      if (letter === 'b') return this.state(null, 'word', follow, NOWHERE);
      if (letter === 'B') return this.state(null, 'notWord', follow, NOWHERE);
      return this.state(this.escape(at), null, follow, NOWHERE);
    }
    const wanted = this.fold(character.charCodeAt(0));
    return this.state((c) => c === wanted, null, follow, NOWHERE);
  }

  private escape(at: number): Matcher {
    const letter = this.pattern.charAt(at + 1);
    const known = CLASSES.get(letter);
    if (known) return known;
    if (letter === '') this.fail(at, 'The pattern ends in a backslash.');
    if (/[1-9]/.test(letter)) this.fail(at, 'Backreferences are not supported.');
    const wanted = this.fold(this.escapedCode(at));
    return (c) => c === wanted;
  }

  private escapedCode(at: number): number {
    const letter = this.pattern.charAt(at + 1);
    if (letter === 'x') return Number.parseInt(this.pattern.slice(at + 2, at + 4), 16) || 0;
    const plain: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, f: 12, v: 11, '0': 0 };
    return plain[letter] ?? letter.charCodeAt(0);
  }

  private classOf(from: number): Matcher {
    const { pattern } = this;
    const tests: Matcher[] = [];
    let at = from + 1;
    const negated = pattern.charAt(at) === '^';
    if (negated) at++;
    for (let first = true; first || pattern.charAt(at) !== ']'; first = false) {
      if (at >= pattern.length) break;
      const isEscape = pattern.charAt(at) === '\\';
      const known = isEscape ? CLASSES.get(pattern.charAt(at + 1)) : undefined;
      const low = isEscape ? this.escapedCode(at) : pattern.charCodeAt(at);
      at = isEscape ? this.atomEnd(at) : at + 1;
      if (known) {
        tests.push(known);
        continue;
      }
      let high = low;
      if (pattern.charAt(at) === '-' && pattern.charAt(at + 1) !== ']' && at + 1 < pattern.length) {
        const end = at + 1;
        const endEscape = pattern.charAt(end) === '\\';
        high = endEscape ? this.escapedCode(end) : pattern.charCodeAt(end);
        at = endEscape ? this.atomEnd(end) : end + 1;
        if (high < low) this.fail(end, 'The range is the wrong way round.');
      }
      // Text comes in lower case; a capital of the class matches its small letter.
      const folded = this.folded;
      tests.push((c) => (c >= low && c <= high) || (folded && c >= 97 && c <= 122 && c - 32 >= low && c - 32 <= high));
    }
    return (c) => tests.some((test) => test(c)) !== negated;
  }
}

const CLASSES: ReadonlyMap<string, Matcher> = new Map([
  ['d', isDigit],
  ['D', (c: number) => !isDigit(c)],
  ['w', isWord],
  ['W', (c: number) => !isWord(c)],
  ['s', isSpace],
  ['S', (c: number) => !isSpace(c)],
]);
