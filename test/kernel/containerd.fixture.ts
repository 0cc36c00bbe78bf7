// A node with a real runtime: containerd with its CRI plugin, runc and the CNI plugins bridge and portmap, in a network namespace of
// its own, so that bridge, rules and sysctls are the node's alone and go with it. Its uplink `eth0` leads to the namespace of the test
// ("outside"). Images are made on the spot from busybox-static. Everything is under one random name; `stop` removes all of it.
//
// Surprise: containerd is entered with nsenter, not `ip netns exec`, which would hide the pods' netns mounts from everybody else.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { type GrpcClient, grpcClient } from '../../server/pods/grpc-client.ts';
import type { System } from '../../server/system/system.ts';
import { busyboxImage } from './busybox-image.ts';
import { removeAll, sweep } from './containerd-leftovers.ts';
import { runPods } from './cri-run.ts';
import { run } from './run.ts';
import { systemIn } from './system-in.ts';

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
    run('ctr', ['-a', this.socket, '-n', 'k8s.io', 'images', 'import', busyboxImage(this.folder, image)]);
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
