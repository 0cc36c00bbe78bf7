// MongoDB: the command of a message, and documents that lie about their size.
import { describe, expect, it } from 'vitest';
import { mongoTurns } from '../../test/conformance/crafted-databases.ts';
import * as f from '../../test/conformance/frames.ts';
import { openTalk, survivesDamage, timeOf } from '../../test/conformance/open-talk.ts';

describe('mongo', () => {
  it('names the command, the collection and the database', () => {
    const { rows, values } = openTalk(27_017, mongoTurns());
    expect(rows[0]).toMatchObject({ protocol: 'MONGO', info: 'Request : Extensible Message Format' });
    expect(values(0, 'mongo.element.name')).toEqual(['find', 'limit', '$db']);
    expect(values(0, 'mongo.element.value.string')).toEqual(['orders', 'shop']);
    expect(rows[3]?.info).toBe('Response : Reply');
    expect(values(5, 'mongo.opcode')).toEqual(['2013']);
  });

  it('does not claim TLS, or an unknown message, on its port', () => {
    expect(openTalk(27_017, [['>', [22, 3, 1, 0, 4, 1, 0, 0, 0]]]).rows[0]?.protocol).not.toBe('MONGO');
    expect(openTalk(27_017, [['>', [16, 0, 0, 0, ...f.u32(0), ...f.u32(0), 1, 2, 3, 4]]]).rows[0]?.protocol).toBe(
      'TCP',
    );
  });

  it('survives damage', () => survivesDamage(27_017, mongoTurns()));

  it('takes a segment of empty messages in linear time', () => {
    const empty = [16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xdd, 7, 0, 0];
    expect(timeOf(27_017, [['>', new Array<number[]>(3500).fill(empty).flat()]])).toBeLessThan(2000);
  });
});
