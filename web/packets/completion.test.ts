import { describe, expect, it } from 'vitest';
import { completed, completionsOf, withRecent, wordAt } from './completion.ts';

const names = ['ip.src', 'ip.addr', 'tcp', 'tcp.port', 'tcp.srcport', 'udp.port'];

describe('completion in the filter bar', () => {
  it('takes the name at the cursor', () => {
    expect(wordAt('tcp.po', 6)).toEqual({ start: 0, end: 6, text: 'tcp.po' });
    expect(wordAt('dns && tcp.po == 1', 13)?.text).toBe('tcp.po');
    expect(wordAt('!tcp', 4)?.text).toBe('tcp');
    expect(wordAt('tcp.port == 80', 14)).toBeNull();
    expect(wordAt('frame contains "tcp', 19)).toBeNull();
    expect(wordAt('', 0)).toBeNull();
  });

  it('offers names that go on, nearest first', () => {
    expect(completionsOf('tcp.', names)).toEqual(['tcp.port', 'tcp.srcport']);
    expect(completionsOf('port', names)).toEqual(['tcp.port', 'udp.port']);
    expect(completionsOf('nothing', names)).toEqual([]);
  });

  it('puts the name in its place', () => {
    const text = 'dns && tcp.po == 1';
    const word = wordAt(text, 13);
    expect(word && completed(text, word, 'tcp.port')).toBe('dns && tcp.port == 1');
    expect(withRecent(['a', 'b'], 'b', 2)).toEqual(['b', 'a']);
  });
});
