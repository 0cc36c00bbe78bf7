// A node with a real runtime: containerd with its CRI plugin, runc and the CNI plugins bridge and portmap, in a network namespace of
// its own, so that bridge, rules and sysctls are the node's alone and go with it. Its uplink `eth0` leads to the namespace of the test
// ("outside"). Images are made on the spot from busybox-static. Everything is under one random name; `stop` removes all of it.
//
// Surprise: containerd is entered with nsenter, not `ip netns exec`, which would hide the pods' netns mounts from everybody else.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { criProto } from '../../server/pods/cri-proto.ts';
import { type GrpcClient, grpcClient } from '../../server/pods/grpc-client.ts';
import type { Files, Programs, System } from '../../server/system/system.ts';

const image = 'vethscope.test/box:1';
const cniFolder = '/usr/lib/cni';

/** Debian packages the fixture needs and this machine lacks. In CI none may be missing. */
export function missingForContainerd(): string[] {
  const there = (file: string, folders: readonly string[]) => folders.some((f) => fs.existsSync(path.join(f, file)));
  const bins = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];
  const wanted: readonly [string, string, readonly string[]][] = [
    ['containerd', 'containerd', bins],
    ['runc', 'runc', bins],
    ['busybox-static', 'busybox', bins],
    ['iptables', 'iptables', bins],
    ['containernetworking-plugins', 'portmap', [cniFolder]],
  ];
  return wanted.filter(([, file, folders]) => !there(file, folders)).map(([pack]) => pack);
}

function run(program: string, args: readonly string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 64 << 20 });
}

function quietly(program: string, args: readonly string[]): void {
  try {
    run(program, args);
  } catch {
    // was not there
  }
}

/** What the tests ask of CRI beyond what the product does. */
const runPods = {
  nested: {
    runtime: {
      nested: {
        v1: {
          nested: {
            ...criProto.nested.runtime.nested.v1.nested,
            RuntimeService: {
              methods: {
                ...criProto.nested.runtime.nested.v1.nested.RuntimeService.methods,
                RunPodSandbox: { requestType: 'RunPodSandboxRequest', responseType: 'RunPodSandboxResponse' },
                StopPodSandbox: { requestType: 'SandboxRequest', responseType: 'Nothing' },
                RemovePodSandbox: { requestType: 'SandboxRequest', responseType: 'Nothing' },
                CreateContainer: { requestType: 'CreateContainerRequest', responseType: 'CreateContainerResponse' },
                StartContainer: { requestType: 'StartContainerRequest', responseType: 'Nothing' },
              },
            },
            Nothing: { fields: {} },
            SandboxRequest: { fields: { podSandboxId: { type: 'string', id: 1 } } },
            RunPodSandboxRequest: {
              fields: { config: { type: 'PodSandboxConfig', id: 1 }, runtimeHandler: { type: 'string', id: 2 } },
            },
            RunPodSandboxResponse: { fields: { podSandboxId: { type: 'string', id: 1 } } },
            Protocol: { values: { TCP: 0, UDP: 1, SCTP: 2 } },
            PortMapping: {
              fields: {
                protocol: { type: 'Protocol', id: 1 },
                containerPort: { type: 'int32', id: 2 },
                hostPort: { type: 'int32', id: 3 },
                hostIp: { type: 'string', id: 4 },
              },
            },
            LinuxSandboxSecurityContext: { fields: { namespaceOptions: { type: 'NamespaceOption', id: 1 } } },
            LinuxPodSandboxConfig: {
              fields: {
                cgroupParent: { type: 'string', id: 1 },
                securityContext: { type: 'LinuxSandboxSecurityContext', id: 2 },
              },
            },
            PodSandboxConfig: {
              fields: {
                metadata: { type: 'PodSandboxMetadata', id: 1 },
                hostname: { type: 'string', id: 2 },
                logDirectory: { type: 'string', id: 3 },
                portMappings: { rule: 'repeated', type: 'PortMapping', id: 5 },
                labels: { keyType: 'string', type: 'string', id: 6 },
                linux: { type: 'LinuxPodSandboxConfig', id: 8 },
              },
            },
            ImageSpec: { fields: { image: { type: 'string', id: 1 } } },
            ContainerMetadata: { fields: { name: { type: 'string', id: 1 } } },
            ContainerConfig: {
              fields: {
                metadata: { type: 'ContainerMetadata', id: 1 },
                image: { type: 'ImageSpec', id: 2 },
                command: { rule: 'repeated', type: 'string', id: 3 },
                logPath: { type: 'string', id: 11 },
              },
            },
            CreateContainerRequest: {
              fields: {
                podSandboxId: { type: 'string', id: 1 },
                config: { type: 'ContainerConfig', id: 2 },
                sandboxConfig: { type: 'PodSandboxConfig', id: 3 },
              },
            },
            CreateContainerResponse: { fields: { containerId: { type: 'string', id: 1 } } },
            StartContainerRequest: { fields: { containerId: { type: 'string', id: 1 } } },
          },
        },
      },
    },
  },
};

export interface PodWish {
  readonly name: string;
  readonly namespace?: string;
  /** What its one container runs; without it the pod is only its sandbox. */
  readonly command?: readonly string[];
  readonly hostPorts?: readonly {
    readonly hostPort: number;
    readonly containerPort: number;
    readonly protocol?: 'TCP' | 'UDP';
  }[];
  readonly hostNetwork?: boolean;
  /** Another network than the bridge with port mappings. */
  readonly network?: keyof typeof otherNetworks;
}

/** Bits a second and bits, as the plugin takes them. */
export const bandwidth = { ingressRate: 2_000_000, ingressBurst: 400_000, egressRate: 4_000_000, egressBurst: 800_000 };

/** CNI plugins of the other networks; each is a runtime handler of containerd with a CNI folder of its own. */
const otherNetworks = {
  ptp: (ipam: object, subnet: string) => [{ type: 'ptp', ipMasq: true, ipam: { ...ipam, ranges: [[{ subnet }]] } }],
  /** Addresses of the uplink's own subnet, away from the node's and the test's. */
  macvlan: (ipam: object, _subnet: string, uplink: string) => [
    {
      type: 'macvlan',
      master: 'eth0',
      mode: 'bridge',
      ipam: { ...ipam, ranges: [[{ subnet: `${uplink}.0/24`, rangeStart: `${uplink}.100` }]] },
    },
  ],
  bandwidth: (ipam: object, subnet: string) => [
    { type: 'bridge', bridge: 'cni1', isGateway: true, ipMasq: true, ipam: { ...ipam, ranges: [[{ subnet }]] } },
    { type: 'bandwidth', ...bandwidth },
  ],
} as const;

export interface RunningPod {
  /** `namespace/name`. */
  readonly id: string;
  readonly uid: string;
  readonly sandboxId: string;
  readonly pid: number;
  /** `/var/run/netns/cni-…`; empty for a pod of the node's network. */
  readonly netns: string;
  readonly address: string;
}

const ran = z.object({ podSandboxId: z.string() });
const created = z.object({ containerId: z.string() });
const sandbox = z.object({
  status: z.object({ network: z.object({ ip: z.string() }).nullable() }),
  info: z.record(z.string(), z.string()),
});
const sandboxInfo = z.object({
  pid: z.number(),
  runtimeSpec: z.object({
    linux: z.object({ namespaces: z.array(z.object({ type: z.string(), path: z.string().optional() })) }),
  }),
});

export class ContainerdNode {
  readonly id = `vs${randomBytes(3).toString('hex')}`;
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vs-ctd-'));
  readonly socket = path.join(this.folder, 'containerd.sock');
  readonly netns = `/var/run/netns/${this.id}-node`;
  /** Bridge of the pods. */
  readonly bridge = 'cni0';
  private readonly octet = randomInt(20, 240);
  /** The node's address on its uplink `eth0`, reachable from the test's own namespace. */
  readonly address = `10.77.${this.octet}.2`;
  /** Address of the test's side, where outside clients come from. */
  readonly outside = `10.77.${this.octet}.1`;
  readonly podSubnet = `10.78.${this.octet}.0/24`;
  private containerd: ChildProcess | null = null;
  private client: GrpcClient | null = null;
  private readonly pods = new Map<string, string>();
  private get uplinkOutside(): string {
    return `${this.id}u`;
  }

  static async start(): Promise<ContainerdNode> {
    for (const folder of fs.readdirSync(os.tmpdir()))
      if (folder.startsWith('vs-ctd-')) sweep(path.join(os.tmpdir(), folder));
    const node = new ContainerdNode();
    fs.writeFileSync(path.join(node.folder, 'owner'), `${process.pid} ${node.id}`);
    try {
      await node.begin();
      return node;
    } catch (error) {
      const log = path.join(node.folder, 'log');
      const tail = fs.existsSync(log) ? fs.readFileSync(log, 'utf8').trim().split('\n').slice(-8).join('\n') : '';
      await node.stop();
      throw new Error(`containerd did not start: ${String(error)}\n${tail}`);
    }
  }

  /** Runs a program in the node's network namespace. */
  in(program: string, args: readonly string[]): string {
    return run('nsenter', [`--net=${this.netns}`, program, ...args]);
  }

  spawnIn(program: string, args: readonly string[]): ChildProcess {
    return spawn('nsenter', [`--net=${this.netns}`, program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** Runs a program of this machine in the network namespace of a pod. */
  inPod(pod: RunningPod, program: string, args: readonly string[]): string {
    return run('nsenter', [`--net=${pod.netns}`, program, ...args]);
  }

  /** The system as a vethscope on this node would have it: its programs and /proc/sys/net are those of the node's namespace. */
  system(real: System): System {
    return systemIn(real, this.netns);
  }

  private async begin(): Promise<void> {
    this.makeNetwork();
    this.writeConfig();
    const log = fs.openSync(path.join(this.folder, 'log'), 'w');
    this.containerd = spawn(
      'nsenter',
      [`--net=${this.netns}`, 'containerd', '--config', path.join(this.folder, 'config.toml')],
      { stdio: ['ignore', log, log] },
    );
    fs.closeSync(log);
    this.client = await grpcClient(runPods, 'runtime.v1.RuntimeService', this.socket);
    for (let tries = 0; ; tries++) {
      try {
        if (fs.existsSync(this.socket)) {
          await this.call('Version', {}, 2000);
          break;
        }
      } catch (error) {
        if (tries > 100) throw error;
      }
      if (tries > 100 || this.containerd.exitCode !== null) throw new Error('no answer on its socket');
      await delay(100);
    }
    run('ctr', ['-a', this.socket, '-n', 'k8s.io', 'images', 'import', this.makeImage()]);
  }

  private makeNetwork(): void {
    run('ip', ['netns', 'add', `${this.id}-node`]);
    run('ip', ['link', 'add', this.uplinkOutside, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', `${this.id}-node`]);
    run('ip', ['addr', 'add', `${this.outside}/24`, 'dev', this.uplinkOutside]);
    run('ip', ['link', 'set', this.uplinkOutside, 'up']);
    this.in('ip', ['link', 'set', 'lo', 'up']);
    this.in('ip', ['addr', 'add', `${this.address}/24`, 'dev', 'eth0']);
    this.in('ip', ['link', 'set', 'eth0', 'up']);
    this.in('ip', ['route', 'add', 'default', 'via', this.outside]);
  }

  private writeConfig(): void {
    const at = (...parts: string[]) => path.join(this.folder, ...parts);
    fs.mkdirSync(at('net.d'));
    const network = {
      cniVersion: '0.4.0',
      name: 'pods',
      plugins: [
        {
          type: 'bridge',
          bridge: this.bridge,
          isGateway: true,
          ipMasq: true,
          ipam: {
            type: 'host-local',
            dataDir: at('ipam'),
            ranges: [[{ subnet: this.podSubnet }]],
            routes: [{ dst: '0.0.0.0/0' }],
          },
        },
        { type: 'portmap', capabilities: { portMappings: true }, snat: true },
      ],
    };
    fs.writeFileSync(at('net.d', '10-pods.conflist'), JSON.stringify(network));
    let block = 79;
    for (const [name, pluginsOf] of Object.entries(otherNetworks)) {
      fs.mkdirSync(at(`${name}.d`));
      const ipam = { type: 'host-local', dataDir: at('ipam'), routes: [{ dst: '0.0.0.0/0' }] };
      const plugins = pluginsOf(ipam, `10.${block++}.${this.octet}.0/24`, `10.77.${this.octet}`);
      fs.writeFileSync(at(`${name}.d`, '10.conflist'), JSON.stringify({ cniVersion: '0.4.0', name, plugins }));
    }
    const cri = 'plugins."io.containerd.grpc.v1.cri"';
    const unused = [
      'snapshotter.v1.btrfs',
      'snapshotter.v1.zfs',
      'snapshotter.v1.devmapper',
      'snapshotter.v1.aufs',
      'internal.v1.opt',
    ];
    fs.writeFileSync(
      at('config.toml'),
      `version = 2
root = "${at('root')}"
state = "${at('state')}"
disabled_plugins = [${unused.map((p) => `"io.containerd.${p}"`).join(', ')}]
[grpc]
  address = "${this.socket}"
[ttrpc]
  address = "${this.socket}.ttrpc"
[${cri}]
  sandbox_image = "${image}"
  restrict_oom_score_adj = true
  disable_apparmor = true
  stream_server_address = "127.0.0.1"
  [${cri}.cni]
    bin_dir = "${cniFolder}"
    conf_dir = "${at('net.d')}"
  [${cri}.containerd]
    snapshotter = "native"
    [${cri}.containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
${Object.keys(otherNetworks)
  .map(
    (name) => `    [${cri}.containerd.runtimes.${name}]
      runtime_type = "io.containerd.runc.v2"
      cni_conf_dir = "${at(`${name}.d`)}"
`,
  )
  .join('')}`,
    );
  }

  /** An archive as `docker save` makes it: busybox and its links; it sleeps where nothing else is asked for. */
  private makeImage(): string {
    const at = (...parts: string[]) => path.join(this.folder, 'image', ...parts);
    fs.mkdirSync(at('root', 'bin'), { recursive: true });
    for (const folder of ['etc', 'tmp', 'proc', 'sys', 'dev']) fs.mkdirSync(at('root', folder));
    fs.copyFileSync('/bin/busybox', at('root', 'bin', 'busybox'));
    fs.chmodSync(at('root', 'bin', 'busybox'), 0o755);
    for (const applet of ['sh', 'sleep', 'nc', 'wget', 'httpd', 'ping', 'echo', 'cat'])
      fs.symlinkSync('busybox', at('root', 'bin', applet));
    run('tar', ['-C', at('root'), '-cf', at('layer.tar'), '.']);
    const digest = run('sha256sum', [at('layer.tar')]).split(' ')[0] ?? '';
    const config = {
      architecture: { x64: 'amd64', arm64: 'arm64' }[process.arch as 'x64'] ?? process.arch,
      os: 'linux',
      config: { Cmd: ['/bin/sleep', '2147483647'], Env: ['PATH=/bin'] },
      rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
    };
    fs.writeFileSync(at('config.json'), JSON.stringify(config));
    const manifest = [{ Config: 'config.json', RepoTags: [image], Layers: ['layer.tar'] }];
    fs.writeFileSync(at('manifest.json'), JSON.stringify(manifest));
    run('tar', ['-C', at(), '-cf', `${at()}.tar`, 'manifest.json', 'config.json', 'layer.tar']);
    return `${at()}.tar`;
  }

  private call(method: string, request: object, timeoutMs = 30_000): Promise<unknown> {
    if (this.client === null) throw new Error('containerd is not running');
    return this.client.call(method, request, timeoutMs);
  }

  async runPod(wish: PodWish): Promise<RunningPod> {
    const namespace = wish.namespace ?? 'default';
    const uid = randomUUID();
    const config = {
      metadata: { name: wish.name, uid, namespace, attempt: 0 },
      // A pod of the node's network has the node's name.
      hostname: wish.hostNetwork === true ? '' : wish.name,
      logDirectory: path.join(this.folder, 'logs'),
      portMappings: (wish.hostPorts ?? []).map((p) => ({ protocol: p.protocol ?? 'TCP', ...p })),
      labels: {
        'io.kubernetes.pod.name': wish.name,
        'io.kubernetes.pod.namespace': namespace,
        'io.kubernetes.pod.uid': uid,
      },
      linux: {
        // As the kubelet places them, below a name of our own that can be removed.
        cgroupParent: `/${this.id}/kubepods/besteffort/pod${uid}`,
        securityContext: { namespaceOptions: { network: wish.hostNetwork === true ? 'NODE' : 'POD' } },
      },
    };
    const { podSandboxId } = ran.parse(
      await this.call('RunPodSandbox', { config, runtimeHandler: wish.network ?? '' }),
    );
    const id = `${namespace}/${wish.name}`;
    this.pods.set(id, podSandboxId);
    if (wish.command !== undefined) {
      const container = {
        metadata: { name: 'main' },
        image: { image },
        command: [...wish.command],
        logPath: `${wish.name}.log`,
      };
      const made = created.parse(
        await this.call('CreateContainer', { podSandboxId, config: container, sandboxConfig: config }),
      );
      await this.call('StartContainer', made);
    }
    const status = sandbox.parse(await this.call('PodSandboxStatus', { podSandboxId, verbose: true }));
    const info = sandboxInfo.parse(JSON.parse(status.info['info'] ?? ''));
    const netns = info.runtimeSpec.linux.namespaces.find((n) => n.type === 'network')?.path ?? '';
    return { id, uid, sandboxId: podSandboxId, pid: info.pid, netns, address: status.status.network?.ip ?? '' };
  }

  async removePod(id: string): Promise<void> {
    const podSandboxId = this.pods.get(id);
    if (podSandboxId === undefined) throw new Error(`no pod ${id}`);
    this.pods.delete(id);
    await this.call('StopPodSandbox', { podSandboxId });
    await this.call('RemovePodSandbox', { podSandboxId });
  }

  async stop(): Promise<void> {
    for (const id of [...this.pods.keys()]) {
      try {
        await this.removePod(id);
      } catch (error) {
        process.stderr.write(`pod ${id} was not removed: ${String(error)}\n`);
      }
    }
    this.client?.close();
    this.client = null;
    await this.endContainerd();
    removeAll(this.folder, this.id);
  }

  private async endContainerd(): Promise<void> {
    const child = this.containerd;
    this.containerd = null;
    if (child === null || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await Promise.race([ended, delay(5000)]);
    child.kill('SIGKILL');
  }
}

/** What a test run that was killed left in its folder: its owner is written there, and is no more. */
function sweep(folder: string): void {
  try {
    const [pid, id] = fs.readFileSync(path.join(folder, 'owner'), 'utf8').split(' ');
    if (pid !== undefined && id !== undefined && /^vs[0-9a-f]{6}$/.test(id) && !fs.existsSync(`/proc/${pid}`))
      removeAll(folder, id);
  } catch {
    // without an owner it is not ours to judge
  }
}

/** Processes, mounts, CNI results, cgroups and namespaces of a node; each is told by its folder or its random name. */
function removeAll(folder: string, id: string): void {
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

/** The real system with its programs run in a network namespace, and with what the kernel shows there for it. */
export function systemIn(real: System, netns: string): System {
  const enter = [`--net=${netns}`];
  const programs = new Proxy(real.programs, {
    get(target, name: keyof Programs) {
      const method: unknown = target[name];
      if (typeof method !== 'function') return method;
      if (name === 'find') return method.bind(target);
      return (program: string, args: readonly string[], ...rest: unknown[]) =>
        method.call(target, 'nsenter', [...enter, program, ...args], ...rest);
    },
  });
  const files = new Proxy(real.files, {
    get(target, name: keyof Files) {
      const method: unknown = target[name];
      if (typeof method !== 'function') return method;
      return (file: string, ...rest: unknown[]) => {
        if (name === 'readText' && /^\/proc\/(sys\/net|net)\//.test(file))
          return Promise.resolve().then(() => run('nsenter', [...enter, 'cat', '--', file]));
        return method.call(target, file === '/proc/self/ns/net' ? netns : file, ...rest);
      };
    },
  });
  return { ...real, programs, files };
}
