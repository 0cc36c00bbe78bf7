// Records tshark's statistics (statistics.json) and the packets that its display filters show (filter-answers.json) for the captures in
// fixtures/captures: what has no answer yet; with names, or --all, those captures again. All of them take a quarter of an hour.
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
    const answers = ask(name, again ? {} : (known[name] ?? {}));
    console.log(`${file} ${name}: ${answers.length}`);
    const lines = answers.map(([question, answer]) => `   ${JSON.stringify(question)}: ${JSON.stringify(answer)}`);
    return `  ${JSON.stringify(name)}: {\n${lines.join(',\n')}\n  }`;
  });
  fs.writeFileSync(at, `{\n "tshark": ${JSON.stringify(version)},\n "captures": {\n${blocks.join(',\n')}\n }\n}\n`);
}

record('statistics.json', (name, known) =>
  statistics.QUESTIONS.map((question) => [
    question,
    question in known ? known[question] : statistics.askTshark(path.join(dir, name), question),
  ]),
);
record('filter-answers.json', (name, known) => {
  const file = path.join(dir, name);
  // Conditions on the capture's fields are made once: more fields would make others of them.
  const made = Object.keys(known).length > 0 ? Object.keys(known) : madeFor(file);
  const asked = new Set([...(filters.GRAMMAR_CAPTURES.includes(name) ? filters.GRAMMAR : []), ...made]);
  return [...asked].map((filter) => [filter, filter in known ? known[filter] : filters.askTshark(file, filter)]);
});

function madeFor(file) {
  return filters.filtersFor(filters.open(new Uint8Array(fs.readFileSync(file))), 24);
}
