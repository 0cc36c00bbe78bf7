// PostgreSQL: the first messages, and what follows a wish for TLS.
import { describe, expect, it } from 'vitest';
import { postgresTurns } from '../../test/conformance/crafted-databases.ts';
import * as f from '../../test/conformance/frames.ts';
import { openTalk, survivesDamage, timeOf } from '../../test/conformance/open-talk.ts';

describe('pgsql', () => {
  it('names the user, the database and the query', () => {
    const text = (value: string): number[] => [...f.ascii(value), 0];
    const body = [...f.u32(196_608), ...text('user'), ...text('bob'), ...text('database'), ...text('shop'), 0];
    const query = [...f.ascii('Q'), ...f.u32(13), ...text('select 1')];
    const { rows, values } = openTalk(5432, [
      ['>', [...f.u32(body.length + 4), ...body]],
      ['>', query],
    ]);
    expect(rows.map(({ info }) => info)).toEqual(['>', '>Q']);
    expect(values(0, 'pgsql.parameter_value')).toEqual(['bob', 'shop']);
    expect(values(1, 'pgsql.query')).toEqual(['select 1']);
  });

  it('goes over to TLS when the server agrees', () => {
    const alert = [21, 3, 3, 0, 2, 2, 40];
    const ask = (answer: string) =>
      openTalk(5432, [
        ['>', [...f.u32(8), ...f.u32(80_877_103)]],
        ['<', f.ascii(answer)],
        ['>', alert],
      ]).rows[2]?.protocol;
    expect(ask('S')).toBe('TLSv1.2');
    expect(ask('N')).not.toBe('TLSv1.2');
  });

  it('survives damage', () => {
    for (const turns of postgresTurns()) survivesDamage(5432, turns);
  });

  it('takes a packet of smallest messages in linear time', () => {
    const many = new Array<number[]>(10_000).fill([...f.ascii('1'), ...f.u32(4)]).flat();
    expect(timeOf(5432, [['<', many]])).toBeLessThan(2000);
  });
});
