// The field tree of one packet out of PDML, tshark's XML. Only what tshark writes is understood: elements with attributes and nothing between.
// Surprise: PDML does not say which bytes a position points into (the frame, or a buffer put together from several), so a field is tied
// to bytes only where the frame really has the field's bytes there.
import type { FieldNode } from '../../api/schemas.ts';

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly closes: boolean;
  readonly empty: boolean;
}

const maxDepth = 100;
const skipped = new Set(['geninfo']);
const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function textOf(raw: string): string {
  return raw.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w{1,8}));/gi, (all, hex, decimal, name) => {
    if (name !== undefined) return entities[String(name)] ?? all;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(String(hex), 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
  });
}

function* elements(xml: string): Generator<Element> {
  for (let at = xml.indexOf('<'); at >= 0; at = xml.indexOf('<', at)) {
    const end = xml.indexOf('>', at);
    if (end < 0) return;
    const tag = xml.slice(at + 1, end);
    at = end;
    const [, slash = '', name = ''] = /^(\/?)(\w+)/.exec(tag) ?? [];
    if (name === '') continue;
    const attributes: Record<string, string> = {};
    for (const [, key = '', value = ''] of tag.matchAll(/\s([\w.]+)="([^"]*)"/g)) attributes[key] = textOf(value);
    yield { name, attributes, closes: slash !== '', empty: tag.endsWith('/') };
  }
}

function nodeOf({ name, attributes }: Element, frame: Uint8Array): FieldNode {
  const { name: filter = '', showname, show = '', pos = '0', size = '0', value = '' } = attributes;
  const [offset, length] = [Number(pos), Number(size)];
  const hex = Buffer.from(frame.subarray(offset, offset + length)).toString('hex');
  const isThere = length > 0 && offset + length <= frame.length && hex === value;
  const isWhole = name === 'proto' && filter === 'frame';
  return {
    filter: filter === '' || filter === 'fake-field-wrapper' ? null : filter,
    label: showname ?? (show === '' ? filter : show),
    value: show === '' || name === 'proto' ? null : show,
    source: 0,
    offset: isThere || isWhole ? offset : 0,
    length: isThere || isWhole ? length : 0,
    generated: length === 0 && filter !== '' && !filter.startsWith('frame') && name !== 'proto',
    severity: filter === '_ws.expert' ? severityOf(attributes['showname'] ?? '') : null,
    children: [],
  };
}

function severityOf(label: string): FieldNode['severity'] {
  const [, level = ''] = /^Expert Info \((\w+)/.exec(label) ?? [];
  const levels: Record<string, FieldNode['severity']> = { Error: 'error', Warning: 'warn', Note: 'note', Chat: 'chat' };
  return levels[level] ?? null;
}

/** The layers of the last packet in the text; null where none is whole. */
export function layersOfPdml(xml: string, frame: Uint8Array): FieldNode[] | null {
  let layers: FieldNode[] | null = null;
  let open: FieldNode[] = [];
  /** Null: hidden, with everything in it. */
  const stack: (FieldNode | null)[] = [];
  for (const element of elements(xml)) {
    if (element.name === 'packet') {
      if (element.closes) layers = open;
      open = [];
      stack.length = 0;
      continue;
    }
    if (element.name !== 'proto' && element.name !== 'field') continue;
    if (element.closes) {
      stack.pop();
      continue;
    }
    const parent = stack.at(-1);
    const hidden =
      parent === null ||
      stack.length > maxDepth ||
      element.attributes['hide'] === 'yes' ||
      skipped.has(element.attributes['name'] ?? '');
    const node = hidden ? null : nodeOf(element, frame);
    if (node !== null) (parent?.children ?? open).push(node);
    if (!element.empty) stack.push(node);
  }
  return layers;
}
