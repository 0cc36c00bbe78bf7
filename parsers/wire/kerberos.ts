// Kerberos 5 (RFC 4120), over UDP and TCP: which message, and which error.
import { berAt, berItems, berNumber } from './ber.ts';
import { oneLine } from './one-line.ts';
import { NOT_MINE, ONE_MORE, sizedBy } from './stream-reading.ts';

const MESSAGES: ReadonlyMap<number, string> = new Map([
  [0x6a, 'AS-REQ'],
  [0x6b, 'AS-REP'],
  [0x6c, 'TGS-REQ'],
  [0x6d, 'TGS-REP'],
  [0x6e, 'AP-REQ'],
  [0x6f, 'AP-REP'],
  [0x74, 'KRB-SAFE'],
  [0x75, 'KRB-PRIV'],
  [0x76, 'KRB-CRED'],
  [0x7e, 'KRB-ERROR'],
]);
const ERROR = 0x7e;
const ERROR_CODE = 0xa6;
const MESSAGE_TYPE_OF_REQUEST = 0xa2;
const MESSAGE_TYPE = 0xa1;
const ERRORS: ReadonlyMap<number, string> = new Map([
  [1, 'KRB5KDC_ERR_NAME_EXP'],
  [3, 'KRB5KDC_ERR_BAD_PVNO'],
  [6, 'KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN'],
  [7, 'KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN'],
  [12, 'KRB5KDC_ERR_POLICY'],
  [13, 'KRB5KDC_ERR_BADOPTION'],
  [14, 'KRB5KDC_ERR_ETYPE_NOSUPP'],
  [18, 'KRB5KDC_ERR_CLIENT_REVOKED'],
  [23, 'KRB5KDC_ERR_KEY_EXP'],
  [24, 'KRB5KDC_ERR_PREAUTH_FAILED'],
  [25, 'KRB5KDC_ERR_PREAUTH_REQUIRED'],
  [31, 'KRB5KRB_AP_ERR_BAD_INTEGRITY'],
  [32, 'KRB5KRB_AP_ERR_TKT_EXPIRED'],
  [34, 'KRB5KRB_AP_ERR_REPEAT'],
  [36, 'KRB5KRB_AP_ERR_BADMATCH'],
  [37, 'KRB5KRB_AP_ERR_SKEW'],
  [41, 'KRB5KRB_AP_ERR_MODIFIED'],
  [52, 'KRB5KRB_ERR_RESPONSE_TOO_BIG'],
  [60, 'KRB5KRB_ERR_GENERIC'],
  [68, 'KDC_ERR_WRONG_REALM'],
]);

/** Where the message begins: behind the length that stands before it over TCP. */
function start(view: DataView, at: number, end: number): number {
  if (at < end && MESSAGES.has(view.getUint8(at))) return at;
  return at + 5 <= end && view.getUint8(at) === 0 && MESSAGES.has(view.getUint8(at + 4)) ? at + 4 : -1;
}

export const protocol = oneLine({
  filter: 'kerberos',
  name: 'Kerberos',
  column: 'KRB5',
  attach: { udpPorts: [88], tcpPorts: [88] },
  header: 2,
  separator: ' ',
  accepts: (view, at, end) => start(view, at, end) >= 0,
  fields: [
    ['kerberos.msg_type', 'uint'],
    ['kerberos.error_code', 'uint'],
  ],
  stream: sizedBy((bytes, at, end) => {
    if ((bytes[at] ?? 0) !== 0) return NOT_MINE;
    if (end - at < 5) return ONE_MORE;
    if (!MESSAGES.has(bytes[at + 4] ?? 0)) return NOT_MINE;
    return 4 + (((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0));
  }),
  read(d, layer, at) {
    const { bytes, view } = d;
    const from = start(view, at, d.end);
    const end = from === at ? d.end : Math.min(d.end, at + 4 + view.getUint32(at));
    const tag = view.getUint8(from);
    const name = MESSAGES.get(tag) ?? '';
    d.at = end;
    const outer = berAt(bytes, from, end);
    const body = outer === null ? null : berAt(bytes, outer.from, end);
    if (body === null) return name;
    if (body.to > end && d.wireEnd > d.end) d.needAt(end, body.to - end, 'kerberos');
    const items = berItems(bytes, body.from, body.to, end, 20);
    const number = (wanted: number): number | null => {
      const item = items.find((one) => one.tag === wanted);
      const value = item ? berAt(bytes, item.from, end) : null;
      return value === null ? null : berNumber(bytes, value);
    };
    const isRequest = tag === 0x6a || tag === 0x6c;
    const type = number(isRequest ? MESSAGE_TYPE_OF_REQUEST : MESSAGE_TYPE);
    if (type !== null) d.field(layer, 'kerberos.msg_type', 'msg-type', type, body.from, 0);
    if (tag !== ERROR) return name;
    const code = number(ERROR_CODE);
    if (code === null) return 'KRB Error';
    const text = ERRORS.get(code) ?? `Unknown error code ${code}`;
    d.node(layer, 'kerberos.error_code', `error-code: ${text} (${code})`, String(code), body.from, 0);
    return `KRB Error: ${text}`;
  },
});
