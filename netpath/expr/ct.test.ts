import { expect, test } from 'vitest';
import { contextOf, type Given } from '../kernel/match-cases.fixture.ts';
import { CT_STATE, CT_STATUS } from '../kernel/nft-value.ts';
import { expr } from './ct.ts';

const ask = (key: string, given: Given = {}, direction: 'original' | 'reply' | null = null) =>
  expr.evaluate({ kind: 'ct', key, direction }, contextOf(given));

test('without a connection only the state can be asked: untracked or invalid', () => {
  expect(ask('state', { connection: { attached: false, state: 'untracked' } })).toMatchObject({
    value: CT_STATE.untracked,
  });
  expect(ask('state', { connection: { attached: false, state: 'new' } })).toMatchObject({ value: CT_STATE.invalid });
  expect(ask('mark', { connection: { attached: false } })).toBeNull();
});

test('state, mark and status of a connection', () => {
  const dnat = { ip: { family: 4, a: 0, b: 0, c: 0, d: 1 }, port: 80 } as const;
  expect(ask('state', { connection: { state: 'related' } })).toMatchObject({ value: CT_STATE.related });
  expect(ask('mark', { connection: { mark: 7 } })).toMatchObject({ value: 7 });
  expect(ask('status', { connection: { dnat, seenReply: true } })).toMatchObject({
    value: CT_STATUS.dnat | CT_STATUS['seen-reply'],
  });
});

test('the reply direction is the original one turned round, after NAT', () => {
  const dnat = { ip: { family: 4, a: 0, b: 0, c: 0, d: 9 }, port: 8080 } as const;
  expect(ask('proto-dst', {}, 'original')).toMatchObject({ value: 80 });
  expect(ask('proto-src', { connection: { dnat } }, 'reply')).toMatchObject({ value: 8080 });
  expect(ask('proto-dst', {}, 'reply')).toMatchObject({ value: 40000 });
});

test('what is not known says what would settle it', () => {
  expect(ask('bytes')).toMatchObject({ unknown: 'ct bytes', settle: 'conntrack -L' });
});
