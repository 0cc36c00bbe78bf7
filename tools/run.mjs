// Sets a checkout up and runs it: `npm start`, `npm test`, `npm run check`, `npm run bench`, and bin/vethscope all come here.
// No dependencies: this file must run on a fresh clone before anything is installed.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

const root = path.resolve(import.meta.dirname, '..');

/** @param {string[]} paths */
function hash(paths) {
  const h = createHash('sha256');
  const walk = (/** @type {string} */ p) => {
    const st = fs.statSync(path.join(root, p), { throwIfNoEntry: false });
    if (!st) return;
    if (st.isDirectory()) {
      for (const e of fs.readdirSync(path.join(root, p)).sort()) if (!/\.test\.tsx?$/.test(e)) walk(`${p}/${e}`);
      return;
    }
    h.update(p)
      .update('\0')
      .update(fs.readFileSync(path.join(root, p)));
  };
  for (const p of paths) walk(p);
  return h.digest('hex');
}

const read = (/** @type {string} */ f) => {
  try {
    return fs.readFileSync(path.join(root, f), 'utf8');
  } catch {
    return '';
  }
};

function sh(args, what, extraEnv = {}) {
  console.error(`[setup] ${what} …`);
  const t = performance.now();
  const r = spawnSync(args[0], args.slice(1), {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, ...extraEnv },
  });
  if (r.status !== 0) {
    console.error(`[setup] ${what} failed (${r.error?.message ?? `exit ${r.status ?? r.signal}`})`);
    process.exit(1);
  }
  console.error(`[setup] ${what}: ${((performance.now() - t) / 1000).toFixed(1)} s`);
}

function install() {
  const stamp = 'node_modules/.setup-stamp';
  // The lock file mirrors every dependency field of package.json; allowScripts is the only other field that changes an install.
  const allow = JSON.stringify(JSON.parse(read('package.json')).allowScripts ?? {});
  const want = [
    hash(['package-lock.json', '.npmrc']),
    allow,
    process.versions.modules,
    process.platform,
    process.arch,
  ].join(' ');
  if (read(stamp) === want) return;
  const npmCli = process.env.npm_execpath;
  const npm = npmCli && /npm-cli\.js$/.test(npmCli) ? [process.execPath, npmCli] : ['npm'];
  const env = {};
  const prefix = path.dirname(path.dirname(process.execPath)); // headers that came with this Node: node-gyp needs no download
  if (!process.env.npm_config_nodedir && fs.existsSync(path.join(prefix, 'include/node/node_api.h')))
    env.npm_config_nodedir = prefix;
  sh(
    [...npm, 'ci', '--include=dev', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'],
    'installing packages (npm ci)',
    env,
  );
  fs.writeFileSync(path.join(root, stamp), want);
}

function generate() {
  const tool = path.join(root, 'tools/generate-registries.mjs');
  if (fs.existsSync(tool)) {
    const r = spawnSync(process.execPath, [tool], { cwd: root, stdio: ['ignore', 2, 2] });
    if (r.status !== 0) process.exit(1);
  }
}

function build() {
  const bin = path.join(root, 'node_modules/vite/bin/vite.js');
  const common = ['package-lock.json', 'package.json', 'vite.config.ts', 'parsers', 'netpath', 'api'];
  for (const [name, inputs, args] of [
    ['web', ['web', ...common], []],
    ['server', ['server', ...common], ['--ssr']],
  ]) {
    const stamp = `dist/.${name}-stamp`;
    const want = hash(inputs);
    if (read(stamp) === want && fs.existsSync(path.join(root, `dist/${name}`))) continue;
    sh(
      [process.execPath, bin, 'build', '--logLevel', 'warn', ...args],
      `building the ${name === 'web' ? 'viewer' : 'server'}`,
      {
        NODE_ENV: 'production',
      },
    );
    fs.writeFileSync(path.join(root, stamp), want);
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (e) {
    return e.code === 'EPERM';
  }
}

/** Two starts at once must not install twice; a lock whose owner died is taken over. */
function locked(fn) {
  const dir = path.join(root, '.cache');
  fs.mkdirSync(dir, { recursive: true });
  const lock = path.join(dir, 'setup.lock');
  for (;;) {
    try {
      fs.writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (e) {
      if (e.code !== 'EEXIST') throw e;
      const pid = Number(fs.readFileSync(lock, 'utf8'));
      if (pid && !isAlive(pid)) {
        fs.rmSync(lock, { force: true });
        continue;
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    }
  }
  const free = () => fs.rmSync(lock, { force: true });
  process.once('exit', free);
  fn();
  process.off('exit', free);
  free();
}

/** Installs and builds whatever is stale. @param {{ build: boolean }} want */
export function setUp(want) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(
      `vethscope needs Node 20.19 or newer; this is ${process.version}. Install a newer Node and run the command again.`,
    );
    process.exit(1);
  }
  locked(() => {
    install();
    generate();
    if (want.build) build();
  });
}

function run(file, args, failedBefore = 0) {
  const c = spawn(process.execPath, [path.join(root, file), ...args], { cwd: root, stdio: 'inherit' });
  for (const s of ['SIGINT', 'SIGTERM']) process.on(s, () => c.kill(s));
  c.on('exit', (code, sig) => {
    process.exitCode = code || (sig ? 1 : failedBefore);
  });
}

/** Where the counts of a test run go, for .ci/run to sum. */
function reporters() {
  const file = process.env.VETHSCOPE_TEST_JSON;
  return file ? ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`] : [];
}

/**
 * `--pairs N` runs only the differentials, with at least N packets in all: a seventh each on iptables-nft, ip6tables-nft, both
 * legacy ones, and native nftables with IPv4, IPv6 and both; `--seed S` starts at another seed.
 * @param {string[]} given
 */
function withPairs(given) {
  const { values, positionals } = parseArgs({
    args: given,
    options: { pairs: { type: 'string' }, seed: { type: 'string' } },
    allowPositionals: true,
    strict: false,
  });
  if (values.pairs === undefined) return given;
  const pairs = Number(values.pairs);
  if (!Number.isInteger(pairs) || pairs < 1) {
    console.error(`--pairs ${values.pairs}: a number of packets from 1 on is expected`);
    process.exit(2);
  }
  process.env.VETHSCOPE_RULESETS = String(Math.ceil(pairs / 7 / Number(process.env.VETHSCOPE_PACKETS ?? '12')));
  if (typeof values.seed === 'string') process.env.VETHSCOPE_SEED = values.seed;
  return ['differential', 'counters.test', 'nft.test', ...positionals];
}

/** Runs every check, so that one failure does not hide the next. True when all passed. */
function check() {
  const steps = [
    ['types', ['node_modules/typescript/bin/tsc', '-b']],
    ['lint and format', ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.']],
    ['import rules', ['tools/check-imports.mjs']],
    ['unused code', ['node_modules/knip/bin/knip.js', '--no-progress']],
  ];
  let passed = true;
  for (const [what, args] of steps) {
    const t = performance.now();
    const r = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
    console.error(
      `[check] ${what}${r.status === 0 ? '' : ' failed'}: ${((performance.now() - t) / 1000).toFixed(1)} s`,
    );
    passed &&= r.status === 0;
  }
  return passed;
}

if (process.argv[1] && fs.realpathSync(process.argv[1]) === fs.realpathSync(import.meta.filename)) {
  const [cmd = 'start', ...rest] = process.argv.slice(2);
  const vitest = 'node_modules/vitest/vitest.mjs';
  if (cmd === 'start') {
    setUp({ build: true });
    process.argv.splice(2, process.argv.length, 'serve', ...rest);
    await import(path.join(root, 'dist/server/main.js')); // same process: signals and exit code are the server's
  } else if (cmd === 'build') {
    setUp({ build: true });
  } else if (cmd === 'test') {
    setUp({ build: true });
    const clean = rest.length > 0 || check();
    // A person fixes the check first; CI wants to know about the tests as well.
    if (!clean && !process.env.CI) process.exit(1);
    run(vitest, ['run', ...reporters(), ...rest], clean ? 0 : 1);
  } else if (cmd === 'check') {
    setUp({ build: false });
    process.exit(check() ? 0 : 1);
  } else if (cmd === 'test-suite') {
    setUp({ build: true });
    const [suite = '', ...given] = rest;
    const args = suite === 'kernel' ? withPairs(given) : given;
    run(vitest, ['run', '--config', `test/${suite}/vitest.config.ts`, ...reporters(), ...args]);
  } else if (cmd === 'bench') {
    setUp({ build: true });
    run(vitest, ['run', '--config', 'test/bench/vitest.config.ts', ...rest]);
  } else {
    console.error(`unknown command ${cmd}: start, build, test, check, test-suite or bench`);
    process.exit(2);
  }
}
