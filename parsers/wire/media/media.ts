// The interface of bodies: what a media type (`text/html`) means, wherever it is carried: HTTP/1, HTTP/2, parts of a multipart body.
// Adding one is adding one file that exports `media`. Surprise: a body is never its carrier's business; what it does to the columns of
// the packet list is handed back, because every carrier puts it in its own place.
import { decodeUtf8 } from '../../capture/utf8.ts';
import type { Dissection } from '../dissection.ts';
import type { FieldNode } from '../field.ts';
import type { FieldSpec } from '../protocol.ts';

export interface Body {
  /** Lower case, without parameters; empty when nothing says what it is. */
  readonly type: string;
  /** What follows the type in the header, ` charset=utf-8; boundary="x"`. */
  readonly parameters: string;
  /** Where it stands in `d.bytes`. */
  readonly from: number;
  readonly to: number;
  /** Packed in a way that is not undone: what the type does to the list is known, what is in it is not. */
  readonly isPacked: boolean;
  /** A part of another body: its nodes go there and are no layers of the packet. */
  readonly parent: FieldNode | null;
}

/** What a body does to the list. */
export interface MediaColumns {
  /** In place of the carrier's protocol and text, `OCSP`. */
  readonly instead?: { readonly protocol: string; readonly info: string };
  /** Behind the carrier's protocol, `/JSON`. */
  readonly suffix?: string;
  /** Behind the carrier's text, ` (text/html)`. */
  readonly text?: string;
}

export interface Media {
  /** Display-filter name of the layer, `json`. */
  readonly filter: string;
  readonly name: string;
  /** Media types whose bodies it reads. */
  readonly types: readonly string[];
  /** True for bytes that can be nothing else: asked where the type has no reader, or its reader refused. */
  knows?(bytes: Uint8Array, from: number, to: number): boolean;
  readonly fields: readonly FieldSpec[];
  /** What a body of such a type does to the list whatever its bytes are; left out where they decide. */
  columns?(type: string): MediaColumns;
  /** Adds its layer; null, with nothing added, when the bytes are something else. `inner` reads a body inside this one. */
  dissect(d: Dissection, body: Body, inner: (body: Body) => MediaColumns): MediaColumns | null;
}

/** The node that a body begins with: a layer of the packet, or a node of the body that it is a part of. */
export function bodyNode(d: Dissection, { parent, from, to }: Body, filter: string, label: string): FieldNode {
  return parent === null
    ? d.layer(filter, label, from, to - from)
    : d.node(parent, filter, label, null, from, to - from);
}

/** Nodes a body may have: a page of the packet list reads many of them. What is left out is said. */
export const NODES_MOST = 2000;

/** The text between two places, with what does not print as the tree shows it. */
export function shownText(bytes: Uint8Array, from: number, to: number): string {
  return [...decodeUtf8(bytes.subarray(from, to))].map(shown).join('');
}

function shown(character: string): string {
  if (character >= ' ' && character !== '\x7f') return character;
  return ESCAPES.get(character) ?? '\ufffd';
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);
