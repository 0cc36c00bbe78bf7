// Two pods on a bridge, as a CNI would leave them, in namespaces of their own: nothing of it is seen by the machine that runs the test.
//   client eth0 10.88.0.2 — vclient ┐
//   web    eth0 10.88.0.3 — vweb    ┴ br0 10.88.0.1 (node)
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import type { CapturePoint, Pod } from '../../api/live.ts';
import { PodFinder } from '../../server/pods/pods.ts';
import type { System } from '../../server/system/system.ts';

const addresses = { client: '10.88.0.2', web: '10.88.0.3' } as const;

export class BridgeWorld {
  readonly id = `vc${randomBytes(3).toString('hex')}`;

  constructor() {
    const ip = (...args: string[]) => execFileSync('ip', args, { stdio: 'pipe' });
    try {
      for (const n of ['node', 'client', 'web']) {
        ip('netns', 'add', this.name(n));
        ip('-n', this.name(n), 'link', 'set', 'lo', 'up');
      }
      ip('-n', this.name('node'), 'link', 'add', 'br0', 'type', 'bridge');
      ip('-n', this.name('node'), 'addr', 'add', '10.88.0.1/24', 'dev', 'br0');
      ip('-n', this.name('node'), 'link', 'set', 'br0', 'up');
      for (const pod of ['client', 'web'] as const) {
        const peer = ['peer', 'name', 'eth0', 'netns', this.name(pod)];
        ip('link', 'add', `v${pod}`, 'netns', this.name('node'), 'type', 'veth', ...peer);
        ip('-n', this.name('node'), 'link', 'set', `v${pod}`, 'master', 'br0', 'up');
        ip('-n', this.name(pod), 'addr', 'add', `${addresses[pod]}/24`, 'dev', 'eth0');
        ip('-n', this.name(pod), 'link', 'set', 'eth0', 'up');
        ip('-n', this.name(pod), 'route', 'add', 'default', 'via', '10.88.0.1');
      }
      this.ping(1); // settles ARP
    } catch (error) {
      this.close();
      throw error;
    }
  }

  name(n: string): string {
    return `${this.id}-${n}`;
  }

  netns(n: string): string {
    return `/var/run/netns/${this.name(n)}`;
  }

  /** `count` requests from client to web, and as many answers. */
  ping(count: number, pauseSeconds = 0.02): void {
    this.in('client', ['ping', '-q', '-c', String(count), '-i', String(pauseSeconds), '-W', '1', addresses.web]);
  }

  in(n: string, command: readonly string[]): string {
    return execFileSync('ip', ['netns', 'exec', this.name(n), ...command], { encoding: 'utf8', stdio: 'pipe' });
  }

  points(): CapturePoint[] {
    const common = { pid: null, selected: true, sees: '', warning: null };
    const node = this.netns('node');
    const pod = (n: string): CapturePoint[] => [
      {
        ...common,
        id: `pod:${n}`,
        kind: 'pod',
        device: 'eth0',
        netns: this.netns(n),
        label: `pod ${n}`,
        podId: `default/${n}`,
      },
      {
        ...common,
        id: `veth:v${n}`,
        kind: 'veth',
        device: `v${n}`,
        netns: node,
        label: `veth ${n}`,
        podId: `default/${n}`,
      },
    ];
    return [
      ...pod('client'),
      { ...common, id: 'bridge:br0', kind: 'bridge', device: 'br0', netns: node, label: 'br0', podId: null },
    ];
  }

  pods(): Pod[] {
    return Object.entries(addresses).map(([name, address]) => ({
      id: `default/${name}`,
      namespace: 'default',
      name,
      addresses: [address],
      node: 'node',
      hostNetwork: false,
      state: 'running',
      netns: this.netns(name),
      pid: null,
      interfaces: [],
      hostPorts: [],
      foundBy: ['netns'],
      disagreements: [],
    }));
  }

  close(): void {
    for (const n of ['client', 'web', 'node']) spawnSync('ip', ['netns', 'del', this.name(n)], { stdio: 'ignore' });
  }
}

/** Tells a server what there is, in the place of looking for it. */
export class ToldFinder extends PodFinder {
  private readonly told: { readonly pods: Pod[]; readonly points: CapturePoint[] };

  constructor(system: System, told: { readonly pods: Pod[]; readonly points: CapturePoint[] }) {
    super(system);
    this.told = told;
  }

  override async list() {
    return { node: 'node', pods: this.told.pods, sources: [], findings: [] };
  }

  override async points() {
    return this.told.points;
  }
}
