// A certificate by itself (RFC 2585), as authorities serve theirs.
import { readCertificate } from '../x509.ts';
import { bodyNode, type Media } from './media.ts';

export const media: Media = {
  filter: 'pkix-cert',
  name: 'PKIX CERT File Format',
  types: ['application/pkix-cert'],
  fields: [{ name: 'pkix-cert.cert', kind: 'none' }],
  dissect(d, body) {
    const { from, to } = body;
    const node = bodyNode(d, body, 'pkix-cert', 'PKIX CERT File Format');
    const read = readCertificate(d.bytes, from, to);
    const subject = read?.subject.map(({ type, text }) => `${type}=${text}`).join(', ') ?? '';
    const cert = d.node(
      node,
      'pkix-cert.cert',
      `Certificate${subject === '' ? '' : ` (${subject})`}`,
      null,
      from,
      to - from,
    );
    for (const { type, text, offset, length } of read?.issuer ?? [])
      d.node(cert, null, `issuer: ${type}=${text}`, null, offset, length);
    if (read?.notBefore)
      d.node(cert, null, `notBefore: ${read.notBefore.text}`, null, read.notBefore.offset, read.notBefore.length);
    if (read?.notAfter)
      d.node(cert, null, `notAfter: ${read.notAfter.text}`, null, read.notAfter.offset, read.notAfter.length);
    return { text: ` (${body.type})` };
  },
};
