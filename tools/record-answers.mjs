// Records tshark's statistics (statistics.json) and the packets that its display filters show (filter-answers.json) for the captures in
// fixtures/captures that have none yet; with names, or --all, for those again. All of them take a quarter of an hour.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { runnerImport } from 'vite';

const root = path.resolve(import.meta.dirname, '..');
const dir = path.join(root, 'fixtures/captures');
const { module: statistics } = await runnerImport(path.join(root, 'test/conformance/statistics-oracle.ts'));
const { module: filters } = await runnerImport(path.join(root, 'test/conformance/filter-oracle.ts'));
const captures = fs.readdirSync(dir).filter((n) => /\.pcap(ng)?$/.test(n));
const named = process.argv.slice(2);
const version = execFileSync('tshark', ['--version'], { stdio: ['ignore', 'pipe', 'ignore'] })
  .toString()
  .split('\n')[0];

/** Writes one line a question, so that a change shows where it is. */
function record(file, ask) {
  const at = path.join(dir, file);
  const known = fs.existsSync(at) ? JSON.parse(fs.readFileSync(at, 'utf8')).captures : {};
  const blocks = captures.map((name) => {
    const again = named.includes('--all') || named.includes(name);
    const answers = known[name] === undefined || again ? ask(name) : Object.entries(known[name]);
    console.log(`${file} ${name}: ${answers.length}`);
    const lines = answers.map(([question, answer]) => `   ${JSON.stringify(question)}: ${JSON.stringify(answer)}`);
    return `  ${JSON.stringify(name)}: {\n${lines.join(',\n')}\n  }`;
  });
  fs.writeFileSync(at, `{\n "tshark": ${JSON.stringify(version)},\n "captures": {\n${blocks.join(',\n')}\n }\n}\n`);
}

record('statistics.json', (name) =>
  statistics.QUESTIONS.map((question) => [question, statistics.askTshark(path.join(dir, name), question)]),
);
record('filter-answers.json', (name) => {
  const file = path.join(dir, name);
  const made = filters.filtersFor(filters.open(new Uint8Array(fs.readFileSync(file))), 24);
  const asked = new Set([...(filters.GRAMMAR_CAPTURES.includes(name) ? filters.GRAMMAR : []), ...made]);
  return [...asked].map((filter) => [filter, filters.askTshark(file, filter)]);
});
