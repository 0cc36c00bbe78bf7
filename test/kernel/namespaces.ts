// A small network for rules to be tried in: `client` — `node` — `server`, each a namespace, the node forwarding between two veth pairs.
// Everything is made under one random name and removed by `close`, whatever happened.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { addressToIpv6 } from './ipv6.ts';
import { listening } from './nft-trace.ts';
import { Sender } from './sender.ts';

export const ADDRESSES = {
  client: '10.77.1.2',
  nodeInside: '10.77.1.1',
  nodeOutside: '10.77.2.1',
  server: '10.77.2.2',
  /** A second address of the server, for DNAT to lead to. */
  server2: '10.77.2.3',
} as const;

/** Names of the node's devices. */
export const DEVICES = { inside: 'vin', outside: 'vout' } as const;

function run(program: string, args: readonly string[], input?: string): string {
  return execFileSync(program, args, {
    encoding: 'utf8',
    input: input ?? '',
    stdio: ['pipe', 'pipe', 'pipe'],
    maxBuffer: 64 << 20,
  });
}

export class Network {
  readonly #id = `vs${randomBytes(3).toString('hex')}`;
  readonly client: Sender;
  readonly local: Sender;

  constructor() {
    const names = ['client', 'node', 'server'];
    try {
      for (const n of names) run('ip', ['netns', 'add', this.name(n)]);
      for (const n of names) this.in(n, 'ip', ['link', 'set', 'lo', 'up']);
      this.#veth('client', 'eth0', DEVICES.inside);
      this.#veth('server', 'eth0', DEVICES.outside);
      const address = (n: string, dev: string, a: string) => {
        this.in(n, 'ip', ['addr', 'add', `${a}/24`, 'dev', dev]);
        this.in(n, 'ip', ['addr', 'add', `${addressToIpv6(a)}/64`, 'dev', dev, 'nodad']);
      };
      address('client', 'eth0', ADDRESSES.client);
      address('node', DEVICES.inside, ADDRESSES.nodeInside);
      address('node', DEVICES.outside, ADDRESSES.nodeOutside);
      address('server', 'eth0', ADDRESSES.server);
      address('server', 'eth0', ADDRESSES.server2);
      for (const as of [(a: string) => a, addressToIpv6]) {
        this.in('client', 'ip', ['route', 'add', 'default', 'via', as(ADDRESSES.nodeInside)]);
        this.in('server', 'ip', ['route', 'add', 'default', 'via', as(ADDRESSES.nodeOutside)]);
      }
      this.in('node', 'sysctl', [
        '-qw',
        'net.ipv4.ip_forward=1',
        'net.ipv6.conf.all.forwarding=1',
        'net.ipv4.conf.all.rp_filter=0',
        'net.ipv4.conf.all.route_localnet=1',
      ]);
      // Neighbours are written down, so that no packet waits for them and no later solicitation is counted by a rule.
      for (const [n, dev, to, on] of [
        ['client', 'eth0', ADDRESSES.nodeInside, ['node', DEVICES.inside]],
        ['server', 'eth0', ADDRESSES.nodeOutside, ['node', DEVICES.outside]],
        ['node', DEVICES.inside, ADDRESSES.client, ['client', 'eth0']],
        ['node', DEVICES.outside, ADDRESSES.server, ['server', 'eth0']],
        ['node', DEVICES.outside, ADDRESSES.server2, ['server', 'eth0']],
      ] as const) {
        const mac = /link\/ether (\S+)/.exec(this.in(on[0], 'ip', ['link', 'show', on[1]]))?.[1] ?? '';
        for (const ip of [to, addressToIpv6(to)])
          this.in(n, 'ip', ['neigh', 'replace', ip, 'lladdr', mac, 'dev', dev, 'nud', 'permanent']);
      }
      this.client = new Sender(this.name('client'));
      this.local = new Sender(this.name('node'));
    } catch (e) {
      this.#remove();
      throw e;
    }
  }

  name(n: string): string {
    return `${this.#id}-${n}`;
  }

  readonly #held: ChildProcess[] = [];

  /** Opens listening sockets in the node, `PROTO ADDRESS PORT OPTIONS` each (listeners.pl), until `close`. */
  async listen(sockets: readonly string[]): Promise<void> {
    const child = spawn(
      'ip',
      ['netns', 'exec', this.name('node'), 'perl', path.join(import.meta.dirname, 'listeners.pl')],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    this.#held.push(child);
    child.stdin?.write(`${[...sockets, 'go'].join('\n')}\n`);
    await new Promise<void>((ready, failed) => {
      child.stdout?.once('data', () => ready());
      child.once('exit', () => failed(new Error('the listeners were not opened')));
    });
  }

  /** Runs a program inside one of the namespaces. */
  in(n: string, program: string, args: readonly string[], input?: string): string {
    return run('ip', ['netns', 'exec', this.name(n), program, ...args], input);
  }

  spawnIn(n: string, program: string, args: readonly string[]): ChildProcess {
    return spawn('ip', ['netns', 'exec', this.name(n), program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** Waits until so many programs in the node have joined a group of netfilter's netlink: before that a monitor is told nothing. */
  async listening(programs: number): Promise<void> {
    await listening(() => this.in('node', 'cat', ['/proc/net/netlink']), programs);
  }

  #veth(n: string, inside: string, onNode: string): void {
    run('ip', [
      'link',
      'add',
      onNode,
      'netns',
      this.name('node'),
      'type',
      'veth',
      'peer',
      'name',
      inside,
      'netns',
      this.name(n),
    ]);
    this.in('node', 'ip', ['link', 'set', onNode, 'up']);
    this.in(n, 'ip', ['link', 'set', inside, 'up']);
  }

  #remove(): void {
    for (const n of ['client', 'node', 'server']) {
      try {
        run('ip', ['netns', 'del', this.name(n)]);
      } catch {
        // was never made
      }
    }
  }

  close(): void {
    this.client.close();
    this.local.close();
    for (const child of this.#held) child.stdin?.end('end\n');
    this.#remove();
  }

  /** The dumps of the node, as a snapshot would take them. */
  dumps(): { path: string; text: string }[] {
    const take = (p: string, program: string, args: readonly string[]) => ({
      path: p,
      text: this.in('node', program, args),
    });
    return [
      take('iptables-save.txt', 'iptables-nft-save', ['-c']),
      take('ip6tables-save.txt', 'ip6tables-nft-save', ['-c']),
      take('nft-ruleset.txt', 'nft', ['list', 'ruleset']),
      take('ipset-save.txt', 'ipset', ['save']),
      take('ip-addr.json', 'ip', ['-j', 'addr']),
      take('ip-link.json', 'ip', ['-j', '-d', 'link']),
      take('ip-route.json', 'ip', ['-j', 'route', 'show', 'table', 'all']),
      take('ip-rule.json', 'ip', ['-j', 'rule']),
      take('ip6-route.json', 'ip', ['-j', '-6', 'route', 'show', 'table', 'all']),
      take('ip6-rule.json', 'ip', ['-j', '-6', 'rule']),
      take('sysctl.txt', 'sysctl', ['net.ipv4.ip_forward', 'net.ipv4.conf', 'net.ipv6.conf']),
      take('ss.txt', 'ss', ['-lntupe', '--inet-sockopt']),
      take('uname.txt', 'uname', ['-a']),
    ];
  }
}
