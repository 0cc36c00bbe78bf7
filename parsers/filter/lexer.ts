// Cuts a display filter into tokens. Surprise: a word may hold dots, colons and dashes, because fields, addresses and MAC addresses
// all look like that, so `tcp.len-1` is one word (as in Wireshark) and `tcp.len - 1` is a subtraction; only `..` ends it.

export type TokenKind =
  | 'word'
  | 'string'
  | 'char'
  | 'operator'
  | 'open'
  | 'close'
  | 'openSet'
  | 'closeSet'
  | 'comma'
  | 'range'
  /** `[…]`, with what stands in it as text. */
  | 'slice'
  | 'end';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly position: number;
  /** Where it ends in the filter. */
  readonly end: number;
}

/** Where and why a filter's text is wrong. */
export interface FilterError {
  readonly position: number;
  readonly message: string;
}

const SINGLE: ReadonlyMap<string, TokenKind> = new Map([
  ['(', 'open'],
  [')', 'close'],
  ['{', 'openSet'],
  ['}', 'closeSet'],
  [',', 'comma'],
]);
/** Longest first. */
const OPERATORS = ['===', '!==', '==', '!=', '~=', '>=', '<=', '&&', '||', ...'><!~&+-*/%#'];
const WORD_START = /[A-Za-z0-9_:.]/;
const WORD = /[A-Za-z0-9_:.-]/;
const IPV4 = /^\d{1,3}(\.\d{1,3}){3}$/;
const MAX_FILTER = 10_000;

/** The tokens of a filter, the last one of kind `end`; or the error. */
export function tokenize(text: string): readonly Token[] | FilterError {
  if (text.length > MAX_FILTER) return { position: MAX_FILTER, message: `A filter may have ${MAX_FILTER} characters.` };
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text.charAt(at);
    if (/\s/.test(character)) {
      at++;
      continue;
    }
    const read = readToken(text, at, character);
    if ('message' in read) return read;
    tokens.push(read);
    at = read.end;
  }
  tokens.push({ kind: 'end', text: '', position: text.length, end: text.length });
  return tokens;
}

function readToken(text: string, at: number, character: string): Token | FilterError {
  const single = SINGLE.get(character);
  if (single !== undefined) return { kind: single, text: character, position: at, end: at + 1 };
  if (text.startsWith('..', at)) return { kind: 'range', text: '..', position: at, end: at + 2 };
  if (character === '[') {
    const close = text.indexOf(']', at);
    if (close < 0) return { position: at, message: 'The closing bracket of the slice is missing.' };
    return { kind: 'slice', text: text.slice(at + 1, close), position: at, end: close + 1 };
  }
  if (character === '"' || (/r/i.test(character) && text.charAt(at + 1) === '"')) return readString(text, at);
  if (character === "'") return readCharacter(text, at);
  const operator = OPERATORS.find((candidate) => text.startsWith(candidate, at));
  if (operator !== undefined) return { kind: 'operator', text: operator, position: at, end: at + operator.length };
  if (!WORD_START.test(character)) return { position: at, message: `"${character}" means nothing in a filter.` };
  return readWord(text, at);
}

function readWord(text: string, from: number): Token {
  let at = from;
  while (at < text.length && WORD.test(text.charAt(at)) && !text.startsWith('..', at)) at++;
  const word = text.slice(from, at);
  // The length of a prefix belongs to its address; anywhere else a slash divides.
  if (IPV4.test(word) || word.includes(':')) at += /^\/\d+/.exec(text.slice(at, at + 8))?.[0].length ?? 0;
  return { kind: 'word', text: text.slice(from, at), position: from, end: at };
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['"', '"'],
  ["'", "'"],
  ['\\', '\\'],
]);

/** What the escape at `at` (a backslash) stands for, and how long it is. */
function readEscape(text: string, at: number): { readonly value: string; readonly size: number } | FilterError {
  const [, hex] = /^\\x([0-9a-fA-F]{1,2})/.exec(text.slice(at, at + 4)) ?? [];
  if (hex !== undefined) return { value: String.fromCharCode(Number.parseInt(hex, 16)), size: 2 + hex.length };
  const [, octal] = /^\\([0-7]{1,3})/.exec(text.slice(at, at + 4)) ?? [];
  if (octal !== undefined)
    return { value: String.fromCharCode(Number.parseInt(octal, 8) & 255), size: 1 + octal.length };
  const known = ESCAPES.get(text.charAt(at + 1));
  if (known !== undefined) return { value: known, size: 2 };
  const bad = text.slice(at, at + 2);
  return { position: at, message: `${bad} is no escape of a string; write \\${bad}, or a raw string r"…".` };
}

/** A string from its quote on; with `r` before it, backslashes are themselves, and only `\"` is an escape. */
function readString(text: string, from: number): Token | FilterError {
  const raw = text.charAt(from) !== '"';
  let value = '';
  for (let at = from + (raw ? 2 : 1); at < text.length; ) {
    const character = text.charAt(at);
    if (character === '"') return { kind: 'string', text: value, position: from, end: at + 1 };
    if (character !== '\\') {
      value += character;
      at++;
    } else if (raw) {
      value += text.slice(at, at + 2);
      at += 2;
    } else {
      const read = readEscape(text, at);
      if ('message' in read) return read;
      value += read.value;
      at += read.size;
    }
  }
  return { position: from, message: 'The string has no closing quote.' };
}

/** One byte in single quotes. */
function readCharacter(text: string, from: number): Token | FilterError {
  const isEscape = text.charAt(from + 1) === '\\';
  const read = isEscape ? readEscape(text, from + 1) : { value: text.charAt(from + 1), size: 1 };
  if ('message' in read) return read;
  const end = from + 1 + read.size;
  if (read.value === '' || (read.value === "'" && !isEscape))
    return { position: from, message: 'The character is missing.' };
  if (text.charAt(end) !== "'" || read.value.charCodeAt(0) > 255)
    return {
      position: from,
      message: "Single quotes hold one character, as 'G' or '\\x47'; strings have double quotes.",
    };
  return { kind: 'char', text: read.value, position: from, end: end + 1 };
}
