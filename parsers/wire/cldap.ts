// CLDAP: LDAP in datagrams, with which Windows machines look for their domain controllers. Several messages stand in one.
import { ENTRY, isLdap, ldapMessage, operationAt } from './ldap-message.ts';
import { oneLine } from './one-line.ts';

const MAX_MESSAGES = 100;

export const protocol = oneLine({
  filter: 'cldap',
  name: 'Connectionless Lightweight Directory Access Protocol',
  column: 'CLDAP',
  attach: { udpPorts: [389] },
  header: 2,
  accepts: isLdap,
  fields: [],
  read(d, layer, from) {
    let info = '';
    let found = 0;
    for (let at = from, i = 0; at < d.end && isLdap(d.bytes, at, d.end) && i < MAX_MESSAGES; i++) {
      if (operationAt(d.bytes, at, d.end)?.tag === ENTRY) found++;
      const { text, end } = ldapMessage(d, layer, at, found);
      info += text;
      if (end <= at) break;
      at = end;
    }
    return info;
  },
});
