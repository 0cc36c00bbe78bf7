// A guest kernel under emulation, for what the host's kernel may not have (IPVS): Debian's kernel, an initramfs of busybox and modules,
// and the host's own programs through a read-only share. `runInGuest` boots it once, runs a script of Node, and returns what it wrote.
import { type ExecFileSyncOptions, execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const HERE = import.meta.dirname;
const CACHE = path.resolve(HERE, '../../../node_modules/.cache/guest-kernel');

/** Modules that go into the initramfs, as paths below `kernel/`: what the share needs, and all of netfilter. */
const MODULES = [
  'net',
  'lib',
  'crypto/crc32c_generic.ko',
  'drivers/virtio',
  'drivers/net/dummy.ko',
  'drivers/net/geneve.ko',
  'drivers/net/veth.ko',
  'drivers/net/vxlan',
  'fs/9p',
  'fs/netfs',
  'fs/fscache',
];

const quiet: ExecFileSyncOptions = { stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 512 << 20 };

function version(root: string): string | null {
  const modules = path.join(root, 'lib/modules');
  if (!existsSync(modules)) return null;
  return readdirSync(modules).find((v) => existsSync(path.join(root, 'boot', `vmlinuz-${v}`))) ?? null;
}

/** The unpacked package of Debian's kernel, fetched once into the cache of node_modules; it is never installed. */
function kernelRoot(): string {
  if (version(CACHE) !== null) return CACHE;
  const dir = mkdtempSync(path.join(tmpdir(), 'vethscope-kernel-'));
  try {
    const find = () =>
      /Depends: (linux-image-\S+)/.exec(
        spawnSync('apt-cache', ['depends', 'linux-image-amd64']).stdout.toString(),
      )?.[1];
    if (find() === undefined) execFileSync('apt-get', ['update', '-qq'], quiet);
    const name = find();
    if (name === undefined) throw new Error('apt knows no linux-image-amd64');
    execFileSync('apt-get', ['download', name], { ...quiet, cwd: dir });
    const deb = readdirSync(dir).find((f) => f.endsWith('.deb')) ?? '';
    mkdirSync(CACHE, { recursive: true });
    execFileSync('dpkg-deb', ['-x', path.join(dir, deb), CACHE], quiet);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  return CACHE;
}

/** What is missing to boot a guest here, or null. */
export function missingForGuest(): string | null {
  for (const tool of ['qemu-system-x86_64', 'busybox', 'ipvsadm', 'ipset', 'conntrack', 'xtables-monitor', 'ip']) {
    if (spawnSync('which', [tool]).status !== 0) return tool;
  }
  if (process.arch !== 'x64') return 'an x86-64 machine';
  if (version(CACHE) === null && spawnSync('which', ['apt-get']).status !== 0) return 'apt-get, to fetch a kernel with';
  return null;
}

function initramfs(root: string, release: string, work: string): string {
  const tree = path.join(work, 'tree');
  for (const d of ['own', 'proc', 'sys', 'dev', 'tmp', 'run', 'host', 'out', 'lib', 'var'])
    mkdirSync(path.join(tree, d), { recursive: true });
  const from = path.join(root, 'lib/modules', release);
  const to = path.join(tree, 'lib/modules', release);
  for (const m of MODULES) cpSync(path.join(from, 'kernel', m), path.join(to, 'kernel', m), { recursive: true });
  for (const f of readdirSync(from).filter((n) => n.startsWith('modules.')))
    cpSync(path.join(from, f), path.join(to, f));
  execFileSync('busybox', ['depmod', '-b', tree, release], quiet);
  cpSync(execFileSync('which', ['busybox'], quiet).toString().trim(), path.join(tree, 'own/busybox'), {
    dereference: true,
  });
  cpSync(path.join(HERE, 'init'), path.join(tree, 'init'));
  execFileSync('chmod', ['755', path.join(tree, 'init')]);
  const file = path.join(work, 'initramfs');
  const names = execFileSync('find', ['.'], { ...quiet, cwd: tree });
  writeFileSync(
    file,
    execFileSync('busybox', ['cpio', '-o', '-H', 'newc'], {
      cwd: tree,
      input: names,
      maxBuffer: 512 << 20,
      stdio: ['pipe', 'pipe', 'ignore'],
    }),
  );
  rmSync(tree, { recursive: true });
  return file;
}

/**
 * Boots, runs `script` (a file of Node) with `plan` as JSON in /out/plan.json, and reads /out/result.json. To look at a
 * difference again without another boot, VETHSCOPE_GUEST_RESULT names a file to keep the result in; when it exists it is read instead.
 */
export function runInGuest(script: string, plan: unknown, timeoutMs: number): unknown {
  const kept = process.env['VETHSCOPE_GUEST_RESULT'];
  if (kept !== undefined && existsSync(kept)) return JSON.parse(readFileSync(kept, 'utf8'));
  const root = kernelRoot();
  const release = version(root);
  if (release === null) throw new Error('the kernel package holds no kernel');
  const work = mkdtempSync(path.join(tmpdir(), 'vethscope-guest-'));
  try {
    const initrd = initramfs(root, release, work);
    const out = path.join(work, 'out');
    mkdirSync(out);
    writeFileSync(path.join(out, 'plan.json'), JSON.stringify(plan));
    const start = [`/host${process.execPath}`, `/host${script}`].map((w) => `'${w}'`).join(' ');
    writeFileSync(path.join(out, 'start'), `${start} >/out/log 2>&1\n`);
    const share = (where: string, tag: string, more: string) =>
      `local,path=${where},mount_tag=${tag},security_model=none,multidevs=remap${more}`;
    const qemu = spawnSync(
      'qemu-system-x86_64',
      [
        ...['-accel', 'tcg', '-cpu', 'max', '-m', '1024', '-nographic', '-no-reboot', '-net', 'none'],
        ...['-kernel', path.join(root, 'boot', `vmlinuz-${release}`), '-initrd', initrd],
        ...['-append', 'console=ttyS0 quiet panic=-1'],
        ...['-virtfs', share('/', 'host', ',readonly=on'), '-virtfs', share(out, 'out', '')],
      ],
      { stdio: ['ignore', 'pipe', 'pipe'], timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 64 << 20 },
    );
    const result = path.join(out, 'result.json');
    if (!existsSync(result)) {
      const log = path.join(out, 'log');
      throw new Error(
        `the guest gave no result: ${existsSync(log) ? readFileSync(log, 'utf8').slice(-4000) : ''}\n${String(qemu.stdout).slice(-4000)}\n${String(qemu.stderr).slice(-2000)}`,
      );
    }
    if (kept !== undefined) cpSync(result, kept);
    return JSON.parse(readFileSync(result, 'utf8'));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
