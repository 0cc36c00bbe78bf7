import { expect, test } from 'vitest';
import { rewriteNotes } from './rewriteText.ts';

test('what an address was and becomes, and where that is seen', () => {
  const before = { source: null, destination: '10.96.0.80:80', point: 'veth client', no: 4 };
  const after = { source: '10.1.1.1:5', destination: null, point: 'eth0', no: 9 };
  expect(rewriteNotes({ before, after })).toEqual([
    { text: 'dst was 10.96.0.80:80', title: 'The destination was 10.96.0.80:80: packet 4 at veth client (NAT)' },
    { text: 'src → 10.1.1.1:5', title: 'The source becomes 10.1.1.1:5: packet 9 at eth0 (NAT)' },
  ]);
  expect(rewriteNotes({ before: null, after: null })).toEqual([]);
});
