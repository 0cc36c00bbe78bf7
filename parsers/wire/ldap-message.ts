// One LDAP message (RFC 4511): its number, its operation, and what the list says of it; over TCP as LDAP, over UDP as CLDAP.
// Surprise: Wireshark counts the entries of all searches of a connection together.
import { type BerItem, berAt, berItems, berNumber } from './ber.ts';
import { asciiText, type Dissection } from './dissection.ts';
import type { FieldNode } from './field.ts';
import type { FieldKind } from './protocol.ts';

const SEQUENCE = 0x30;
export const ENTRY = 0x64;
export const SEARCH_DONE = 0x65;
const BIND_REQUEST = 0x60;
const SEARCH_REQUEST = 0x63;
const DELETE_REQUEST = 0x4a;
const SASL = 0xa3;
const OPERATIONS: ReadonlyMap<number, string> = new Map([
  [BIND_REQUEST, 'bindRequest'],
  [0x61, 'bindResponse'],
  [0x42, 'unbindRequest'],
  [SEARCH_REQUEST, 'searchRequest'],
  [ENTRY, 'searchResEntry'],
  [SEARCH_DONE, 'searchResDone'],
  [0x73, 'searchResRef'],
  [0x66, 'modifyRequest'],
  [0x67, 'modifyResponse'],
  [0x68, 'addRequest'],
  [0x69, 'addResponse'],
  [DELETE_REQUEST, 'delRequest'],
  [0x6b, 'delResponse'],
  [0x6c, 'modDNRequest'],
  [0x6d, 'modDNResponse'],
  [0x6e, 'compareRequest'],
  [0x6f, 'compareResponse'],
  [0x50, 'abandonRequest'],
  [0x77, 'extendedReq'],
  [0x78, 'extendedResp'],
]);
/** Operations that begin with a result code. */
const RESULTS: ReadonlySet<number> = new Set([0x61, SEARCH_DONE, 0x67, 0x69, 0x6b, 0x6d, 0x6f, 0x78]);
/** Operations that begin with a name. */
const NAMED: ReadonlySet<number> = new Set([SEARCH_REQUEST, ENTRY, 0x66, 0x68]);
const CODES: ReadonlyMap<number, string> = new Map([
  [0, 'success'],
  [1, 'operationsError'],
  [2, 'protocolError'],
  [3, 'timeLimitExceeded'],
  [4, 'sizeLimitExceeded'],
  [7, 'authMethodNotSupported'],
  [8, 'strongAuthRequired'],
  [10, 'referral'],
  [14, 'saslBindInProgress'],
  [16, 'noSuchAttribute'],
  [32, 'noSuchObject'],
  [34, 'invalidDNSyntax'],
  [48, 'inappropriateAuthentication'],
  [49, 'invalidCredentials'],
  [50, 'insufficientAccessRights'],
  [51, 'busy'],
  [52, 'unavailable'],
  [53, 'unwillingToPerform'],
  [65, 'objectClassViolation'],
  [68, 'entryAlreadyExists'],
  [80, 'other'],
]);
const SCOPES = ['baseObject', 'singleLevel', 'wholeSubtree'];

export const LDAP_FIELDS: readonly (readonly [string, FieldKind])[] = [
  ['ldap.messageID', 'uint'],
  ['ldap.protocolOp', 'uint'],
  ['ldap.name', 'text'],
  ['ldap.baseObject', 'text'],
  ['ldap.objectName', 'text'],
  ['ldap.scope', 'uint'],
  ['ldap.resultCode', 'uint'],
  ['ldap.errorMessage', 'text'],
];

/** True when an LDAP message may begin at `at`. */
export function isLdap(bytes: Uint8Array | DataView, at: number, end: number): boolean {
  return at < end && (bytes instanceof DataView ? bytes.getUint8(at) : bytes[at]) === SEQUENCE;
}

/** The operation of the message that begins at `at`. */
export function operationAt(bytes: Uint8Array, at: number, end: number): BerItem | null {
  const whole = berAt(bytes, at, end);
  return whole === null ? null : (berItems(bytes, whole.from, whole.to, end, 2)[1] ?? null);
}

/** Adds the message's fields; the answer is its text, and where it ends. `found` entries were counted before it. */
export function ldapMessage(
  d: Dissection,
  layer: FieldNode,
  at: number,
  found: number,
): { readonly text: string; readonly end: number } {
  const { bytes } = d;
  const whole = berAt(bytes, at, d.end);
  if (whole === null) return { text: '', end: d.end };
  const end = Math.min(d.end, whole.to);
  if (whole.to > d.end && d.wireEnd > d.end) d.needAt(d.end, whole.to - d.end, 'ldap');
  const [id, operation] = berItems(bytes, whole.from, whole.to, d.end, 2);
  if (id === undefined || operation === undefined) return { text: '', end };
  const number = berNumber(bytes, id);
  const name = OPERATIONS.get(operation.tag) ?? 'unknown';
  d.field(layer, 'ldap.messageID', 'messageID', number, id.from, id.to - id.from);
  const op = operation.tag & 31;
  d.node(layer, 'ldap.protocolOp', `protocolOp: ${name} (${op})`, String(op), operation.from, end - operation.from);
  return { text: `${name}(${number}) ${said(d, layer, operation, end, found)}`, end };
}

function textOf(d: Dissection, item: BerItem | undefined): string {
  return item === undefined ? '' : asciiText(d.bytes, item.from, Math.min(d.end, item.to));
}

function said(d: Dissection, layer: FieldNode, operation: BerItem, end: number, found: number): string {
  const { bytes } = d;
  const { tag } = operation;
  const items = berItems(bytes, operation.from, operation.to, end, 4);
  if (tag === BIND_REQUEST) {
    const name = textOf(d, items[1]);
    d.field(layer, 'ldap.name', 'name', name, items[1]?.from ?? operation.from, name.length);
    return `"${name === '' ? '<ROOT>' : name}" ${items[2]?.tag === SASL ? 'sasl' : 'simple'} `;
  }
  if (NAMED.has(tag)) {
    const name = textOf(d, items[0]);
    const field = tag === SEARCH_REQUEST ? 'ldap.baseObject' : 'ldap.objectName';
    d.field(layer, field, field.slice(5), name, items[0]?.from ?? operation.from, name.length);
    const scope = tag === SEARCH_REQUEST && items[1] ? berNumber(bytes, items[1]) : -1;
    if (scope >= 0 && items[1]) d.field(layer, 'ldap.scope', 'scope', scope, items[1].from, 1);
    const shown = name === '' ? '<ROOT>' : name;
    return `"${shown}" ${scope < 0 ? '' : `${SCOPES[scope] ?? ''} `}`;
  }
  if (tag === DELETE_REQUEST) return `"${textOf(d, operation)}" `;
  if (!RESULTS.has(tag) || items[0] === undefined) return '';
  const code = berNumber(bytes, items[0]);
  const message = textOf(d, items[2]);
  const text = CODES.get(code) ?? `Unknown result(${code})`;
  d.node(layer, 'ldap.resultCode', `resultCode: ${text} (${code})`, String(code), items[0].from, 1);
  if (items[2]) d.field(layer, 'ldap.errorMessage', 'errorMessage', message, items[2].from, message.length);
  const count = tag === SEARCH_DONE ? ` [${found} result${found === 1 ? '' : 's'}]` : '';
  return `${text} ${message === '' ? '' : `(${message}) `}${count}`;
}
