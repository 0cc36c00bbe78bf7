// A protocol of which the list shows one line and the tree a few fields: what its file says, made into both decoders.
// Surprise: `accepts` is asked by the hot decoder too, so it looks at bytes alone and must cope with any of them.
import type { Dissection } from './dissection.ts';
import type { FrameFacts } from './facts.ts';
import type { FieldNode } from './field.ts';
import type { Attachments, FieldKind, Protocol } from './protocol.ts';
import type { StreamReader } from './stream-reading.ts';

export interface OneLine {
  readonly filter: string;
  readonly name: string;
  /** As in the list's protocol column. */
  readonly column: string;
  readonly attach: Attachments;
  /** Bytes that must be there for `read`. */
  readonly header: number;
  readonly fields: readonly (readonly [name: string, kind: FieldKind])[];
  /** False when the bytes from `at` to `end` are another protocol's; asked for payloads of ports. */
  readonly accepts?: (view: DataView, at: number, end: number) => boolean;
  /** Adds fields and gives the list's text, with another column where the kind of message decides that. May set `d.next`, and `d.at` where a payload begins or the next message does. */
  readonly read: (d: Dissection, layer: FieldNode, at: number) => string | readonly [column: string, info: string];
  /** Between two messages of one segment. */
  readonly separator?: string;
  readonly stream?: (byPort: boolean) => StreamReader;
}

/** True when the payload is sent to one of these ports; of both, the side is that of the destination. */
export function isToPort(d: Dissection, ports: readonly number[]): boolean {
  const carrier = d.layers.filter(({ filter }) => filter === 'tcp' || filter === 'udp').at(-1);
  const port = carrier?.children.find(({ filter }) => filter === `${carrier.filter}.dstport`)?.value;
  return port !== undefined && port !== null && ports.includes(Number(port));
}

export function oneLine(spec: OneLine): Protocol {
  const { filter, name, column, attach, header, fields, accepts, read, separator, stream } = spec;
  function index(facts: FrameFacts): boolean {
    if (accepts && !accepts(facts.view, facts.at, facts.end)) return false;
    facts.has(header);
    return true;
  }
  function dissect(d: Dissection): void {
    const { at } = d;
    if (accepts && !accepts(d.view, at, d.end)) return;
    const isFirst = !d.continued;
    if (isFirst) d.setProtocol(column, '');
    const layer = d.layer(filter, name, at, d.left);
    d.at = d.end;
    if (!d.needAt(at, header, filter)) return;
    const said = read(d, layer, at);
    const [shown, info] = typeof said === 'string' ? [column, said] : said;
    layer.length = d.at - at;
    const text = `${isFirst && !d.locked ? (d.flow?.prefix ?? '') : ''}${info}`;
    if (separator === undefined) d.setProtocol(shown, text);
    else d.addInfo(shown, text, separator);
  }
  const specs = fields.map(([field, kind]) => ({ name: field, kind }));
  return { filter, name, attach, fields: specs, index, dissect, ...(stream ? { stream } : {}) };
}
