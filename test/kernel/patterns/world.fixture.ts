// A node as a CNI bridge, kube-proxy and portmap leave it, in namespaces of its own, with real servers behind it, for faults to be built into.
//   client eth0 10.244.1.2 — vclient ┐
//   web    eth0 10.244.1.5 — vweb    ┴ cni0 10.244.1.1 (node) eth0 192.168.60.11 — outside 192.168.60.9
//                                                             eth1 192.168.70.11 — outside 192.168.70.9
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import { dumpCommands } from '../../../server/snapshot/commands.ts';

export const IP = {
  client: '10.244.1.2',
  web: '10.244.1.5',
  bridge: '10.244.1.1',
  node: '192.168.60.11',
  node2: '192.168.70.11',
  outside: '192.168.60.9',
  outside2: '192.168.70.9',
} as const;

export type Place = 'client' | 'web' | 'outside' | 'node';
const PLACES: readonly Place[] = ['node', 'client', 'web', 'outside'];
const PEER = path.join(import.meta.dirname, 'peer.mjs');

/** Settings that a trace or a diagnosis asks for; the rest of `sysctl net` is left out of what is recorded. */
const SETTINGS =
  /^net\.(?:ipv4\.(?:ip_forward|conf\.[^.]+\.(?:forwarding|rp_filter|route_localnet|accept_local|arp_ignore))|bridge\.|netfilter\.nf_conntrack_(?:max|count|tcp_be_liberal)|ipv4\.vs\.)/;

export interface Question {
  readonly from: Place;
  readonly proto?: 'tcp' | 'udp';
  readonly host: string;
  readonly port: number;
  readonly localPort?: number;
  readonly localAddress?: string;
}

export interface Dump {
  readonly path: string;
  readonly text: string;
}

export class PatternWorld {
  readonly #id = `vp${randomBytes(3).toString('hex')}`;
  readonly #servers: ChildProcess[] = [];

  constructor() {
    try {
      this.#build();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #build(): void {
    const ip = (...args: string[]) => execFileSync('ip', args, { stdio: 'pipe' });
    for (const p of PLACES) {
      ip('netns', 'add', this.name(p));
      ip('-n', this.name(p), 'link', 'set', 'lo', 'up');
    }
    const node = this.name('node');
    ip('-n', node, 'link', 'add', 'cni0', 'type', 'bridge');
    ip('-n', node, 'addr', 'add', `${IP.bridge}/24`, 'dev', 'cni0');
    ip('-n', node, 'link', 'set', 'cni0', 'up');
    const pair = (place: Place, inside: string, onNode: string, address: string) => {
      ip('link', 'add', onNode, 'netns', node, 'type', 'veth', 'peer', 'name', inside, 'netns', this.name(place));
      ip('-n', this.name(place), 'addr', 'add', `${address}/24`, 'dev', inside);
      ip('-n', this.name(place), 'link', 'set', inside, 'up');
      ip('-n', node, 'link', 'set', onNode, 'up');
    };
    for (const pod of ['client', 'web'] as const) {
      pair(pod, 'eth0', `v${pod}`, IP[pod]);
      ip('-n', node, 'link', 'set', `v${pod}`, 'master', 'cni0');
      this.in('node', ['bridge', 'link', 'set', 'dev', `v${pod}`, 'hairpin', 'on']);
      ip('-n', this.name(pod), 'route', 'add', 'default', 'via', IP.bridge);
    }
    for (const [device, own, other] of [
      ['eth0', IP.node, IP.outside],
      ['eth1', IP.node2, IP.outside2],
    ] as const) {
      pair('outside', device, device, other);
      ip('-n', node, 'addr', 'add', `${own}/24`, 'dev', device);
    }
    ip('-n', node, 'route', 'add', 'default', 'via', IP.outside);
    ip('-n', this.name('outside'), 'route', 'add', '10.0.0.0/8', 'via', IP.node);
    this.set('net.ipv4.ip_forward=1', 'net.ipv4.conf.all.rp_filter=0', 'net.bridge.bridge-nf-call-iptables=1');
    for (const d of ['eth0', 'eth1', 'cni0']) this.set(`net.ipv4.conf.${d}.rp_filter=0`);
  }

  name(p: Place): string {
    return `${this.#id}-${p}`;
  }

  in(p: Place, command: readonly string[], input = ''): string {
    return execFileSync('ip', ['netns', 'exec', this.name(p), ...command], { encoding: 'utf8', input, stdio: 'pipe' });
  }

  /** Sets sysctls of the node. */
  set(...settings: readonly string[]): void {
    this.in('node', ['sysctl', '-qw', ...settings]);
  }

  async serve(p: Place, ...ports: readonly string[]): Promise<void> {
    const child = spawn('ip', ['netns', 'exec', this.name(p), process.execPath, PEER, 'serve', p, ...ports], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#servers.push(child);
    if (child.stdout) await once(child.stdout, 'data');
  }

  /** What a client hears: the name of who answered, or how it failed. */
  ask(q: Question): string {
    const args = [
      q.proto ?? 'tcp',
      q.host,
      String(q.port),
      String(q.localPort ?? 0),
      ...(q.localAddress ? [q.localAddress] : []),
    ];
    return this.in(q.from, [process.execPath, PEER, 'ask', ...args]).trim();
  }

  /** What the product's snapshot would take of the node. Empty answers are left out unless their emptiness says something. */
  dumps(): Dump[] {
    return dumpCommands.flatMap((d) => {
      if (d.onlyIf?.includes('ip_vs') || d.program === 'iptables' || /^ip6?tables-save$/.test(d.program)) return [];
      const r = spawnSync('ip', ['netns', 'exec', this.name('node'), d.program, ...d.args], { encoding: 'utf8' });
      if (r.status !== 0) return [];
      const text =
        d.name === 'sysctl'
          ? `${r.stdout
              .split('\n')
              .filter((l) => SETTINGS.test(l))
              .join('\n')}\n`
          : r.stdout;
      const empty = text.trim() === '' && !/^(?:nft|ipset|conntrack)/.test(d.name);
      return empty || text.trim() === '[]' ? [] : [{ path: `${d.name}.${d.extension}`, text }];
    });
  }

  close(): void {
    for (const s of this.#servers) s.kill();
    for (const p of PLACES) spawnSync('ip', ['netns', 'del', this.name(p)], { stdio: 'ignore' });
  }
}
