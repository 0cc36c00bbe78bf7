import { expect, test } from 'vitest';
import type { Engine } from '../capture/engine.ts';
import { scriptedSystem } from '../system/scripted.ts';
import { checksOf } from './privileges.ts';

const libpcap: Engine = {
  name: 'libpcap',
  countsDrops: false,
  holdsBackMs: 0,
  cannot: () => null,
  start: () => {
    throw new Error('not here');
  },
};

const tcpdumpCheck = async (second: Engine | null) =>
  (await checksOf(scriptedSystem(), async () => second)).find((c) => c.name === 'tcpdump');

test('without tcpdump nothing can be captured, unless libpcap can be used in the process', async () => {
  expect(await tcpdumpCheck(null)).toMatchObject({
    ok: false,
    capture: true,
    remedy: expect.stringContaining('tcpdump'),
  });
  expect(await tcpdumpCheck(libpcap)).toMatchObject({
    ok: false,
    capture: false,
    detail: expect.stringContaining('veths, lo and any'),
    remedy: expect.stringContaining('apt-get install tcpdump'),
  });
});
