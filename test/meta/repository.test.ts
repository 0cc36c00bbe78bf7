import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string) => fs.readFileSync(path.join(root, file), 'utf8');

test('the lock file holds no download addresses', () => {
  const lock: { packages: Record<string, { resolved?: string }> } = JSON.parse(read('package-lock.json'));
  const withAddress = Object.entries(lock.packages).filter(([, p]) => p.resolved !== undefined);
  expect(withAddress.map(([name]) => name)).toEqual([]);
});

test('every fixtures folder says how it was made', () => {
  const folders = fs.readdirSync(path.join(root, 'fixtures'), { withFileTypes: true }).filter((e) => e.isDirectory());
  expect(folders.length).toBeGreaterThan(0);
  const silent = folders.filter((f) => !fs.existsSync(path.join(root, 'fixtures', f.name, 'README.md')));
  expect(silent.map((f) => f.name)).toEqual([]);
});
