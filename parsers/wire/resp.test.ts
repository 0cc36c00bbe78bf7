// Redis: commands cut anywhere, and arrays that would take for ever.
import { describe, expect, it } from 'vitest';
import { redisTurns } from '../../test/conformance/crafted-databases.ts';
import * as f from '../../test/conformance/frames.ts';
import { openTalk, survivesDamage, timeOf } from '../../test/conformance/open-talk.ts';
import type { Turn } from '../../test/conformance/talk.ts';

describe('resp', () => {
  it('shows a command when it is whole, wherever it is cut', () => {
    const command = f.ascii('*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n');
    for (let cut = 1; cut < command.length; cut++) {
      const { rows, values } = openTalk(6379, [
        ['>', command.slice(0, cut)],
        ['>', command.slice(cut)],
      ]);
      expect(rows[1]?.info, `cut at ${cut}`).toBe('Request: GET key');
      expect(values(1, 'resp.array.length')).toEqual(['2']);
    }
  });

  it('is asked about by its port only', () => {
    expect(openTalk(6380, [['<', f.ascii('+OK\r\n')]]).rows[0]?.protocol).toBe('TCP');
  });

  it('does not believe lengths that are no numbers', () => {
    for (const text of ['$x\r\nabc\r\n', '*1e9\r\n', '$\r\n', '*1\r\n$0x3\r\nabc\r\n']) {
      const { rows, values } = openTalk(6379, [['<', f.ascii(text)]]);
      expect(rows[0]?.protocol, text).toMatch(/RESP|TCP/);
      expect(values(0, 'resp.bulk_string.value'), text).toEqual([]);
    }
  });

  it('survives damage', () => survivesDamage(6379, redisTurns()));

  it('takes deep, wide and endless arrays in linear time', () => {
    const deep = f.ascii('*1\r\n'.repeat(10_000));
    const wide: Turn[] = Array.from({ length: 300 }, () => [
      '<',
      f.ascii('*1000000000\r\n'.repeat(20) + ':1\r\n'.repeat(2000)),
    ]);
    expect(timeOf(6379, [['<', deep], ...wide])).toBeLessThan(4000);
  });
});
