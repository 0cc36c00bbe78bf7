// Records parsers/wire/media/types.gen.ts: which media types the installed tshark reads as lines of text, as XML, as JSON and as several
// parts. Its library is searched for names of types, and tshark is asked about an HTTP response of each. Run it for another tshark:
// node tools/record-media-types.mjs (needs strings of binutils)
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runnerImport } from 'vite';

const root = path.resolve(import.meta.dirname, '..');
const { module: talks } = await runnerImport(path.join(root, 'test/conformance/talk.ts'));
const { module: writer } = await runnerImport(path.join(root, 'parsers/capture/writer.ts'));
const out = (program, ...args) =>
  execFileSync(program, args, { stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 28 }).toString();

const library = /libwireshark\.so\S* .*=> (\S+)/.exec(out('ldconfig', '-p'))?.[1];
if (library === undefined) throw new Error('libwireshark is not installed');
const names = out('strings', '-n', '5', library)
  .split('\n')
  .filter((name) => /^(application|audio|font|image|message|model|multipart|text|video)\/[a-z0-9.+*_-]+$/.test(name));
const types = [...new Set(names)].sort();
const bytesOf = (text) => [...Buffer.from(text)];
const frames = types.flatMap((type, i) =>
  talks.talk(20_000 + i, 80, [
    ['>', bytesOf('GET / HTTP/1.1\r\nHost: h\r\n\r\n')],
    ['<', bytesOf(`HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nContent-Length: 4\r\n\r\nabc\n`)],
  ]),
);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'media-types-'));
const file = path.join(folder, 'types.pcap');
fs.writeFileSync(
  file,
  writer.writePcap(
    { linkType: 1 },
    frames.map((bytes, i) => ({ ns: BigInt(i) * 1000n, bytes })),
  ),
);
const rows = out(
  'tshark',
  '-n',
  '-r',
  file,
  '-Y',
  'http.response',
  '-T',
  'fields',
  '-e',
  'http.content_type',
  '-e',
  'frame.protocols',
);
fs.rmSync(folder, { recursive: true });

const LISTS = [
  ['TEXT_TYPES', 'data-text-lines'],
  ['XML_TYPES', 'xml'],
  ['JSON_TYPES', 'json'],
  ['MULTIPART_TYPES', 'mime_multipart'],
];
const found = new Map(LISTS.map(([, layer]) => [layer, []]));
for (const row of rows.trim().split('\n')) {
  const [type, protocols] = row.split('\t');
  found.get(/:http:([^:]+)/.exec(protocols)?.[1])?.push(type);
}
const version = out('tshark', '--version').split('\n')[0];
const lists = LISTS.map(
  ([list, layer]) =>
    `export const ${list}: readonly string[] =\n  '${found.get(layer).join(' ')}'.split(\n    ' ',\n  );\n`,
);
fs.writeFileSync(
  path.join(root, 'parsers/wire/media/types.gen.ts'),
  `// Recorded by tools/record-media-types.mjs from ${version}. Do not edit.\n\n${lists.join('\n')}`,
);
console.log(LISTS.map(([list, layer]) => `${list}: ${found.get(layer).length}`).join('\n'));
