// A list of revoked certificates (RFC 5280, section 5): how many it has.
import { berAt, berItems } from '../ber.ts';
import { bodyNode, type Media } from './media.ts';

const ITEMS_MOST = 100_000;

export const media: Media = {
  filter: 'x509af',
  name: 'X.509 Authentication Framework',
  types: ['application/pkix-crl'],
  fields: [{ name: 'x509af.revokedCertificates', kind: 'uint' }],
  dissect(d, body) {
    const { from, to } = body;
    const node = bodyNode(d, body, 'x509af', 'X.509 Authentication Framework');
    const whole = berAt(d.bytes, from, to);
    const list = whole === null ? null : berAt(d.bytes, whole.from, to);
    const parts = list === null ? [] : berItems(d.bytes, list.from, list.to, to, 20);
    // Behind the two names and dates stands one sequence of sequences, the revoked ones.
    const revoked = parts.find(({ tag, from: at }, i) => tag === 0x30 && i >= 3 && d.bytes[at] === 0x30);
    if (revoked !== undefined) {
      const count = berItems(d.bytes, revoked.from, revoked.to, to, ITEMS_MOST).length;
      const text = `revokedCertificates: ${count} item${count === 1 ? '' : 's'}`;
      d.node(node, 'x509af.revokedCertificates', text, String(count), revoked.from, revoked.to - revoked.from);
    }
    return { instead: { protocol: 'PKIX-CRL', info: 'Certificate Revocation List' } };
  },
};
