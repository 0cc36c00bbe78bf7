// Records what tshark says about every capture in fixtures/captures into NAME.tshark.json, to be replayed where it is not installed.
// First writes the captures that are made by hand (test/conformance/crafted.ts). Run it when either changed: node tools/record-tshark.mjs
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { runnerImport } from 'vite';

const root = path.resolve(import.meta.dirname, '..');
const dir = path.join(root, 'fixtures/captures');
const { module: crafted } = await runnerImport(path.join(root, 'test/conformance/crafted.ts'));
const { module: oracle } = await runnerImport(path.join(root, 'test/conformance/oracle.ts'));

for (const [name, bytes] of crafted.craftedCaptures()) fs.writeFileSync(path.join(dir, name), bytes);

const version = execFileSync('tshark', ['--version'], { stdio: ['ignore', 'pipe', 'ignore'] })
  .toString()
  .split('\n')[0];
const captures = fs.readdirSync(dir).filter((n) => /\.pcap(ng)?$/.test(n));
for (const name of captures) {
  const packets = oracle.askTshark(path.join(dir, name));
  const text = `{\n "tshark": ${JSON.stringify(version)},\n "fields": ${JSON.stringify(oracle.FIELDS)},\n "packets": [\n${packets
    .map((p) => `  ${JSON.stringify(p)}`)
    .join(',\n')}\n ]\n}\n`;
  fs.writeFileSync(path.join(dir, `${name}.tshark.json`), text);
  console.log(`${name}: ${packets.length} packets`);
}
