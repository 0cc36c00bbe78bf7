import { expect, test } from 'vitest';
import { jhash } from './jhash.ts';

// Of lookup3.c's own driver (driver5): hashlittle("", 0, 0) and of "Four score and seven years ago".
test('published values of lookup3', () => {
  const bytes = [...'Four score and seven years ago'].map((c) => c.charCodeAt(0));
  expect(jhash([], 0)).toBe(0xdeadbeef);
  expect(jhash([], 0xdeadbeef)).toBe(0xbd5b7dde);
  expect(jhash(bytes, 0)).toBe(0x17770551);
  expect(jhash(bytes, 1)).toBe(0xcd628161);
});
