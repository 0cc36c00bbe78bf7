// MySQL: answers by what was asked, and connections that were joined late.
import { describe, expect, it } from 'vitest';
import { mysqlTurns } from '../../test/conformance/crafted-databases.ts';
import * as f from '../../test/conformance/frames.ts';
import { openTalk, survivesDamage, timeOf } from '../../test/conformance/open-talk.ts';

describe('mysql', () => {
  const packet = (number: number, body: readonly number[]): number[] => [body.length, 0, 0, number, ...body];

  it('does not take a row for an OK', () => {
    const query = packet(0, [3, ...f.ascii('select 1')]);
    const column = packet(2, [3, ...f.ascii('def'), 0, 0, 0, 1, 49, 0, 12, 63, 0, 1, 0, 0, 0, 8, 0x81, 0, 0, 0, 0]);
    const end = [0xfe, 0, 0, 2, 0];
    const { rows, values } = openTalk(3306, [
      ['>', query],
      ['<', [...packet(1, [1]), ...column, ...packet(3, end)]],
      ['<', packet(4, [0, 0, 0, 2, 0, 0, 0])],
      ['<', packet(5, end)],
      ['>', query],
      ['<', packet(1, [0, 0, 0, 2, 0, 0, 0])],
    ]);
    expect(values(0, 'mysql.query')).toEqual(['select 1']);
    expect(rows.map(({ info }) => info).slice(1)).toEqual([
      'Response TABULAR Response ',
      'Response ',
      'Response ',
      'Request Query',
      'Response  OK ',
    ]);
  });

  it('names the error', () => {
    const { rows, values } = openTalk(3306, [['<', packet(1, [0xff, 0x28, 4, ...f.ascii('#42000bad syntax')])]]);
    expect(rows[0]?.info).toBe('Response  Error 1064 ');
    expect([values(0, 'mysql.sqlstate'), values(0, 'mysql.error.message')]).toEqual([['42000'], ['bad syntax']]);
  });

  it('survives damage', () => {
    for (const turns of mysqlTurns()) survivesDamage(3306, turns);
  });

  it('takes a packet of empty packets in linear time', () => {
    expect(timeOf(3306, [['<', new Array<number>(60_000).fill(0)]])).toBeLessThan(2000);
  });
});
