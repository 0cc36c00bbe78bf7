// A path over two nodes, on this kernel: pods on each, joined by plain routes and by VXLAN. (This kernel has no ipip
// and no Geneve: tunnels.test.ts has them of a guest's.)
// What the client hears is what the two snapshots together say, there and back; blocked tunnels and routes around a node included.
//   pod-a 10.244.1.2 — cni0 (node-a) eth0 192.168.60.11 ┐
//                                                       ├ a wire
//   pod-b 10.244.2.2 — cni0 (node-b) eth0 192.168.60.12 ┘
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { explainPacket } from '../../netpath/explain/explain.ts';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import { dumpCommands } from '../../server/snapshot/commands.ts';

const root = process.getuid?.() === 0;
if (!root && process.env['CI']) throw new Error('the path over two nodes needs root');
const PEER = path.join(import.meta.dirname, 'patterns/peer.mjs');
const SERVICE = '10.96.0.80';
const fixtures = path.resolve(import.meta.dirname, '../../fixtures/cluster');

class TwoNodes {
  readonly #id = `vn${randomBytes(3).toString('hex')}`;
  readonly #names = ['node-a', 'node-b', 'pod-a', 'pod-b'];

  constructor() {
    for (const n of this.#names) {
      this.ip('netns', 'add', this.name(n));
      this.in(n, 'ip link set lo up');
    }
    for (const [k, other, i] of [
      ['a', 'b', 1],
      ['b', 'a', 2],
    ] as const) {
      const node = `node-${k}`;
      this.in(node, 'ip link add cni0 type bridge');
      this.in(node, `ip addr add 10.244.${i}.1/24 dev cni0`);
      this.in(node, 'ip link set cni0 up');
      this.ip(
        'link',
        'add',
        'vpod',
        'netns',
        this.name(node),
        'type',
        'veth',
        'peer',
        'eth0',
        'netns',
        this.name(`pod-${k}`),
      );
      this.in(node, 'ip link set vpod master cni0 up');
      this.in(`pod-${k}`, `ip addr add 10.244.${i}.2/24 dev eth0`);
      this.in(`pod-${k}`, 'ip link set eth0 up');
      this.in(`pod-${k}`, `ip route add default via 10.244.${i}.1`);
      if (k === 'a')
        this.ip(
          'link',
          'add',
          'eth0',
          'netns',
          this.name(node),
          'type',
          'veth',
          'peer',
          'eth0',
          'netns',
          this.name(`node-${other}`),
        );
      this.in(node, `ip addr add 192.168.60.1${i}/24 dev eth0`);
      this.in(node, 'ip link set eth0 up');
      this.in(node, 'sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth0.rp_filter=0');
      this.in(node, 'iptables-nft -A FORWARD -m conntrack --ctstate INVALID -j DROP');
    }
    // a service on node A whose only endpoint is on node B
    this.in(
      'node-a',
      `iptables-nft -t nat -A PREROUTING -d ${SERVICE}/32 -p tcp --dport 80 -j DNAT --to-destination 10.244.2.2:8080`,
    );
  }

  name(n: string): string {
    return `${this.#id}-${n}`;
  }

  ip(...args: string[]): void {
    execFileSync('ip', args, { stdio: 'pipe' });
  }

  in(n: string, command: string): string {
    return execFileSync('ip', ['netns', 'exec', this.name(n), ...command.split(' ')], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
  }

  mac(node: string, device: string): string {
    return /link\/ether (\S+)/.exec(this.in(node, `ip link show ${device}`))?.[1] ?? '';
  }

  plain(): void {
    this.in('node-a', 'ip route add 10.244.2.0/24 via 192.168.60.12');
    this.in('node-b', 'ip route add 10.244.1.0/24 via 192.168.60.11');
  }

  /** As flannel writes it: a route, a neighbour and a forwarding entry for each other node. */
  vxlan(): void {
    for (const [k, i] of [
      ['a', 1],
      ['b', 2],
    ] as const) {
      this.in(
        `node-${k}`,
        `ip link add flannel.1 type vxlan id 1 dev eth0 local 192.168.60.1${i} dstport 8472 nolearning`,
      );
      this.in(`node-${k}`, `ip addr add 10.244.${i}.0/32 dev flannel.1`);
      this.in(`node-${k}`, 'ip link set flannel.1 up');
    }
    for (const [k, other, j] of [
      ['a', 'b', 2],
      ['b', 'a', 1],
    ] as const) {
      const mac = this.mac(`node-${other}`, 'flannel.1');
      this.in(`node-${k}`, `ip route add 10.244.${j}.0/24 via 10.244.${j}.0 dev flannel.1 onlink`);
      this.in(`node-${k}`, `ip neigh replace 10.244.${j}.0 lladdr ${mac} dev flannel.1 nud permanent`);
      this.in(`node-${k}`, `bridge fdb append ${mac} dev flannel.1 dst 192.168.60.1${j} self permanent`);
    }
  }

  /** One device whose other end is fixed: no neighbour and no forwarding entry is needed. */
  fixed(): void {
    for (const [k, i, j] of [
      ['a', 1, 2],
      ['b', 2, 1],
    ] as const) {
      this.in(
        `node-${k}`,
        `ip link add tun7 type vxlan id 7 local 192.168.60.1${i} remote 192.168.60.1${j} dstport 4789`,
      );
      this.in(`node-${k}`, `ip addr add 10.9.9.${i}/24 dev tun7`);
      this.in(`node-${k}`, 'ip link set tun7 up');
      this.in(`node-${k}`, `ip route add 10.244.${j}.0/24 via 10.9.9.${j} dev tun7`);
    }
  }

  dumps(node: string): { path: string; text: string }[] {
    return dumpCommands.flatMap((d) => {
      if (
        d.onlyIf !== undefined ||
        d.name === 'sysctl' ||
        d.program === 'iptables' ||
        /^ip6?tables-save$/.test(d.program)
      )
        return [];
      const r = spawnSync('ip', ['netns', 'exec', this.name(node), d.program, ...d.args], { encoding: 'utf8' });
      const host = r.stdout.replace(/^Linux \S+/, `Linux ${node}`);
      return r.status === 0
        ? [{ path: `${node}/${d.name}.${d.extension}`, text: d.name === 'uname' ? host : r.stdout }]
        : [];
    });
  }

  settings(node: string): { path: string; text: string } {
    const keep = (l: string) => /ip_forward|\.(?:rp_filter|forwarding|accept_local|route_localnet)|bridge-nf/.test(l);
    const text = this.in(node, 'sysctl net.ipv4 net.bridge').split('\n').filter(keep).join('\n');
    return { path: `${node}/sysctl.txt`, text: `${text}\n` };
  }

  close(): void {
    for (const n of this.#names) spawnSync('ip', ['netns', 'del', this.name(n)], { stdio: 'ignore' });
  }
}

interface Case {
  readonly what: string;
  readonly build: (w: TwoNodes) => void;
  readonly to: 'pod' | 'service';
  readonly heard: 'pod-b' | 'timeout';
  /** Words of the path or the answer. */
  readonly told: RegExp;
  /** VETHSCOPE_RECORD=1 writes it as fixtures/cluster/NAME.json. */
  readonly record?: string;
}

const cases: readonly Case[] = [
  {
    what: 'plain routes',
    build: (w) => w.plain(),
    to: 'pod',
    heard: 'pod-b',
    told: /192\.168\.60\.12, which node-b has on eth0/,
  },
  {
    what: 'plain routes, by a service',
    build: (w) => w.plain(),
    to: 'service',
    heard: 'pod-b',
    told: /192\.168\.60\.12, which node-b has on eth0/,
  },
  {
    what: 'VXLAN',
    build: (w) => w.vxlan(),
    to: 'pod',
    heard: 'pod-b',
    told: /flannel\.1 wraps it \(vxlan 1\) for 192\.168\.60\.12:8472/,
  },
  {
    what: 'VXLAN, by a service',
    build: (w) => w.vxlan(),
    to: 'service',
    heard: 'pod-b',
    told: /node-b takes it out on flannel\.1/,
    record: 'vxlan-service',
  },
  {
    what: 'VXLAN with a fixed other end',
    build: (w) => w.fixed(),
    to: 'service',
    heard: 'pod-b',
    told: /tun7 wraps it \(vxlan 7\) for 192\.168\.60\.12:4789/,
  },
  {
    what: 'VXLAN that a firewall of node B does not let in',
    build(w) {
      w.vxlan();
      w.in('node-b', 'iptables-nft -A INPUT -i eth0 -p udp --dport 8472 -j DROP');
    },
    to: 'pod',
    heard: 'timeout',
    told: /The vxlan packet to 192\.168\.60\.12:8472 does not get into node-b/,
    record: 'vxlan-blocked',
  },
  {
    what: 'a packet that node B drops after the tunnel',
    build(w) {
      w.vxlan();
      w.in('node-b', 'iptables-nft -A FORWARD -i flannel.1 -p tcp --dport 8080 -j DROP');
    },
    to: 'pod',
    heard: 'timeout',
    told: /dropped/,
  },
  {
    what: 'an answer that node A drops',
    build(w) {
      w.vxlan();
      w.in('node-a', 'iptables-nft -I FORWARD -i flannel.1 -p tcp --sport 8080 -j DROP');
    },
    to: 'service',
    heard: 'timeout',
    told: /node-a: The answer does not come back/,
  },
];

describe.skipIf(!root)('a path over two nodes', () => {
  test.each(cases.map((c) => [c.what, c] as const))('%s', async (_, c) => {
    const w = new TwoNodes();
    const server = spawn(
      'ip',
      ['netns', 'exec', w.name('pod-b'), process.execPath, PEER, 'serve', 'pod-b', 'tcp:8080'],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    try {
      if (server.stdout) await once(server.stdout, 'data');
      for (const k of ['a', 'b']) w.in(`pod-${k}`, `ping -qc1 -W1 10.244.${k === 'a' ? 1 : 2}.1`);
      c.build(w);
      const [host, port] = c.to === 'pod' ? ['10.244.2.2', 8080] : [SERVICE, 80];
      expect(w.in('pod-a', `${process.execPath} ${PEER} ask tcp ${host} ${port}`).trim()).toBe(c.heard);

      const pods = (k: string, i: number) => ({
        path: `node-${k}/pods.txt`,
        text: `${w.name(`pod-${k}`)} vpod 10.244.${i}.2/24 pod-${k}\n`,
      });
      const ofA = [...w.dumps('node-a'), w.settings('node-a'), pods('a', 1)];
      const ofB = [...w.dumps('node-b'), w.settings('node-b'), pods('b', 2)];
      const packet = `tcp 10.244.1.2:40123 > ${host}:${port} in vpod`;
      if (process.env['VETHSCOPE_RECORD'] && c.record) {
        const dumps = [...ofA, ...ofB.map((d) => ({ ...d, path: `nodes/${d.path}` }))];
        const { heard, record } = c;
        fs.writeFileSync(
          path.join(fixtures, `${record}.json`),
          `${JSON.stringify({ packet, heard, dumps }, null, 1)}\n`,
        );
      }
      const state = readSnapshot(ofA);
      const other = readSnapshot(ofB);
      const both = { ...state, others: [{ name: 'node-b', state: other }] };
      const r = explainPacket(both, packet);
      if (!r.ok) throw new Error(r.message);
      const [outcome] = r.explanation.outcomes;
      const { onward, reply } = outcome ?? {};
      const words = [
        ...(onward?.legs ?? []).map((l) => `${l.how} ${l.disposition.reason} ${l.disposition.kind}`),
        onward?.stopped ?? '',
        reply?.reason ?? '',
      ];
      expect(words.join('\n')).toMatch(c.told);
      const arrives =
        onward?.stopped === null &&
        onward.legs.at(-1)?.to.pod !== null &&
        onward.legs.at(-1)?.disposition.kind === 'delivered';
      expect(arrives && reply?.verdict === 'returns' ? 'pod-b' : 'timeout', words.join('\n')).toBe(c.heard);
      const lost = r.explanation.findings.map((f) => f.id);
      if (c.heard === 'pod-b') expect(lost).toEqual([]);
      else expect(lost.some((id) => id === 'lost-on-other-node' || id === 'reply-breaks')).toBe(true);
    } finally {
      server.kill();
      w.close();
    }
  });
});
