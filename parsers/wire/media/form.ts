// What a form of a web page sends: `name=value&name=value`, each percent-encoded (WHATWG URL, application/x-www-form-urlencoded).
import { decodeUtf8, encodeUtf8 } from '../../capture/utf8.ts';
import { leftOut } from './lines.ts';
import { bodyNode, type Media, NODES_MOST } from './media.ts';

const AMPERSAND = 0x26;

function plain(text: string): string {
  const bytes: number[] = [];
  const raw = encodeUtf8(text.replaceAll('+', ' '));
  for (let at = 0; at < raw.length; at++) {
    const digits = raw[at] === 0x25 ? decodeUtf8(raw.subarray(at + 1, at + 3)) : '';
    const isEscape = /^[0-9a-fA-F]{2}$/.test(digits);
    bytes.push(isEscape ? Number.parseInt(digits, 16) : (raw[at] ?? 0));
    if (isEscape) at += 2;
  }
  return decodeUtf8(Uint8Array.from(bytes));
}

export const media: Media = {
  filter: 'urlencoded-form',
  name: 'HTML Form URL Encoded',
  types: ['application/x-www-form-urlencoded'],
  fields: [
    { name: 'urlencoded-form.key', kind: 'text' },
    { name: 'urlencoded-form.value', kind: 'text' },
  ],
  dissect(d, body) {
    const { from, to, type } = body;
    const node = bodyNode(d, body, 'urlencoded-form', `HTML Form URL Encoded: ${type}`);
    let items = 0;
    for (let at = from; at < to; items++) {
      const found = d.bytes.indexOf(AMPERSAND, at);
      const end = found < 0 || found > to ? to : found;
      if (items < NODES_MOST) {
        const [key = '', ...rest] = decodeUtf8(d.bytes.subarray(at, end)).split('=');
        const name = plain(key);
        const value = plain(rest.join('='));
        const item = d.node(node, null, `Form item: "${name}" = "${value}"`, null, at, end - at);
        d.field(item, 'urlencoded-form.key', 'Key', name, at, Math.min(key.length, end - at));
        const valueAt = Math.min(end, at + key.length + 1);
        d.field(item, 'urlencoded-form.value', 'Value', value, valueAt, end - valueAt);
      }
      at = end + 1;
    }
    if (items > NODES_MOST) leftOut(d, node, items - NODES_MOST, 'items');
    return { text: ` (${type})` };
  },
};
