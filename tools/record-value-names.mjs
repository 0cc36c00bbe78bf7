// Records the names that tshark gives the values of our fields (`tshark -G values`) into parsers/filter/value-names.gen.ts: what a filter
// may write in place of a number (`ip.proto == TCP`), and what the filter bar offers. Run it when a protocol file declares new fields.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { runnerImport } from 'vite';

const root = path.resolve(import.meta.dirname, '..');
const { module: fields } = await runnerImport(path.join(root, 'parsers/filter/fields.ts'));
const known = new Set(fields.fieldNames());
const options = { stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 28 };
const version = execFileSync('tshark', ['--version'], options).toString().split('\n')[0];
const values = new Map();
const flags = new Map();
for (const line of execFileSync('tshark', ['-G', 'values'], options).toString().split('\n')) {
  const [kind, name, first, second, third] = line.split('\t');
  if (!known.has(name)) continue;
  if (kind === 'V' || kind === 'V64') values.set(name, [...(values.get(name) ?? []), [first, second ?? '']]);
  // A range of numbers has no number of its own, unless it is of one.
  else if (kind === 'R' && first === second) values.set(name, [...(values.get(name) ?? []), [first, third ?? '']]);
  else if (kind === 'T' && !flags.has(name)) flags.set(name, `${first}\n${second}`);
}
const grouped = (map, textOf) => {
  const groups = new Map();
  for (const [name, table] of map) groups.set(textOf(table), [...(groups.get(textOf(table)) ?? []), name]);
  return [...groups].map(([text, names]) => [names.sort().join(' '), text]).sort(([a], [b]) => (a < b ? -1 : 1));
};
// Where a name is given to two numbers the first one has it, as in tshark's own search.
const tableText = (table) => {
  const seen = new Set();
  const rows = table.filter(([, text]) => text !== '' && !seen.has(text.toLowerCase()) && seen.add(text.toLowerCase()));
  return rows.map(([number, text]) => `${Number(number)} ${text}`).join('\n');
};
const rowsOf = (groups) => groups.map((row) => `  [${row.map((text) => JSON.stringify(text)).join(', ')}],`).join('\n');
const numbers = grouped(values, tableText);
const booleans = grouped(flags, (text) => text);
fs.writeFileSync(
  path.join(root, 'parsers/filter/value-names.gen.ts'),
  `// Written by tools/record-value-names.mjs from ${version}: names of fields, then the names of their values.
// biome-ignore-all format: one table a row
// biome-ignore-all lint: as tshark writes them
/** Number, blank, name; one a line. */
export const NUMBER_NAMES: readonly (readonly [string, string])[] = [
${rowsOf(numbers)}
];

/** The name of 1, then that of 0. */
export const FLAG_NAMES: readonly (readonly [string, string])[] = [
${rowsOf(booleans)}
];
`,
);
console.log(`${values.size} fields in ${numbers.length} tables, ${flags.size} flags in ${booleans.length}`);
