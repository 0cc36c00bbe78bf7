// Cuts a display filter into tokens. Surprise: a word may hold dots, colons, slashes and dashes, because fields, addresses,
// prefixes and MAC addresses all look like that; only `..`, the range of a set, ends it.

export type TokenKind =
  | 'word'
  | 'string'
  | 'operator'
  | 'open'
  | 'close'
  | 'openSet'
  | 'closeSet'
  | 'comma'
  | 'range'
  | 'end';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly position: number;
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
const OPERATORS = ['===', '!==', '==', '!=', '>=', '<=', '&&', '||', '>', '<', '!', '~', '&'];
const WORD = /[A-Za-z0-9_:/.\-*]/;
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
    const single = SINGLE.get(character);
    const operator = OPERATORS.find((candidate) => text.startsWith(candidate, at));
    if (single !== undefined) {
      tokens.push({ kind: single, text: character, position: at++ });
    } else if (text.startsWith('..', at)) {
      tokens.push({ kind: 'range', text: '..', position: at });
      at += 2;
    } else if (operator !== undefined) {
      tokens.push({ kind: 'operator', text: operator, position: at });
      at += operator.length;
    } else if (character === '"' || (character === 'r' && text.charAt(at + 1) === '"')) {
      const read = readString(text, at);
      if ('message' in read) return read;
      tokens.push(read.token);
      at = read.end;
    } else if (WORD.test(character)) {
      const from = at;
      while (at < text.length && WORD.test(text.charAt(at)) && !text.startsWith('..', at)) at++;
      tokens.push({ kind: 'word', text: text.slice(from, at), position: from });
    } else {
      return { position: at, message: `"${character}" means nothing in a filter.` };
    }
  }
  tokens.push({ kind: 'end', text: '', position: text.length });
  return tokens;
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['0', '\0'],
]);

/** A string from its quote on; with `r` before it, backslashes are themselves. */
function readString(text: string, from: number): { readonly token: Token; readonly end: number } | FilterError {
  const raw = text.charAt(from) === 'r';
  let value = '';
  for (let at = from + (raw ? 2 : 1); at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '"') return { token: { kind: 'string', text: value, position: from }, end: at + 1 };
    if (raw || character !== '\\') {
      value += character;
      continue;
    }
    at++;
    const escaped = text.charAt(at);
    if (escaped === 'x' && /^[0-9a-fA-F]{2}$/.test(text.slice(at + 1, at + 3))) {
      value += String.fromCharCode(Number.parseInt(text.slice(at + 1, at + 3), 16));
      at += 2;
    } else if (ESCAPES.has(escaped)) value += ESCAPES.get(escaped) ?? '';
    else if (escaped === '"' || escaped === '\\' || escaped === "'") value += escaped;
    // Unknown escapes keep their backslash, so that "\d" stays what a regular expression means by it.
    else value += `\\${escaped}`;
  }
  return { position: from, message: 'The string has no closing quote.' };
}
