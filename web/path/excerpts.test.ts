import { describe, expect, it } from 'vitest';
import { excerpts } from './excerpts.ts';

describe('parts of a long line', () => {
  const text = `${'x'.repeat(1000)}{"dst":"10.96.0.80"}${'y'.repeat(1000)}`;

  it('shows what the claims were read from', () => {
    expect(excerpts(text, ['{"dst":"10.96.0.80"}', '{"dst":"10.96.0.80"}'])).toEqual(['…{"dst":"10.96.0.80"}…']);
  });

  it('shows the beginning when no claim is found, and not everything when there are many', () => {
    expect(excerpts(text, ['nowhere'])).toEqual([`${'x'.repeat(480)}…`]);
    const items = Array.from({ length: 20 }, (_, i) => `{"item":${i}}`);
    expect(excerpts(items.join(), items)).toHaveLength(6);
  });
});
