import { expect, test } from 'vitest';
import { contextOf } from '../kernel/match-cases.fixture.ts';
import { expr } from './osf.ts';

test('of a SYN it is unknown, all others end the rule', () => {
  expect(expr.evaluate({ kind: 'osf', key: 'name' }, contextOf({}))).toMatchObject({ unknown: expect.any(String) });
  expect(expr.evaluate({ kind: 'osf', key: 'name' }, contextOf({ packet: { tcpFlags: 16 } }))).toBeNull();
  expect(expr.evaluate({ kind: 'osf', key: 'name' }, contextOf({ packet: { protocol: 17 } }))).toBeNull();
});
