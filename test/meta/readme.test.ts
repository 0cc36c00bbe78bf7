import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runCommandLine } from '../../server/commands/command-line.ts';
import { scriptedSystem } from '../../server/system/scripted.ts';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string) => fs.readFileSync(path.join(root, file), 'utf8');
const pages = ['README.md', 'CONTRIBUTING.md', 'ARCHITECTURE.md', 'docs/api.md'];

async function helpOf(command: string): Promise<string> {
  const system = scriptedSystem();
  expect(await runCommandLine([command, '--help'], system), `vethscope ${command} --help`).toBe(0);
  return system.printed().out;
}

test('the commands and options that README.md shows exist', async () => {
  const lines = read('README.md')
    .split('\n')
    .filter((line) => /^(\$ )?vethscope /.test(line))
    .map((line) => line.replace(/^\$ /, '').replace(/ {2,}#.*/, ''));
  expect(lines.length).toBeGreaterThan(5);
  for (const line of lines) {
    const command = /^vethscope ([a-z]+)/.exec(line)?.[1];
    if (command === undefined) continue;
    const help = await helpOf(command);
    for (const [, option] of line.matchAll(/ (--?[a-zA-Z][\w-]*)/g)) expect(help, line).toContain(option);
  }
});

test('the npm scripts that the pages name exist', () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(read('package.json'));
  for (const page of pages) {
    for (const [, script] of read(page).matchAll(/npm run ([\w:]+)/g))
      expect(Object.keys(scripts), page).toContain(script);
  }
});

test('the files that the pages name exist', () => {
  for (const page of pages) {
    const named = [...read(page).matchAll(/`((?:[\w.-]+\/)+[\w.*-]+\.(?:ts|mjs|md))`/g)].map((m) => m[1] ?? '');
    const missing = named.filter((file) => !file.includes('*') && !fs.existsSync(path.join(root, file)));
    expect(missing, page).toEqual([]);
  }
});
