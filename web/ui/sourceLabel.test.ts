import { describe, expect, it } from 'vitest';
import { placeText, shortPlaces } from './sourceLabel.ts';

const at = (file: string, line: number) => ({ file, line, text: '' });

describe('places in running text', () => {
  it('leaves the folder out, and the file where it was just named', () => {
    const code = (text: string, file: string, line: number) => ({
      text,
      kind: 'code' as const,
      source: at(file, line),
    });
    const texts = shortPlaces([
      code('b/ipt.txt:46', 'b/ipt.txt', 46),
      { text: ' before ', kind: 'text' },
      code('b/ipt.txt:47', 'b/ipt.txt', 47),
      code('10.0.0.1', 'b/ip.json', 48),
      code('b/ip.json:1', 'b/ip.json', 1),
      code('b/ip.json:2', 'b/ip.json', 2),
    ]).map(({ text }) => text);
    expect(texts).toEqual(['ipt.txt:46', ' before ', ':47', '10.0.0.1', 'ip.json:1', ':2']);
    expect(placeText(at('iptables-save', 3))).toBe('iptables-save:3');
  });
});
