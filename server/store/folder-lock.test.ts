import { expect, test } from 'vitest';
import { scriptedSystem } from '../system/scripted.ts';
import { lockFolder } from './folder-lock.ts';

const stat = (pid: number, start: number) => `${pid} (node x) S ${'0 '.repeat(18)}${start} 0`;
const proc = { '/proc/self/stat': stat(10, 500), '/proc/20/stat': stat(20, 700) };

test('a folder nobody has is locked, and released', async () => {
  const system = scriptedSystem({ files: proc });
  const lock = await lockFolder(system, '/data');
  expect(await system.files.readText('/data/server.lock')).toBe('10 500');
  if (lock.ok) await lock.release();
  expect(await system.files.stat('/data/server.lock')).toBeNull();
});

test('a process that runs keeps it; one that is gone, or another with its number, does not', async () => {
  const held = scriptedSystem({ files: { ...proc, '/data/server.lock': '20 700' } });
  expect(await lockFolder(held, '/data')).toEqual({ ok: false, pid: '20' });
  for (const left of ['21 700', '20 699', '', 'nonsense']) {
    const system = scriptedSystem({ files: { ...proc, '/data/server.lock': left } });
    expect((await lockFolder(system, '/data')).ok).toBe(true);
    expect(await system.files.readText('/data/server.lock')).toBe('10 500');
    expect(await system.files.stat('/data/server.lock.left')).toBeNull();
  }
});

test('what another server put there meanwhile is not released', async () => {
  const system = scriptedSystem({ files: proc });
  const lock = await lockFolder(system, '/data');
  await system.files.writeAside('/data/server.lock', '20 700');
  if (lock.ok) await lock.release();
  expect(await system.files.readText('/data/server.lock')).toBe('20 700');
});
