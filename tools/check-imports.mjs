// Who may import whom, as data, and a check of it. No dependencies. `node tools/check-imports.mjs [FOLDER]`, exit 1 on a violation.
// Surprise: `import { type X }` counts as a run-time import, because with verbatimModuleSyntax the module is still loaded.
import fs from 'node:fs';
import path from 'node:path';

/** Modules that are only computation; every other `node:` module is the operating system. */
const pureNodeModules = [
  'path',
  'url',
  'stream',
  'stream/promises',
  'crypto',
  'zlib',
  'buffer',
  'events',
  'util',
  'string_decoder',
];

/**
 * The house. `imports`: which layers a layer may load; `types`: from which it may take types only; `packages`: npm packages
 * (`'any'` or a list); `node`: `'none'`, `'pure'` or `'any'`. The most specific folder wins.
 */
const layers = [
  { folder: 'parsers', imports: ['parsers'], types: [], packages: [], node: 'none' },
  { folder: 'netpath', imports: ['netpath', 'parsers'], types: [], packages: [], node: 'none' },
  { folder: 'api', imports: ['api'], types: ['parsers', 'netpath'], packages: ['zod'], node: 'none' },
  { folder: 'server', imports: ['server', 'api', 'netpath', 'parsers'], types: [], packages: 'any', node: 'pure' },
  { folder: 'server/system', imports: ['server/system'], types: [], packages: [], node: 'any' },
  { folder: 'web', imports: ['web', 'api'], types: ['parsers', 'netpath'], packages: 'any', node: 'none' },
  { folder: 'web/sources', imports: ['web', 'api', 'parsers', 'netpath'], types: [], packages: 'any', node: 'none' },
  { folder: 'web/worker', imports: ['web', 'api', 'parsers', 'netpath'], types: [], packages: 'any', node: 'none' },
];

/**
 * Folders whose members never import each other: adding one is adding one file. The members are what the folder's generated
 * registry lists; other files of the folder are the frame they stand on. Without a registry every file is a member.
 */
const siblings = [
  { folder: 'parsers/wire', what: 'protocol' },
  { folder: 'netpath/match', what: 'match' },
  { folder: 'netpath/target', what: 'target' },
  { folder: 'netpath/expr', what: 'expression' },
  { folder: 'netpath/diagnose/rules', what: 'diagnosis' },
];

/** Violations we know and mean to pay back: `from` imports `to`, and `why`. Empty is the aim; a debt that is paid must leave. */
const debts = [];

/** @param {string} text */
function withoutComments(text) {
  return text.replace(/\/\*[\s\S]*?\*\//g, (c) => c.replace(/[^\n]/g, ' ')).replace(/(^|[\s;{}])\/\/[^\n]*/g, '$1');
}

/**
 * Every import of a source text, with its line and whether only types cross.
 * @param {string} source
 */
export function importsOf(source) {
  const text = withoutComments(source);
  const found = [];
  const patterns = [
    /(?:^|[\n;])[ \t]*(import|export)\s+(type\s+)?(?:[\w*\s{},$]+?\s+from\s+)['"]([^'"\n]+)['"]/g,
    /(?:^|[\n;])[ \t]*(import)\s+()['"]([^'"\n]+)['"]/g,
    /\b(import)\s*\(()\s*['"]([^'"\n]+)['"]\s*[,)]/g,
    /\bnew\s+(URL)\(()\s*['"](\.[^'"\n]+)['"]\s*,\s*import\.meta\.url/g,
  ];
  for (const pattern of patterns) {
    for (const m of text.matchAll(pattern)) {
      const at = m.index + m[0].lastIndexOf(m[3]);
      found.push({ specifier: m[3], typeOnly: Boolean(m[2]), line: text.slice(0, at).split('\n').length });
    }
  }
  // `import('…').Name` in a type position is a type, and loads nothing.
  return found.map((f) => ({
    ...f,
    typeOnly:
      f.typeOnly ||
      new RegExp(`[:<|&(,=>]\\s*(?:typeof\\s+)?import\\(['"]${literal(f.specifier)}['"]\\)\\.`).test(
        lineOf(text, f.line),
      ),
  }));
}

const literal = (/** @type {string} */ s) => s.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const lineOf = (/** @type {string} */ text, /** @type {number} */ line) => text.split('\n')[line - 1] ?? '';

/** @param {string} file */
function layerOf(file) {
  return layers.filter((l) => file.startsWith(`${l.folder}/`)).sort((x, y) => y.folder.length - x.folder.length)[0];
}

/** @param {string} target @param {string[]} folders */
const within = (target, folders) => folders.some((f) => target.startsWith(`${f}/`));

/**
 * One import against the table: a sentence when it is forbidden, null when it is fine.
 * @param {string} file @param {{ specifier: string, typeOnly: boolean }} imported
 * @param {ReturnType<typeof familiesIn>} families
 */
function verdict(file, imported, families) {
  const layer = layerOf(file);
  if (!layer) return null;
  const { specifier, typeOnly } = imported;
  if (specifier.startsWith('node:')) {
    if (typeOnly || layer.node === 'any') return null;
    if (layer.node === 'pure' && pureNodeModules.includes(specifier.slice(5))) return null;
    return layer.folder === 'server'
      ? `only server/system touches the operating system; add what you need from ${specifier} to its interface`
      : `${layer.folder} runs in the browser too and may not load ${specifier}`;
  }
  if (!specifier.startsWith('.')) {
    if (typeOnly || layer.packages === 'any') return null;
    const name = specifier
      .split('/')
      .slice(0, specifier.startsWith('@') ? 2 : 1)
      .join('/');
    return layer.packages.includes(name) ? null : `${layer.folder} may not depend on the package ${name}`;
  }
  const target = path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier));
  const folder = path.posix.dirname(file);
  const family = folder === path.posix.dirname(target) ? families.get(folder) : undefined;
  if (family?.isMember(path.posix.basename(file)) && family.isMember(path.posix.basename(target))) {
    return `a ${family.what} never imports a sibling; move what both need to a file that is no ${family.what}`;
  }
  if (within(target, layer.imports) || (typeOnly && within(target, layer.types))) return null;
  if (within(target, layer.types))
    return `${layer.folder} may take only types from ${target.split('/')[0]}: write \`import type\`, or move the code`;
  const allowed = [...layer.imports, ...layer.types.map((t) => `${t} (types)`)].join(', ');
  return `${layer.folder} may import ${allowed}, not ${target.split('/').slice(0, -1).join('/') || target}`;
}

/** @param {string} root @param {string} folder @returns {string[]} */
function sourcesIn(root, folder) {
  const full = path.join(root, folder);
  if (!fs.existsSync(full)) return [];
  return fs.readdirSync(full, { withFileTypes: true }).flatMap((e) => {
    const name = `${folder}/${e.name}`;
    if (e.isDirectory()) return e.name === 'node_modules' ? [] : sourcesIn(root, name);
    // Tests read fixtures and build worlds out of several layers; they ship nowhere.
    return /\.tsx?$/.test(e.name) && !/\.(?:test|fixture)\.tsx?$/.test(e.name) ? [name] : [];
  });
}

const registry = 'registry.gen.ts';

/** Which files of a folder are siblings. @param {string} root */
function familiesIn(root) {
  return new Map(
    siblings.map(({ folder, what }) => {
      const full = path.join(root, folder, registry);
      const listed = fs.existsSync(full)
        ? importsOf(fs.readFileSync(full, 'utf8')).filter((i) => !i.typeOnly && i.specifier.startsWith('./'))
        : null;
      const names = listed && new Set(listed.map((i) => i.specifier.slice(2)));
      const isMember = (/** @type {string} */ name) => (names ? names.has(name) : name !== registry);
      return [folder, { what, isMember }];
    }),
  );
}

/**
 * Every violation in a checkout, and every debt that no longer exists.
 * @param {string} root
 * @param {{ from: string, to: string, why: string }[]} known
 */
export function checkImports(root, known = debts) {
  const top = [...new Set(layers.map((l) => l.folder.split('/')[0] ?? ''))];
  const files = top.flatMap((f) => sourcesIn(root, f));
  const families = familiesIn(root);
  const violations = [];
  const paid = new Set(known);
  for (const file of files) {
    for (const imported of importsOf(fs.readFileSync(path.join(root, file), 'utf8'))) {
      const why = verdict(file, imported, families);
      if (why === null) continue;
      const debt = known.find((d) => d.from === file && d.to === imported.specifier);
      if (debt) paid.delete(debt);
      else violations.push(`${file}:${imported.line}: imports ${imported.specifier}: ${why}`);
    }
  }
  for (const d of paid)
    violations.push(`tools/check-imports.mjs: the debt ${d.from} → ${d.to} is paid; remove it from the list`);
  return { files: files.length, violations };
}

if (process.argv[1] && fs.realpathSync(process.argv[1]) === fs.realpathSync(import.meta.filename)) {
  const root = process.argv[2] ?? path.resolve(import.meta.dirname, '..');
  const { files, violations } = checkImports(root);
  for (const v of violations) console.error(v);
  if (violations.length > 0) {
    console.error(
      `${violations.length} forbidden ${violations.length === 1 ? 'import' : 'imports'}; the table is in tools/check-imports.mjs, the reasons in ARCHITECTURE.md`,
    );
    process.exit(1);
  }
  if (files === 0) {
    console.error(`${root}: no source files found; give the root of a checkout`);
    process.exit(1);
  }
}
