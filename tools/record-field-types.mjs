// Records the type that tshark gives each field we know (`tshark -G fields`) into parsers/filter/field-types.gen.ts: what a field can be
// compared with, and the greatest number that fits in it, come from there; and its name in words into field-words.gen.ts, for the filter
// bar. Run it when a protocol file declares new fields.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { runnerImport } from 'vite';

const root = path.resolve(import.meta.dirname, '..');
const { module: fields } = await runnerImport(path.join(root, 'parsers/filter/fields.ts'));
const known = new Set(fields.fieldNames());
const options = { stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 28 };
const version = execFileSync('tshark', ['--version'], options).toString().split('\n')[0];
const types = new Map();
const seen = new Set();
const words = new Map();
for (const line of execFileSync('tshark', ['-G', 'fields'], options).toString().split('\n')) {
  const [kind, text, name, type] = line.split('\t');
  if (kind === 'P' && known.has(name) && !words.has(name)) words.set(name, text);
  if (kind === 'F' && known.has(name) && !words.has(name)) words.set(name, text);
  if (kind !== 'F' || !known.has(name) || seen.has(name)) continue;
  seen.add(name);
  const short = type.replace(/^FT_/, '');
  types.set(short, [...(types.get(short) ?? []), name]);
}
const rows = [...types]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([type, names]) => `  ${type}:\n    '${names.sort().join(' ')}',`);
fs.writeFileSync(
  path.join(root, 'parsers/filter/field-types.gen.ts'),
  `// Written by tools/record-field-types.mjs from ${version}: the names of our fields by their type there.\n// biome-ignore-all format: one type a row\nexport const FIELD_TYPES = {\n${rows.join('\n')}\n} as const;\n`,
);
const lines = [...words].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, text]) => `${name}\t${text}`);
fs.writeFileSync(
  path.join(root, 'parsers/filter/field-words.gen.ts'),
  `// Written by tools/record-field-types.mjs from ${version}: what our fields are called there, one a line behind a tab.
// biome-ignore-all lint: as tshark writes them
// biome-ignore-all format: as tshark writes them
export const FIELD_WORDS = \`
${lines.join('\n').replaceAll(/[\\`]|\$\{/g, '\\$&')}
\`;
`,
);
console.log(`${seen.size} of ${known.size} fields`);
