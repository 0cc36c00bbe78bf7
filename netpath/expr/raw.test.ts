import { expect, test } from 'vitest';
import { contextOf, type Given } from '../kernel/match-cases.fixture.ts';
import { expr } from './raw.ts';

const ask = (base: string, offset: number, length: number, given: Given = {}) =>
  expr.evaluate({ kind: 'raw', base, offset, length }, contextOf(given));

test('bits of the headers, as far as the packet tells them', () => {
  expect(ask('th', 16, 16)).toMatchObject({ type: 'number', value: 80 });
  expect(ask('nh', 72, 8)).toMatchObject({ value: 6 });
  expect(ask('nh', 4, 4)).toMatchObject({ value: 5 });
  expect(ask('nh', 96, 64)).toMatchObject({ type: 'hex', value: 'a0000010a000002' });
  expect(ask('ll', 96, 16)).toMatchObject({ value: 0x0800 });
});

test('beyond the end of the packet the rule ends; what nobody told is unknown', () => {
  expect(ask('th', 480, 16)).toBeNull();
  expect(ask('th', 32, 32)).toMatchObject({ settle: 'a capture of the packet' });
  expect(ask('ih', 0, 8)).toMatchObject({ settle: 'a capture of the packet' });
});
