// What may stand at the cursor of a display filter: fields and functions with their type and name in words, operators after a field, the
// named values of a field, and what joins conditions. Surprise: only the text before the cursor decides; the rest of the word that the
// cursor stands in is replaced.
import { FIELD_WORDS } from './field-words.gen.ts';
import { fieldNamed, fieldNames } from './fields.ts';
import { FUNCTIONS } from './functions.ts';
import { type Token, tokenize } from './lexer.ts';
import { OWN_FIELDS } from './own-fields.ts';
import { RELATIONS } from './parser.ts';
import { type FieldType, groupOf, typeName } from './types.ts';
import { valueNames } from './value-names.ts';

export interface Completion {
  /** What it is offered as, and what is written in place of the word at the cursor. */
  readonly text: string;
  readonly insert: string;
  /** In words: a field's type; the number of a named value. Empty where there is none. */
  readonly type: string;
  readonly description: string;
}

export interface Completions {
  readonly kind: 'field' | 'operator' | 'value' | 'join' | 'none';
  /** The field that the operators or values are for. */
  readonly field: string | null;
  /** The word that is replaced: from here to there, in characters. */
  readonly from: number;
  readonly to: number;
  readonly items: readonly Completion[];
}

const JOINS: readonly Completion[] = [
  { text: '&&', insert: '&& ', type: 'and', description: 'both conditions hold' },
  { text: '||', insert: '|| ', type: 'or', description: 'one of the conditions holds' },
];

/** Operators by the types that take them, in the order they are offered. */
const OPERATORS: readonly (readonly [string, string, RegExp])[] = [
  ['==', 'equal; of several values, one is', /./],
  ['!=', 'not equal; of several values, none is', /./],
  ['>', 'greater', /number|float|time|date|ip|string|bytes/],
  ['<', 'less', /number|float|time|date|ip|string|bytes/],
  ['>=', 'greater or equal', /number|float|time|date|ip|string|bytes/],
  ['<=', 'less or equal', /number|float|time|date|ip|string|bytes/],
  ['contains', 'has this text or these bytes in it', /string|bytes/],
  ['matches', 'a regular expression finds something in it', /string|bytes/],
  ['in', 'one of a set: in {80, 443, 8000..8100}', /./],
  ['===', 'equal; of several values, all are', /./],
  ['!==', 'not equal; of several values, one is not', /./],
];

const descriptions = new Map<string, string>();
for (const line of FIELD_WORDS.split('\n')) {
  const [name = '', words = ''] = line.split('\t');
  if (name !== '') descriptions.set(name, words);
}
for (const { name, description } of OWN_FIELDS) descriptions.set(name, description);

export function completeFilter(text: string, cursor: number, most = 50): Completions {
  const at = Math.max(0, Math.min(cursor, text.length));
  const word = wordAt(text, at);
  if (word === null) return { kind: 'none', field: null, from: at, to: at, items: [] };
  const none: Completions = { kind: 'none', field: null, from: word.from, to: word.to, items: [] };
  const before = tokenize(text.slice(0, word.from));
  if ('message' in before) return none;
  const place = placeAfter(before.slice(0, -1));
  const typed = word.text.toLowerCase();
  const found = (kind: Completions['kind'], field: string | null, items: readonly Completion[]): Completions =>
    items.length === 0 ? none : { kind, field, from: word.from, to: word.to, items: items.slice(0, most) };
  if (place.kind === 'value') {
    const values = place.field === null ? [] : valuesOf(place.field, typed);
    if (word.quoted || values.length > 0) return found('value', place.field, values);
    return typed.length < 2 ? none : found('value', place.field, fieldsLike(typed, typeOfField(place.field)));
  }
  if (word.quoted) return none;
  if (place.kind === 'field') return typed === '' ? none : found('field', null, fieldsLike(typed, null));
  const starts = ({ text: one, type }: Completion): boolean =>
    one.startsWith(typed) || (typed !== '' && type.startsWith(typed));
  if (place.kind === 'join') return found('join', null, JOINS.filter(starts));
  const operators = operatorsOf(place.field).filter(({ text: one }) => one.startsWith(typed));
  return found('operator', place.field, [...operators, ...JOINS.filter(starts)]);
}

const WORD = /[\w.:-]/;

interface Word {
  readonly from: number;
  readonly to: number;
  /** What was typed of it up to the cursor, without its quote. */
  readonly text: string;
  readonly quoted: boolean;
}

/** Null where the cursor stands in something that is no word: a number, an address. */
function wordAt(text: string, cursor: number): Word | null {
  const quote = openQuote(text, cursor);
  if (quote !== null) {
    const close = text.indexOf('"', cursor);
    // A quote behind the cursor closes this string only where nothing but its rest stands between.
    const isRest = close >= 0 && !/[&|(){}]/.test(text.slice(cursor, close));
    return { from: quote, to: isRest ? close + 1 : cursor, text: text.slice(quote + 1, cursor), quoted: true };
  }
  let start = cursor;
  while (start > 0 && WORD.test(text.charAt(start - 1))) start--;
  const head = text.slice(start, cursor);
  // A number or an address is no word to complete.
  const isWord = /^[A-Za-z_]/.test(head) && !/["']$/.test(text.slice(0, start));
  if (head !== '' && !isWord) return null;
  const [operator = ''] = isWord
    ? []
    : (/(?<![=!<>&|~])[=!<>&|~]{1,3}$/.exec(text.slice(Math.max(0, cursor - 4), cursor)) ?? []);
  const partial = isWord ? head : RELATIONS.has(operator) || operator === '&&' || operator === '||' ? '' : operator;
  const [tail = ''] = isWord ? (/^[\w.:-]*/.exec(text.slice(cursor)) ?? []) : [];
  return { from: cursor - partial.length, to: cursor + tail.length, text: partial, quoted: false };
}

/** Where the string begins that the cursor stands in; null outside of strings. */
function openQuote(text: string, cursor: number): number | null {
  let open: number | null = null;
  for (let at = 0; at < cursor; at++) {
    const character = text.charAt(at);
    if (open !== null && character === '\\') at++;
    else if (character === '"') open = open === null ? at : null;
  }
  return open;
}

interface Place {
  readonly kind: 'field' | 'join' | 'operator' | 'value';
  readonly field: string | null;
}

/** What is expected behind these tokens. */
function placeAfter(tokens: readonly Token[]): Place {
  const last = tokens.at(-1);
  if (last === undefined) return { kind: 'field', field: null };
  const isWord = last.kind === 'word' || last.kind === 'operator';
  if (isWord && /^(and|or|not|&&|\|\||!|any|all)$/.test(last.text)) return { kind: 'field', field: null };
  if (last.kind === 'open') return { kind: 'field', field: null };
  if (isWord && RELATIONS.has(last.text)) return { kind: 'value', field: fieldBefore(tokens.slice(0, -1)) };
  const set = openSet(tokens);
  if (set !== null) {
    const opens = last.kind === 'openSet' || last.kind === 'comma' || last.kind === 'range';
    return opens ? { kind: 'value', field: fieldBefore(tokens.slice(0, set - 1)) } : { kind: 'operator', field: null };
  }
  if (last.kind === 'comma' || (last.kind === 'operator' && /^[-+*/%&]$/.test(last.text)))
    return { kind: 'field', field: null };
  // What follows a relation or closes a set is a whole condition.
  const before = tokens.at(-2);
  const compared =
    before !== undefined && (before.kind === 'word' || before.kind === 'operator') && RELATIONS.has(before.text);
  if (compared || last.kind === 'closeSet') return { kind: 'join', field: null };
  return { kind: 'operator', field: fieldBefore(tokens) };
}

/** Where the set that is still open has its brace, when an `in` stands before it. */
function openSet(tokens: readonly Token[]): number | null {
  for (let at = tokens.length - 1; at > 0; at--) {
    const { kind } = tokens[at] ?? { kind: 'end' };
    if (kind === 'closeSet') return null;
    if (kind === 'openSet') return tokens[at - 1]?.text === 'in' ? at : null;
  }
  return null;
}

/** The field that the tokens end with, looking through a slice or a layer; null where it is something computed. */
function fieldBefore(tokens: readonly Token[]): string | null {
  let at = tokens.length - 1;
  if (tokens[at]?.text === 'not') at--;
  if (tokens[at - 1]?.text === '#') at -= 2;
  const token = tokens[at];
  return token?.kind === 'word' && fieldNamed(token.text) !== null ? token.text : null;
}

function typeOfField(field: string | null): FieldType | null {
  return field === null ? null : (fieldNamed(field)?.type ?? null);
}

function operatorsOf(field: string | null): Completion[] {
  const of = typeOfField(field)?.of ?? null;
  if (field === null || of === 'none') return [];
  return OPERATORS.filter(([, , types]) => of === null || types.test(of)).map(([text, description]) => ({
    text,
    insert: text === 'in' ? 'in {' : `${text} `,
    type: '',
    description,
  }));
}

function valuesOf(field: string, typed: string): Completion[] {
  const named = valueNames(field);
  const values = typeOfField(field)?.of === 'boolean' ? flagsOf(named) : named;
  const inside = new RegExp(`[^a-z0-9]${escaped(typed)}`);
  const rank = (name: string): number => {
    const lower = name.toLowerCase();
    return lower.startsWith(typed) ? 0 : inside.test(lower) ? 1 : 2;
  };
  return values
    .map(({ value, name }) => ({ value, name, rank: rank(name) }))
    .filter(({ name, rank: of }) => of < 2 && name.toLowerCase() !== typed)
    .sort((a, b) => a.rank - b.rank)
    .map(({ value, name }) => ({ text: name, insert: literal(name), type: String(value), description: '' }));
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** True and False are always possible; where the flag has words of its own, those come first. */
function flagsOf(named: readonly { value: number; name: string }[]): readonly { value: number; name: string }[] {
  const known = new Set(named.map(({ name }) => name));
  const plain = [
    { value: 1, name: 'True' },
    { value: 0, name: 'False' },
  ];
  return [...named, ...plain.filter(({ name }) => !known.has(name))];
}

/** The name as the filter takes it: as a word where it is one and means nothing else. */
function literal(name: string): string {
  const isWord = /^[A-Za-z][\w]*$/.test(name) && fieldNamed(name) === null && !RELATIONS.has(name);
  return isWord && !/^(and|or|not|in|any|all|bitwise_and)$/.test(name) ? name : `"${name.replace(/["\\]/g, '\\$&')}"`;
}

/** Fields that begin with the word, then those that have it behind a dot; shorter first. Of one group of types where one is asked for. */
function fieldsLike(typed: string, type: FieldType | null): Completion[] {
  const rank = (name: string): number => (name.startsWith(typed) ? 0 : name.includes(`.${typed}`) ? 1 : 2);
  const fields = fieldNames()
    .filter((name) => rank(name) < 2 && name !== typed)
    .filter((name) => type === null || groupOf(fieldNamed(name)?.type ?? type) === groupOf(type))
    .sort((a, b) => rank(a) - rank(b) || a.length - b.length || (a < b ? -1 : 1))
    .map((name) => {
      const of = fieldNamed(name)?.type;
      return {
        text: name,
        insert: name,
        type: of === undefined ? '' : typeName(of),
        description: descriptions.get(name) ?? '',
      };
    });
  if (type !== null) return fields;
  const functions = FUNCTIONS.filter(({ name }) => name.startsWith(typed)).map(({ name, description }) => ({
    text: `${name}()`,
    insert: `${name}(`,
    type: 'a function',
    description,
  }));
  return [...fields.slice(0, 46), ...functions];
}
