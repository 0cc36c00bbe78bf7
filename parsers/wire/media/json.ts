// JSON (RFC 8259) as a tree, one value after the other: newline-delimited JSON is several.
// Surprise: what is not JSON is shown as lines of text behind an empty layer, from where the last whole value ended.
import { decodeUtf8 } from '../../capture/utf8.ts';
import type { Dissection } from '../dissection.ts';
import type { FieldNode } from '../field.ts';
import { leftOut, textLines } from './lines.ts';
import { bodyNode, type Media, type MediaColumns, NODES_MOST } from './media.ts';
import { JSON_TYPES } from './types.gen.ts';

const DEPTH_MOST = 100;

/** Where the values are told: begun and ended in the order of the text. */
interface Found {
  readonly kind: 'object' | 'array' | 'string' | 'number' | 'true' | 'false' | 'null';
  readonly from: number;
  to: number;
  /** Of a member of an object: its name, and where that stands. */
  readonly key: string | null;
  readonly keyFrom: number;
  readonly keyTo: number;
  readonly text: string;
  readonly children: Found[];
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const WORDS = ['true', 'false', 'null'] as const;
const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?/;
const NUMBER_LONGEST = 100;

class Reader {
  private readonly bytes: Uint8Array;
  private readonly to: number;
  private values = 0;
  at: number;

  constructor(bytes: Uint8Array, from: number, to: number) {
    this.bytes = bytes;
    this.at = from;
    this.to = to;
  }

  get count(): number {
    return this.values;
  }

  skipSpace(): void {
    while (this.at < this.to && [0x20, 9, 10, 13].includes(this.bytes[this.at] ?? 0)) this.at++;
  }

  /** The value at `at`; null, with `at` anywhere, where none begins or it does not end. */
  value(depth: number, key: string | null, keyFrom: number, keyTo: number): Found | null {
    this.skipSpace();
    const from = this.at;
    this.values++;
    const found = (kind: Found['kind'], text: string, children: Found[]): Found => {
      return { kind, from, to: this.at, key, keyFrom, keyTo, text, children };
    };
    switch (this.bytes[this.at]) {
      case 0x7b: {
        const children = depth < DEPTH_MOST ? this.members(depth) : null;
        return children === null ? null : found('object', '', children);
      }
      case 0x5b: {
        const children = depth < DEPTH_MOST ? this.items(depth) : null;
        return children === null ? null : found('array', '', children);
      }
      case QUOTE: {
        const text = this.string();
        return text === null ? null : found('string', text, []);
      }
      default: {
        const head = latin(this.bytes, this.at, Math.min(this.to, this.at + NUMBER_LONGEST));
        const word = WORDS.find((name) => head.startsWith(name));
        const text = word ?? NUMBER.exec(head)?.[0];
        if (text === undefined) return null;
        this.at += text.length;
        return found(word ?? 'number', text, []);
      }
    }
  }

  private members(depth: number): Found[] | null {
    return this.list(0x7d, () => {
      this.skipSpace();
      const keyFrom = this.at;
      const key = this.bytes[this.at] === QUOTE ? this.string() : null;
      const keyTo = this.at;
      this.skipSpace();
      if (key === null || this.bytes[this.at] !== 0x3a || this.at >= this.to) return null;
      this.at++;
      return this.value(depth + 1, key, keyFrom, keyTo);
    });
  }

  private items(depth: number): Found[] | null {
    return this.list(0x5d, () => this.value(depth + 1, null, 0, 0));
  }

  private list(close: number, one: () => Found | null): Found[] | null {
    const found: Found[] = [];
    this.at++;
    this.skipSpace();
    if (this.at < this.to && this.bytes[this.at] === close) {
      this.at++;
      return found;
    }
    for (;;) {
      const value = one();
      if (value === null) return null;
      // More are counted than kept, so that the end is found.
      if (this.values <= NODES_MOST) found.push(value);
      this.skipSpace();
      const next = this.at < this.to ? this.bytes[this.at] : 0;
      this.at++;
      if (next === close) return found;
      if (next !== 0x2c) return null;
    }
  }

  private string(): string | null {
    const from = this.at + 1;
    let at = from;
    let isEscaped = false;
    for (; at < this.to && this.bytes[at] !== QUOTE; at++) {
      if (this.bytes[at] !== BACKSLASH) continue;
      isEscaped = true;
      at++;
    }
    if (at >= this.to) return null;
    this.at = at + 1;
    const text = decodeUtf8(this.bytes.subarray(from, at));
    return isEscaped ? unescaped(text) : text;
  }
}

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

function unescaped(text: string): string {
  return text.replace(/\\(u([0-9a-fA-F]{4})|[\s\S])/g, (_, one: string, hex: string | undefined) =>
    hex === undefined ? (ESCAPES[one] ?? one) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function latin(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}

const NAMES: Readonly<Record<Found['kind'], string>> = {
  object: 'Object',
  array: 'Array',
  string: 'String value',
  number: 'Number value',
  true: 'True value',
  false: 'False value',
  null: 'Null value',
};

/** `path` is the one of the value; `name` what the value is called where it stands. */
function valueNodes(d: Dissection, parent: FieldNode, value: Found, path: string, name: string): void {
  const { kind, from, to, text } = value;
  const size = to - from;
  if (kind === 'object' || kind === 'array') {
    const node = d.node(parent, `json.${kind}`, NAMES[kind], null, from, size);
    for (const child of value.children) {
      if (child.key === null) valueNodes(d, node, child, `${path}/[]`, '[]');
      else memberNodes(d, node, child, child.key, path);
    }
    return;
  }
  if (path !== '') {
    d.generated(parent, 'json.path_with_value', `Path with value: ${path}:${text}`, `${path}:${text}`);
    d.generated(parent, 'json.member_with_value', `Member with value: ${name}:${text}`, `${name}:${text}`);
  }
  const shows = kind === 'string' || kind === 'number';
  const label = shows ? `${NAMES[kind]}: ${text}` : NAMES[kind];
  d.node(parent, `json.value.${kind}`, label, shows ? text : null, from, size);
}

function memberNodes(d: Dissection, parent: FieldNode, value: Found, key: string, path: string): void {
  const own = `${path}/${key}`;
  const node = d.node(parent, 'json.member', `Member: ${key}`, key, value.keyFrom, value.to - value.keyFrom);
  valueNodes(d, node, value, own, key);
  d.node(node, 'json.key', `Key: ${key}`, key, value.keyFrom, value.keyTo - value.keyFrom);
  d.generated(node, 'json.path', `Path: ${own}`, own);
}

function columns(type: string): MediaColumns {
  return { suffix: '/JSON', text: `, JavaScript Object Notation${type === '' ? '' : ` (${type})`}` };
}

export const media: Media = {
  filter: 'json',
  name: 'JavaScript Object Notation',
  // The messages of gRPC are JSON one by one (grpc.ts).
  types: [...JSON_TYPES, 'application/grpc+json', 'application/grpc-web+json'],
  fields: [
    { name: 'json.object', kind: 'none' },
    { name: 'json.array', kind: 'none' },
    { name: 'json.member', kind: 'text' },
    { name: 'json.key', kind: 'text' },
    { name: 'json.path', kind: 'text' },
    { name: 'json.path_with_value', kind: 'text' },
    { name: 'json.member_with_value', kind: 'text' },
    { name: 'json.value.string', kind: 'text' },
    { name: 'json.value.number', kind: 'text' },
    { name: 'json.value.true', kind: 'none' },
    { name: 'json.value.false', kind: 'none' },
    { name: 'json.value.null', kind: 'none' },
  ],
  columns,
  dissect(d, body) {
    const about = body.type === '' ? '' : `: ${body.type}`;
    const node = bodyNode(d, body, 'json', `JavaScript Object Notation${about}`);
    const reader = new Reader(d.bytes, body.from, body.to);
    let end = body.from;
    for (reader.skipSpace(); reader.at < body.to; reader.skipSpace()) {
      const value = reader.value(0, null, 0, 0);
      if (value === null) break;
      valueNodes(d, node, value, '', '');
      end = reader.at;
    }
    if (reader.count > NODES_MOST) leftOut(d, node, reader.count - NODES_MOST, 'values');
    const rest = new Reader(d.bytes, end, body.to);
    rest.skipSpace();
    if (rest.at < body.to) textLines(d, { ...body, from: end });
    return columns(body.type);
  },
};
