// AMQP: methods with what they are about, frames cut anywhere.
import { describe, expect, it } from 'vitest';
import { amqpTurns } from '../../test/conformance/crafted-databases.ts';
import * as f from '../../test/conformance/frames.ts';
import { openTalk, survivesDamage, timeOf } from '../../test/conformance/open-talk.ts';

describe('amqp', () => {
  it('says what a message is published to, wherever the frame is cut', () => {
    const body = [0, 60, 0, 40, 0, 0, 2, ...f.ascii('ex'), 3, ...f.ascii('key'), 0];
    const frame = [1, 0, 1, ...f.u32(body.length), ...body, 0xce];
    for (let cut = 1; cut < frame.length; cut++) {
      const { rows, values } = openTalk(5672, [
        ['>', frame.slice(0, cut)],
        ['>', frame.slice(cut)],
      ]);
      expect(rows[1]?.info, `cut at ${cut}`).toBe('Basic.Publish x=ex rk=key ');
      expect(values(1, 'amqp.method.method')).toEqual(['40']);
    }
  });

  it('does not claim what is no frame', () => {
    expect(openTalk(5672, [['>', f.ascii('GET / HTTP')]]).rows[0]?.protocol).toBe('TCP');
  });

  it('survives damage', () => {
    for (const turns of amqpTurns()) survivesDamage(5672, turns);
  });

  it('takes a segment of heartbeats in linear time', () => {
    const many = new Array<number[]>(7000).fill([8, 0, 0, 0, 0, 0, 0, 0xce]).flat();
    expect(timeOf(5672, [['>', many]])).toBeLessThan(2000);
  });
});
