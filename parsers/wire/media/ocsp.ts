// OCSP (RFC 6960) over HTTP: whether a certificate is still good. Requests and responses have a type each.
import { type BerItem, berAt, berItems, berNumber } from '../ber.ts';
import { type Dissection, hexBytes } from '../dissection.ts';
import type { FieldNode } from '../field.ts';
import { type Body, bodyNode, type Media } from './media.ts';

const ITEMS_MOST = 100;
const STATUSES: ReadonlyMap<number, string> = new Map([
  [0, 'successful'],
  [1, 'malformedRequest'],
  [2, 'internalError'],
  [3, 'tryLater'],
  [5, 'sigRequired'],
  [6, 'unauthorized'],
]);
const CERTIFICATE: ReadonlyMap<number, string> = new Map([
  [0, 'good'],
  [1, 'revoked'],
  [2, 'unknown'],
]);
const GENERALIZED_TIME = 0x18;
const OCTET_STRING = 4;

function within(d: Dissection, item: BerItem | undefined, end: number): BerItem[] {
  return item === undefined ? [] : berItems(d.bytes, item.from, item.to, end, ITEMS_MOST);
}

function serial(d: Dissection, node: FieldNode, certId: BerItem | undefined, end: number): void {
  const item = within(d, certId, end)[3];
  if (item === undefined) return;
  const text = hexBytes(d.bytes, item.from, Math.min(item.to, end));
  d.field(node, 'ocsp.serialNumber', 'serialNumber', text, item.from, item.to - item.from);
}

function time(d: Dissection, node: FieldNode, name: string, item: BerItem | undefined): void {
  if (item?.tag !== GENERALIZED_TIME) return;
  const text = String.fromCharCode(...d.bytes.subarray(item.from, Math.min(item.to, item.from + 32)));
  const read = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  const shown = read === null ? text : `${read.slice(1, 4).join('-')} ${read.slice(4, 7).join(':')} (UTC)`;
  d.field(node, `ocsp.${name}`, name, shown, item.from, item.to - item.from);
}

function responses(d: Dissection, node: FieldNode, bytes: BerItem | undefined, end: number): void {
  const [outer] = within(d, bytes, end);
  const octets = within(d, outer, end).find(({ tag }) => tag === OCTET_STRING);
  const basic = octets === undefined ? null : berAt(d.bytes, octets.from, end);
  const [tbs] = basic === null ? [] : within(d, basic, end);
  const parts = within(d, tbs, end);
  time(
    d,
    node,
    'producedAt',
    parts.find(({ tag }) => tag === GENERALIZED_TIME),
  );
  for (const one of within(
    d,
    parts.find(({ tag }) => tag === 0x30),
    end,
  )) {
    const [certId, status, thisUpdate, next] = within(d, one, end);
    const single = d.node(node, 'ocsp.SingleResponse_element', 'SingleResponse', null, one.from, one.to - one.from);
    serial(d, single, certId, end);
    if (status !== undefined) {
      const number = status.tag & 31;
      const text = `certStatus: ${CERTIFICATE.get(number) ?? 'unknown choice'} (${number})`;
      d.node(single, 'ocsp.certStatus', text, String(number), status.from - 2, status.to - status.from + 2);
    }
    time(d, single, 'thisUpdate', thisUpdate);
    time(d, single, 'nextUpdate', next?.tag === 0xa0 ? within(d, next, end)[0] : undefined);
  }
}

function response(d: Dissection, body: Body, node: FieldNode): void {
  const whole = berAt(d.bytes, body.from, body.to);
  const [status, bytes] = whole === null ? [] : within(d, whole, body.to);
  if (status === undefined) {
    d.malformed('ocsp', body.from, 'This is no OCSP response.');
    return;
  }
  const code = berNumber(d.bytes, status);
  const text = `responseStatus: ${STATUSES.get(code) ?? 'Unknown'} (${code})`;
  d.node(node, 'ocsp.responseStatus', text, String(code), status.from, status.to - status.from);
  responses(d, node, bytes, body.to);
}

function request(d: Dissection, body: Body, node: FieldNode): void {
  const whole = berAt(d.bytes, body.from, body.to);
  const [tbs] = whole === null ? [] : within(d, whole, body.to);
  const list = within(d, tbs, body.to).find(({ tag }) => tag === 0x30);
  for (const one of within(d, list, body.to)) {
    const item = d.node(node, 'ocsp.Request_element', 'Request', null, one.from, one.to - one.from);
    serial(d, item, within(d, one, body.to)[0], body.to);
  }
}

export const media: Media = {
  filter: 'ocsp',
  name: 'Online Certificate Status Protocol',
  types: ['application/ocsp-request', 'application/ocsp-response'],
  fields: [
    { name: 'ocsp.responseStatus', kind: 'uint' },
    { name: 'ocsp.certStatus', kind: 'uint' },
    { name: 'ocsp.serialNumber', kind: 'bytes' },
    { name: 'ocsp.producedAt', kind: 'text' },
    { name: 'ocsp.thisUpdate', kind: 'text' },
    { name: 'ocsp.nextUpdate', kind: 'text' },
    { name: 'ocsp.SingleResponse_element', kind: 'none' },
    { name: 'ocsp.Request_element', kind: 'none' },
  ],
  dissect(d, body) {
    const node = bodyNode(d, body, 'ocsp', 'Online Certificate Status Protocol');
    const isResponse = body.type === 'application/ocsp-response';
    if (isResponse) response(d, body, node);
    else request(d, body, node);
    return { instead: { protocol: 'OCSP', info: isResponse ? 'Response' : 'Request' } };
  },
};
