// LDAP (RFC 4511) over TCP, until it goes on as TLS; the messages themselves are read by ldap-message.ts.
import { berAt } from './ber.ts';
import { asksForTls, ENTRY, grants, isLdap, LDAP_FIELDS, ldapMessage, operationAt } from './ldap-message.ts';
import { oneLine } from './one-line.ts';
import { NOT_MINE, ONE_MORE, type StreamReader } from './stream-reading.ts';

class LdapStream implements StreamReader {
  switchTo: string | null = null;
  private entries = 0;
  private asksTls = false;

  size(bytes: Uint8Array, at: number, end: number): number {
    if (!isLdap(bytes, at, end)) return NOT_MINE;
    const whole = berAt(bytes, at, end);
    if (whole === null) return end - at < 6 ? ONE_MORE : NOT_MINE;
    return whole.to - at;
  }

  /** How many entries the connection has given so far. */
  take(bytes: Uint8Array, at: number, end: number): number {
    if (this.asksTls && grants(bytes, at, end)) this.switchTo = 'tls';
    if (asksForTls(bytes, at, end)) this.asksTls = true;
    if (operationAt(bytes, at, end)?.tag === ENTRY) this.entries++;
    return this.entries;
  }
}

export const protocol = oneLine({
  filter: 'ldap',
  name: 'Lightweight Directory Access Protocol',
  column: 'LDAP',
  attach: { tcpPorts: [389, 3268] },
  header: 2,
  separator: ' | ',
  accepts: isLdap,
  fields: LDAP_FIELDS,
  stream: () => new LdapStream(),
  read(d, layer, at) {
    const { text, end } = ldapMessage(d, layer, at, typeof d.note === 'number' ? d.note : 0);
    d.at = end;
    return text;
  },
});
