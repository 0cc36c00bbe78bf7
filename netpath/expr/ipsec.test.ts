import { expect, test } from 'vitest';
import { contextOf } from '../kernel/match-cases.fixture.ts';
import { expr } from './ipsec.ts';

test('nothing came out of IPsec; what goes into it is in no dump', () => {
  expect(expr.evaluate({ kind: 'ipsec', direction: 'in', key: 'spi' }, contextOf({}))).toBeNull();
  expect(expr.evaluate({ kind: 'ipsec', direction: 'out', key: 'spi' }, contextOf({}))).toMatchObject({
    settle: 'ip xfrm policy',
  });
});
