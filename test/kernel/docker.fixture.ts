// A node where Docker is the runtime: dockerd from Debian in a network namespace of its own, so that docker0, its rules and its settings
// go with it. Its uplink `eth0` leads to a second namespace, "outside", where clients come from. Everything is under one random name.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { busyboxImage } from './busybox-image.ts';
import { quietly, run } from './run.ts';

const image = 'vethscope.test/box:1';
// Another `docker` may stand before Debian's in PATH.
const docker = '/usr/bin/docker';

/** What the fixture needs and this machine lacks. */
export function missingForDocker(): string[] {
  const programs = ['dockerd', 'containerd', 'runc', 'busybox', 'iptables', 'nsenter'];
  const missing = programs.filter((program) => spawnSync('which', [program]).status !== 0);
  return fs.existsSync(docker) ? missing : [...missing, docker];
}

export interface Container {
  readonly id: string;
  readonly pid: number;
  readonly address: string;
}

export class DockerNode {
  readonly id = `vd${randomBytes(3).toString('hex')}`;
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vs-dkr-'));
  readonly socket = path.join(this.folder, 'docker.sock');
  readonly netns = `/var/run/netns/${this.id}-node`;
  /** The node's address on its uplink. */
  readonly address = '10.76.5.2';
  private dockerd: ChildProcess | null = null;
  private containers: string[] = [];

  static async start(): Promise<DockerNode> {
    const node = new DockerNode();
    try {
      await node.begin();
      return node;
    } catch (error) {
      const log = path.join(node.folder, 'log');
      const tail = fs.existsSync(log) ? fs.readFileSync(log, 'utf8').trim().split('\n').slice(-8).join('\n') : '';
      await node.stop();
      throw new Error(`dockerd did not start: ${String(error)}\n${tail}`);
    }
  }

  private async begin(): Promise<void> {
    const [inside, outside] = [`${this.id}-node`, `${this.id}-out`];
    for (const name of [inside, outside]) {
      run('ip', ['netns', 'add', name]);
      run('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
    }
    run('ip', ['link', 'add', 'eth0', 'netns', inside, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', outside]);
    for (const [name, address] of [
      [inside, this.address],
      [outside, '10.76.5.1'],
    ] as const) {
      run('ip', ['-n', name, 'addr', 'add', `${address}/24`, 'dev', 'eth0']);
      run('ip', ['-n', name, 'link', 'set', 'eth0', 'up']);
    }
    run('ip', ['-n', inside, 'route', 'add', 'default', 'via', '10.76.5.1']);
    const at = (name: string) => path.join(this.folder, name);
    fs.writeFileSync(at('daemon.json'), '{}');
    const folders = ['--data-root', at('data'), '--exec-root', at('exec'), '--pidfile', at('pid')];
    const quiet = ['--config-file', at('daemon.json'), '--storage-driver', 'vfs', '--oom-score-adjust', '0'];
    const args = [`--net=${this.netns}`, 'dockerd', '-H', `unix://${this.socket}`, ...folders, ...quiet];
    const log = fs.openSync(at('log'), 'w');
    this.dockerd = spawn('nsenter', args, { stdio: ['ignore', log, log] });
    fs.closeSync(log);
    for (let tries = 0; !this.answers(); tries++) {
      if (tries > 150 || this.dockerd.exitCode !== null) throw new Error('no answer on its socket');
      await delay(200);
    }
    this.docker('load', '-q', '-i', busyboxImage(this.folder, image));
  }

  private answers(): boolean {
    return fs.existsSync(this.socket) && spawnSync(docker, ['-H', `unix://${this.socket}`, 'version']).status === 0;
  }

  docker(...args: string[]): string {
    return run(docker, ['-H', `unix://${this.socket}`, ...args]).trim();
  }

  /** Runs a program in the node's namespace. */
  in(program: string, ...args: string[]): string {
    return run('nsenter', [`--net=${this.netns}`, program, ...args]);
  }

  fromOutside(program: string, ...args: string[]): string {
    return run('nsenter', [`--net=/var/run/netns/${this.id}-out`, program, ...args]);
  }

  /** @param options of `docker run` @param command left out: it sleeps */
  container(name: string, options: readonly string[] = [], command: readonly string[] = []): Container {
    const cgroup = ['--cgroup-parent', `/${this.id}`];
    const id = this.docker('run', '-d', '--name', name, ...cgroup, ...options, image, ...command);
    this.containers.push(id);
    const [pid = '', address = ''] = this.docker(
      'inspect',
      '-f',
      '{{.State.Pid}} {{.NetworkSettings.IPAddress}}',
      id,
    ).split(' ');
    return { id, pid: Number(pid), address };
  }

  async stop(): Promise<void> {
    if (this.dockerd !== null) {
      for (const id of this.containers) quietly(docker, ['-H', `unix://${this.socket}`, 'rm', '-f', id]);
      this.containers = [];
      const child = this.dockerd;
      this.dockerd = null;
      if (child.exitCode === null) {
        const ended = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGTERM');
        await Promise.race([ended, delay(10_000)]);
        if (child.exitCode === null) child.kill('SIGKILL');
      }
    }
    for (const line of fs.readFileSync('/proc/self/mountinfo', 'utf8').split('\n').reverse()) {
      const target = line.split(' ')[4] ?? '';
      if (target.startsWith(`${this.folder}/`)) quietly('umount', ['-l', target]);
    }
    for (const top of ['/sys/fs/cgroup', ...fs.readdirSync('/sys/fs/cgroup').map((n) => `/sys/fs/cgroup/${n}`)])
      if (fs.existsSync(path.join(top, this.id))) quietly('rmdir', ['--', path.join(top, this.id)]);
    for (const name of ['node', 'out']) quietly('ip', ['netns', 'del', `${this.id}-${name}`]);
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
