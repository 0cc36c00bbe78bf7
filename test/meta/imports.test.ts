import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { checkImports, importsOf } from '../../tools/check-imports.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const planted: string[] = [];
afterEach(() => {
  for (const folder of planted.splice(0)) fs.rmSync(folder, { recursive: true });
});

function plant(files: Record<string, string>): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vethscope-imports-'));
  planted.push(folder);
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

const violationsOf = (files: Record<string, string>) => checkImports(plant(files), []).violations;

test('the house keeps its own rules', () => {
  const { files, violations } = checkImports(root);
  expect(violations).toEqual([]);
  expect(files).toBeGreaterThan(10);
});

test.each([
  ['parsers/wire/udp.ts', "import { x } from '../../netpath/x.ts';", 'parsers may import parsers, not netpath'],
  ['parsers/core/a.ts', "import fs from 'node:fs';", 'runs in the browser too'],
  ['parsers/core/a.ts', "import { z } from 'zod';", 'may not depend on the package zod'],
  ['parsers/wire/udp.ts', "import { tcp } from './tcp.ts';", 'a protocol never imports a sibling'],
  ['netpath/match/tcp.ts', "import { udp } from './udp.ts';", 'a match never imports a sibling'],
  [
    'netpath/kernel/a.ts',
    "export * from '../../server/store/x.ts';",
    'netpath may import netpath, parsers, not server',
  ],
  ['api/x.ts', "import { y } from '../parsers/y.ts';", 'only types'],
  ['api/x.ts', "import { type Y } from '../parsers/y.ts';", 'only types'],
  [
    'server/http/a.ts',
    "import { readFile } from 'node:fs/promises';",
    'only server/system touches the operating system',
  ],
  [
    'server/http/a.ts',
    "const cp = await import('node:child_process');",
    'only server/system touches the operating system',
  ],
  ['server/store/a.ts', "import { App } from '../../web/app/app.tsx';", 'server may import'],
  ['server/system/real.ts', "import { x } from '../store/x.ts';", 'server/system may import server/system'],
  ['web/packets/a.tsx', "import { dissect } from '../../parsers/wire/x.ts';", 'only types'],
  ['web/app/a.ts', "import { x } from '../../server/main.ts';", 'web may import'],
  ['web/app/a.ts', "new Worker(new URL('../../parsers/x.ts', import.meta.url));", 'only types'],
])('%s: %s', (file, text, reason) => {
  const found = violationsOf({ [file]: `// a file\n${text}\n` });
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(`${file}:2: imports `);
  expect(found[0]).toContain(reason);
});

test.each([
  ['netpath/kernel/a.ts', "import { ip } from '../../parsers/core/address.ts';"],
  ['api/x.ts', "import type { Y } from '../parsers/y.ts';"],
  ['server/http/a.ts', "import path from 'node:path';\nimport express from 'express';"],
  ['server/http/a.ts', "import type { IncomingMessage } from 'node:http';"],
  ['server/system/real.ts', "import fs from 'node:fs';"],
  ['web/worker/a.ts', "import { index } from '../../parsers/index/x.ts';"],
  ['web/app/a.ts', "import type { Step } from '../../netpath/x.ts';"],
  ['parsers/wire/udp.ts', "// import fs from 'node:fs';\n/* import fs from 'node:fs'; */"],
  ['parsers/wire/udp.test.ts', "import fs from 'node:fs';"],
])('%s may: %s', (file, text) => {
  expect(violationsOf({ [file]: text })).toEqual([]);
});

test('siblings are what the registry lists; the frame they stand on is free', () => {
  const files = {
    'parsers/wire/registry.gen.ts': "import { udp } from './udp.ts';\nimport { tcp } from './tcp.ts';\n",
    'parsers/wire/udp.ts': "import { facts } from './facts.ts';\nimport { tcp } from './tcp.ts';\n",
    'parsers/wire/tcp.ts': '',
    'parsers/wire/facts.ts': '',
  };
  const found = violationsOf(files);
  expect(found).toHaveLength(1);
  expect(found[0]).toContain('parsers/wire/udp.ts:2: imports ./tcp.ts: a protocol never imports a sibling');
});

test('a paid debt must leave the list', () => {
  const folder = plant({ 'parsers/a.ts': "import { x } from '../server/x.ts';" });
  const debt = { from: 'parsers/a.ts', to: '../server/x.ts', why: 'moving' };
  expect(checkImports(folder, [debt]).violations).toEqual([]);
  expect(checkImports(folder, [{ ...debt, from: 'parsers/b.ts' }]).violations).toHaveLength(2);
});

test('imports over several lines and with side effects are seen', () => {
  const text =
    "import {\n  a,\n  b,\n} from './x.ts';\nimport './y.css';\nexport { c } from './z.ts';\nimport d, { e } from './w.ts';\n";
  expect(importsOf(text).map((i) => i.specifier)).toEqual(
    expect.arrayContaining(['./x.ts', './y.css', './z.ts', './w.ts']),
  );
});
