import { expect, it } from 'vitest';
import { withRecent } from './recentFilters.ts';

it('keeps the newest first, each once, and not too many', () => {
  expect(withRecent(['a', 'b'], 'b', 2)).toEqual(['b', 'a']);
  expect(withRecent(['a', 'b'], 'c', 2)).toEqual(['c', 'a']);
});
