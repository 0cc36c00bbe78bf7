// What a containerd of the tests leaves on the machine, and its removal: after a test, and for a test run that was killed.
import fs from 'node:fs';
import path from 'node:path';
import { quietly, run } from './run.ts';

/** What a test run that was killed left in its folder: its owner is written there, and is no more. */
export function sweep(folder: string): void {
  try {
    const [pid, id] = fs.readFileSync(path.join(folder, 'owner'), 'utf8').split(' ');
    if (pid !== undefined && id !== undefined && /^vs[0-9a-f]{6}$/.test(id) && !fs.existsSync(`/proc/${pid}`))
      removeAll(folder, id);
  } catch {
    // without an owner it is not ours to judge
  }
}

/** Processes, mounts, CNI results, cgroups and namespaces of a node; each is told by its folder or its random name. */
export function removeAll(folder: string, id: string): void {
  const socket = path.join(folder, 'containerd.sock');
  const containers: string[] = [];
  for (const pid of fs.readdirSync('/proc').filter((n) => /^\d+$/.test(n))) {
    try {
      // containerd names its configuration, its shims our socket and their container.
      const words = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      if (!words.includes(socket) && !words.includes(path.join(folder, 'config.toml'))) continue;
      containers.push(words[words.indexOf('-id') + 1] ?? '');
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // ended meanwhile
    }
  }
  const tops = ['/sys/fs/cgroup', ...fs.readdirSync('/sys/fs/cgroup').map((n) => path.join('/sys/fs/cgroup', n))];
  const cgroups = tops.map((top) => path.join(top, id)).filter((at) => fs.existsSync(at));
  for (const at of cgroups) {
    for (const file of run('find', [at, '-name', 'cgroup.procs'])
      .split('\n')
      .filter((f) => f !== '')) {
      for (const pid of fs
        .readFileSync(file, 'utf8')
        .split('\n')
        .filter((n) => n !== ''))
        quietly('kill', ['-KILL', pid]);
    }
  }
  removeResults(containers);
  for (const line of fs.readFileSync('/proc/self/mountinfo', 'utf8').split('\n').reverse()) {
    const target = line.split(' ')[4] ?? '';
    if (target.startsWith(`${folder}/`)) quietly('umount', ['-l', target]);
  }
  for (const at of cgroups) quietly('find', [at, '-depth', '-type', 'd', '-exec', 'rmdir', '--', '{}', ';']);
  quietly('ip', ['link', 'del', `${id}u`]);
  quietly('ip', ['netns', 'del', `${id}-node`]);
  fs.rmSync(folder, { recursive: true, force: true });
  for (const empty of ['/run/containerd/s', '/run/containerd']) quietly('rmdir', ['--', empty]);
}

/** CNI results of these containers, and the namespaces they name. */
function removeResults(containers: readonly string[]): void {
  const results = '/var/lib/cni/results';
  if (!fs.existsSync(results)) return;
  for (const name of fs.readdirSync(results)) {
    if (!containers.some((c) => /^[0-9a-f]{64}$/.test(c) && name.includes(c))) continue;
    const text = fs.readFileSync(path.join(results, name), 'utf8');
    const netns = /"sandbox":"\/var\/run\/netns\/(cni-[0-9a-f-]+)"/.exec(text)?.[1];
    if (netns !== undefined) quietly('ip', ['netns', 'del', netns]);
    fs.rmSync(path.join(results, name));
  }
}
