// XML as a tree of its tags, attributes and texts. Surprise: nothing is checked; a text without a tag in it is XML if its type says so.
import type { Dissection } from '../dissection.ts';
import type { FieldNode } from '../field.ts';
import { leftOut } from './lines.ts';
import { bodyNode, type Media, NODES_MOST, shownText } from './media.ts';
import { XML_TYPES } from './types.gen.ts';

const OPEN = 0x3c;
const CLOSE = 0x3e;
const DEPTH_MOST = 200;
const ATTRIBUTE = /([^\s=/>]+)\s*=\s*("[^"]*"|'[^']*')/g;
/** Column names other than XML's, by type. */
const SUFFIXES: ReadonlyMap<string, string> = new Map([
  ['application/smil', '/SMIL'],
  ['application/cpim-pidf+xml', '/PRESENCE'],
]);

/** Types whose layer has the name of its vocabulary. */
const ROOTS: ReadonlyMap<string, string> = new Map([['application/smil', 'smil']]);

/** Where the mark that begins at `at` ends: behind `-->`, `]]>`, or the next `>`. */
function markEnd(bytes: Uint8Array, at: number, to: number): number {
  const head = String.fromCharCode(...bytes.subarray(at, Math.min(to, at + 9)));
  const [closing, from] = head.startsWith('<!--')
    ? ['--', at + 4]
    : head === '<![CDATA['
      ? [']]', at + 9]
      : ['', at + 1];
  for (let close = bytes.indexOf(CLOSE, from); close >= 0 && close < to; close = bytes.indexOf(CLOSE, close + 1)) {
    const before = String.fromCharCode(...bytes.subarray(close - closing.length, close));
    if (close - closing.length >= from - 1 && before === closing) return close + 1;
  }
  return to;
}

class Tree {
  private readonly open: FieldNode[];
  private readonly d: Dissection;
  private count = 0;

  constructor(d: Dissection, root: FieldNode) {
    this.d = d;
    this.open = [root];
  }

  private get top(): FieldNode {
    const { open } = this;
    return open[open.length - 1] as FieldNode;
  }

  /** Adds what stands between two places of a parent; false when enough was added. */
  private add(filter: string, at: number, to: number, label = shownText(this.d.bytes, at, to)): FieldNode | null {
    this.count++;
    return this.count > NODES_MOST ? null : this.d.node(this.top, filter, label, label, at, to - at);
  }

  mark(at: number, to: number): void {
    const text = shownText(this.d.bytes, at, to);
    if (text.startsWith('</')) {
      this.add('xml.tag', at, to);
      if (this.open.length > 1) this.open.pop();
      return;
    }
    if (text.startsWith('<!--')) {
      this.add('xml.comment', at, to);
      return;
    }
    if (text.startsWith('<![CDATA[')) {
      this.add('xml.cdata', at, to);
      return;
    }
    const name = /^<[^\s>/]*/.exec(text)?.[0] ?? text;
    const isInstruction = text.startsWith('<?');
    const node = this.add(
      isInstruction ? 'xml.xmlpi' : text.startsWith('<!') ? 'xml.doctype' : 'xml.tag',
      at,
      to,
      name,
    );
    if (node === null) return;
    for (const [attribute] of text.matchAll(ATTRIBUTE)) {
      this.count++;
      if (this.count <= NODES_MOST) this.d.node(node, 'xml.attribute', attribute, attribute, at, to - at);
    }
    const staysOpen = !isInstruction && !text.startsWith('<!') && !text.endsWith('/>');
    if (staysOpen && this.open.length < DEPTH_MOST) this.open.push(node);
  }

  text(at: number, to: number): void {
    const text = shownText(this.d.bytes, at, to).replace(/(\\[nrt]| )+/g, ' ');
    if (text.trim() !== '') this.add('xml.cdata', at, to, text.trim());
  }

  end(): void {
    if (this.count > NODES_MOST) leftOut(this.d, this.open[0] as FieldNode, this.count - NODES_MOST, 'tags and texts');
  }
}

const columns = (type: string) => ({ suffix: SUFFIXES.get(type) ?? '/XML' });

export const media: Media = {
  filter: 'xml',
  name: 'eXtensible Markup Language',
  types: XML_TYPES,
  fields: [
    { name: 'smil', kind: 'none' },
    { name: 'xml.tag', kind: 'text' },
    { name: 'xml.attribute', kind: 'text' },
    { name: 'xml.cdata', kind: 'text' },
    { name: 'xml.comment', kind: 'text' },
    { name: 'xml.xmlpi', kind: 'text' },
    { name: 'xml.doctype', kind: 'text' },
  ],
  columns,
  dissect(d, body) {
    const { from, to } = body;
    const tree = new Tree(d, bodyNode(d, body, ROOTS.get(body.type) ?? 'xml', 'eXtensible Markup Language'));
    for (let at = from; at < to; ) {
      const open = d.bytes.indexOf(OPEN, at);
      const next = open < 0 || open >= to ? to : open;
      if (next > at) tree.text(at, next);
      if (next === to) break;
      at = markEnd(d.bytes, next, to);
      tree.mark(next, at);
    }
    tree.end();
    return columns(body.type);
  },
};
