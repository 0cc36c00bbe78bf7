// The common forms of capture filters (man pcap-filter): host, net, port, portrange, protocols, src and dst, and, or, not, brackets.
// Surprise: `and` and `or` bind equally strong there, from left to right; and `port 80 or 443` says `port` once for both.

export interface Primitive {
  readonly kind: 'primitive';
  readonly protocol: string | null;
  readonly direction: 'src' | 'dst' | null;
  /** Null: the protocol alone. */
  readonly type: 'host' | 'net' | 'port' | 'portrange' | null;
  readonly value: string;
}

export type Bpf =
  | Primitive
  | { readonly kind: 'not'; readonly of: Bpf }
  | { readonly kind: 'and' | 'or'; readonly left: Bpf; readonly right: Bpf };

const protocols = new Set(['ip', 'ip6', 'tcp', 'udp', 'sctp', 'icmp', 'icmp6', 'arp']);
const types = new Set(['host', 'net', 'port', 'portrange']);
const depthLimit = 100;

function typeOf(word: string): Primitive['type'] {
  return word === 'host' || word === 'net' || word === 'port' || word === 'portrange' ? word : null;
}

/** Null for every filter with a part that is not one of the common forms. */
export function parseBpf(text: string): Bpf | null {
  const tokens = text.match(/&&|\|\||[()!]|[^\s()!&|]+|[&|]/g) ?? [];
  const parser = new Parser(tokens);
  try {
    return parser.whole();
  } catch (error) {
    if (error instanceof NotCommon) return null;
    throw error;
  }
}

class NotCommon extends Error {}

class Parser {
  private readonly tokens: readonly string[];
  private at = 0;
  private depth = 0;
  private last: Primitive | null = null;

  constructor(tokens: readonly string[]) {
    this.tokens = tokens;
  }

  whole(): Bpf {
    const found = this.expression();
    if (this.at < this.tokens.length) throw new NotCommon();
    return found;
  }

  private peek(): string | null {
    return this.tokens[this.at] ?? null;
  }

  private accept(...words: string[]): string | null {
    const word = this.peek();
    if (word === null || !words.includes(word)) return null;
    this.at += 1;
    return word;
  }

  private expression(): Bpf {
    if (++this.depth > depthLimit) throw new NotCommon();
    let left = this.term();
    for (;;) {
      const word = this.accept('and', '&&', 'or', '||');
      if (word === null) break;
      const kind = word === 'and' || word === '&&' ? 'and' : 'or';
      left = { kind, left, right: this.term() };
    }
    this.depth -= 1;
    return left;
  }

  private term(): Bpf {
    if (++this.depth > depthLimit) throw new NotCommon();
    let found: Bpf;
    if (this.accept('not', '!') !== null) found = { kind: 'not', of: this.term() };
    else if (this.accept('(') !== null) {
      found = this.expression();
      if (this.accept(')') === null) throw new NotCommon();
    } else found = this.primitive();
    this.depth -= 1;
    return found;
  }

  private primitive(): Primitive {
    const protocol = this.accept(...protocols);
    let direction: Primitive['direction'] = null;
    const word = this.accept('src', 'dst');
    if (word !== null) {
      direction = word === 'src' ? 'src' : 'dst';
      const next = this.tokens[this.at + 1];
      if ((this.peek() === 'or' || this.peek() === 'and') && (next === 'src' || next === 'dst')) {
        if (this.peek() === 'and') throw new NotCommon();
        this.at += 2;
        direction = null;
      }
    }
    let type = typeOf(this.accept(...types) ?? '');
    if (protocol !== null && direction === null && type === null)
      return this.remember({ protocol, direction, type, value: '' });
    const value = this.peek();
    if (value === null) throw new NotCommon();
    this.at += 1;
    const bare = protocol === null && direction === null && type === null;
    if (bare && this.last?.type != null && shapeFits(this.last.type, value)) {
      return this.remember({ ...this.last, value });
    }
    if (type === null) type = isAddress(value) ? 'host' : null;
    if (type === null || !shapeFits(type, value)) throw new NotCommon();
    return this.remember({ protocol, direction, type, value });
  }

  private remember(found: Omit<Primitive, 'kind'>): Primitive {
    this.last = { kind: 'primitive', ...found };
    return this.last;
  }
}

function isAddress(value: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(value) || (value.includes(':') && /^[0-9a-fA-F:.]+$/.test(value));
}

function shapeFits(type: NonNullable<Primitive['type']>, value: string): boolean {
  switch (type) {
    case 'host':
      return isAddress(value);
    case 'net':
      return isAddress(value.replace(/\/\d{1,3}$/, '')) && value.includes('/');
    case 'port':
      return /^\d{1,5}$/.test(value);
    case 'portrange':
      return /^\d{1,5}-\d{1,5}$/.test(value);
  }
}

function primitiveText(p: Primitive): string {
  return [p.protocol, p.direction, p.type, p.value].filter((word) => word !== null && word !== '').join(' ');
}

/** As tcpdump reads it, with brackets wherever two operators meet. */
export function bpfText(node: Bpf): string {
  switch (node.kind) {
    case 'primitive':
      return primitiveText(node);
    case 'not':
      return `not ${inner(node.of, null)}`;
    default:
      return `${inner(node.left, node.kind)} ${node.kind} ${inner(node.right, node.kind)}`;
  }
}

function inner(node: Bpf, within: 'and' | 'or' | null): string {
  return node.kind === 'primitive' || node.kind === within ? bpfText(node) : `(${bpfText(node)})`;
}
