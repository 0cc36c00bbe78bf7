import { expect, it } from 'vitest';
import { offsetsOf, textOfChunk } from './streamText.ts';

const chunk = (text: string) => ({ no: 1, toServer: true, missing: 0, bytes: btoa(text) });

it('keeps text and line ends, and shows nothing that could act on the page', () => {
  expect(textOfChunk(chunk('GET / HTTP/1.1\r\nHost: a\r\n\r\n'), 'text')).toBe('GET / HTTP/1.1\nHost: a\n\n');
  expect(textOfChunk(chunk('a\u0000\u001b[2Jb\u00ff'), 'text')).toBe('a··[2Jb·');
  expect(textOfChunk(chunk('\u00e2\u0080\u00aeabc'), 'text')).toBe('·abc');
});

it('dumps rows of 16 bytes', () => {
  expect(textOfChunk(chunk('0123456789abcdefX\n'), 'hex').split('\n')).toEqual([
    '00000000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  0123456789abcdef',
    `00000010  58 0a${' '.repeat(44)}X·`,
  ]);
});

it('counts offsets within a side, also over what is missing', () => {
  const chunks = [
    chunk('abcd'),
    { ...chunk('xyz'), toServer: false },
    chunk('e'),
    { ...chunk(''), missing: 100 },
    chunk('fg'),
    { ...chunk('12'), toServer: false },
  ];
  expect(offsetsOf(chunks)).toEqual([0, 0, 4, 5, 105, 3]);
  expect(textOfChunk(chunk('fg'), 'hex', 105)).toMatch(/^00000069 {2}66 67/);
});

it('is every byte, raw', () => {
  expect(textOfChunk(chunk('a\u0000\u00ff'), 'raw')).toBe('6100ff');
});
