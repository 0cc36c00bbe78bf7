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
const ABANDON_REQUEST = 0x50;
const EXTENDED_REQUEST = 0x77;
const EXTENDED_RESPONSE = 0x78;
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
  [ABANDON_REQUEST, 'abandonRequest'],
  [EXTENDED_REQUEST, 'extendedReq'],
  [EXTENDED_RESPONSE, 'extendedResp'],
]);
/** Operations that begin with a result code. */
const RESULTS: ReadonlySet<number> = new Set([0x61, SEARCH_DONE, 0x67, 0x69, 0x6b, 0x6d, 0x6f, EXTENDED_RESPONSE]);
/** Operations that begin with a name. */
const NAMED: ReadonlySet<number> = new Set([SEARCH_REQUEST, ENTRY, 0x66]);
const NAME_OF: ReadonlyMap<number, string> = new Map([
  [SEARCH_REQUEST, 'baseObject'],
  [0x66, 'object'],
]);
/** And those whose name is the `entry`. */
const ENTRIES: ReadonlySet<number> = new Set([0x68, 0x6c, 0x6e]);
const CODES: ReadonlyMap<number, string> = new Map([
  [0, 'success'],
  [1, 'operationsError'],
  [2, 'protocolError'],
  [3, 'timeLimitExceeded'],
  [4, 'sizeLimitExceeded'],
  [5, 'compareFalse'],
  [6, 'compareTrue'],
  [7, 'authMethodNotSupported'],
  [8, 'strongAuthRequired'],
  [10, 'referral'],
  [11, 'adminLimitExceeded'],
  [12, 'unavailableCriticalExtension'],
  [13, 'confidentialityRequired'],
  [14, 'saslBindInProgress'],
  [16, 'noSuchAttribute'],
  [17, 'undefinedAttributeType'],
  [18, 'inappropriateMatching'],
  [19, 'constraintViolation'],
  [20, 'attributeOrValueExists'],
  [21, 'invalidAttributeSyntax'],
  [32, 'noSuchObject'],
  [33, 'aliasProblem'],
  [34, 'invalidDNSyntax'],
  [36, 'aliasDereferencingProblem'],
  [48, 'inappropriateAuthentication'],
  [49, 'invalidCredentials'],
  [50, 'insufficientAccessRights'],
  [51, 'busy'],
  [52, 'unavailable'],
  [53, 'unwillingToPerform'],
  [54, 'loopDetect'],
  [64, 'namingViolation'],
  [65, 'objectClassViolation'],
  [66, 'notAllowedOnNonLeaf'],
  [67, 'notAllowedOnRDN'],
  [68, 'entryAlreadyExists'],
  [69, 'objectClassModsProhibited'],
  [71, 'affectsMultipleDSAs'],
  [80, 'other'],
  [118, 'canceled'],
]);
const START_TLS = '1.3.6.1.4.1.1466.20037';
/** Names of extended requests; of others the list shows the number. */
const EXTENSIONS: ReadonlyMap<string, string> = new Map([
  [START_TLS, 'LDAP_START_TLS_OID'],
  ['1.3.6.1.4.1.1466.101.119.1', 'DYNAMIC_REFRESH'],
  ['1.3.6.1.4.1.4203.1.11.1', 'passwdModifyOID'],
  ['1.3.6.1.1.8', 'cancelRequestOID'],
]);
const SCOPES = ['baseObject', 'singleLevel', 'wholeSubtree'];

export const LDAP_FIELDS: readonly (readonly [string, FieldKind])[] = [
  ['ldap.messageID', 'uint'],
  ['ldap.protocolOp', 'uint'],
  ['ldap.name', 'text'],
  ['ldap.baseObject', 'text'],
  ['ldap.objectName', 'text'],
  ['ldap.object', 'text'],
  ['ldap.entry', 'text'],
  ['ldap.requestName', 'text'],
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
  // What is abandoned is named in place of the message itself.
  const shown = operation.tag === ABANDON_REQUEST ? berNumber(bytes, operation) : number;
  return { text: `${name}(${shown}) ${said(d, layer, operation, end, found)}`, end };
}

/** An object identifier with the name of its root. */
function named(oid: string): string {
  return oid.replace(/^[012]/, (root) => ['itu-t', 'iso', 'joint-iso-itu-t'][Number(root)] ?? root);
}

/** True for the request to speak TLS. */
export function asksForTls(bytes: Uint8Array, at: number, end: number): boolean {
  const operation = operationAt(bytes, at, end);
  if (operation?.tag !== EXTENDED_REQUEST) return false;
  const name = berItems(bytes, operation.from, operation.to, end, 1)[0];
  return name !== undefined && asciiText(bytes, name.from, Math.min(end, name.to)) === START_TLS;
}

/** True for an answer that grants an extended request. */
export function grants(bytes: Uint8Array, at: number, end: number): boolean {
  const operation = operationAt(bytes, at, end);
  if (operation?.tag !== EXTENDED_RESPONSE) return false;
  const code = berItems(bytes, operation.from, operation.to, end, 1)[0];
  return code !== undefined && berNumber(bytes, code) === 0;
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
    const field = `ldap.${NAME_OF.get(tag) ?? 'objectName'}`;
    d.field(layer, field, field.slice(5), name, items[0]?.from ?? operation.from, name.length);
    const scope = tag === SEARCH_REQUEST && items[1] ? berNumber(bytes, items[1]) : -1;
    if (scope >= 0 && items[1]) d.field(layer, 'ldap.scope', 'scope', scope, items[1].from, 1);
    const shown = name === '' ? '<ROOT>' : name;
    return `"${shown}" ${scope < 0 ? '' : `${SCOPES[scope] ?? ''} `}`;
  }
  if (tag === DELETE_REQUEST) return `"${textOf(d, operation)}" `;
  if (ENTRIES.has(tag)) {
    const name = textOf(d, items[0]);
    d.field(layer, 'ldap.entry', 'entry', name, items[0]?.from ?? operation.from, name.length);
    return `"${name}" `;
  }
  if (tag === EXTENDED_REQUEST && items[0] !== undefined) {
    const oid = textOf(d, items[0]);
    d.field(layer, 'ldap.requestName', 'requestName', oid, items[0].from, oid.length);
    return `${/^[0-2](\.\d+)+$/.test(oid) ? (EXTENSIONS.get(oid) ?? named(oid)) : '*** Malformed OID ***'} `;
  }
  if (!RESULTS.has(tag) || items[0] === undefined) return '';
  const code = berNumber(bytes, items[0]);
  const message = textOf(d, items[2]);
  const text = CODES.get(code) ?? `Unknown result(${code})`;
  d.node(layer, 'ldap.resultCode', `resultCode: ${text} (${code})`, String(code), items[0].from, 1);
  if (items[2]) d.field(layer, 'ldap.errorMessage', 'errorMessage', message, items[2].from, message.length);
  if (tag === EXTENDED_RESPONSE) return message === '' ? '' : `(${message}) `;
  const count = tag === SEARCH_DONE ? ` [${found} result${found === 1 ? '' : 's'}]` : '';
  return `${text} ${message === '' ? '' : `(${message}) `}${count}`;
}
