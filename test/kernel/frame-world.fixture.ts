// A node with a bridge, for rules of frames: `a` and `b` on ports of br0, `server` behind vout. Everything is written down beforehand
// (neighbours, forwarding entries), so that the only frames are those that are sent. Removed by `close`.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { addressToIpv6 } from './ipv6.ts';
import { Sender } from './sender.ts';

export const PLACES = {
  a: { address: '10.77.1.2', port: 'pa', gateway: '10.77.1.1' },
  b: { address: '10.77.1.3', port: 'pb', gateway: '10.77.1.1' },
  server: { address: '10.77.2.2', port: 'vout', gateway: '10.77.2.1' },
} as const;
export type Place = keyof typeof PLACES;
export const PLACE_NAMES = ['a', 'b', 'server'] as const satisfies readonly Place[];
export const BRIDGE = 'br0';

function run(program: string, args: readonly string[], input = ''): string {
  return execFileSync(program, args, { encoding: 'utf8', input, stdio: ['pipe', 'pipe', 'pipe'], maxBuffer: 64 << 20 });
}

export class FrameWorld {
  readonly #id = `vf${randomBytes(3).toString('hex')}`;
  readonly senders: Readonly<Record<Place | 'node', Sender>>;
  readonly macs: Readonly<Record<string, string>>;

  constructor() {
    const names = [...PLACE_NAMES, 'node'] as const;
    try {
      for (const n of names) run('ip', ['netns', 'add', this.name(n)]);
      for (const n of names) this.in(n, 'ip', ['link', 'set', 'lo', 'up']);
      this.in('node', 'ip', ['link', 'add', BRIDGE, 'type', 'bridge', 'mcast_snooping', '0']);
      this.in('node', 'ip', ['link', 'set', BRIDGE, 'address', '02:00:00:00:77:01', 'up']);
      const macs: Record<string, string> = { [BRIDGE]: '02:00:00:00:77:01' };
      for (const n of PLACE_NAMES) macs[n] = this.#veth(n);
      const node = [
        [BRIDGE, '10.77.1.1'],
        ['vout', '10.77.2.1'],
      ] as const;
      for (const [dev, ip] of node) this.#address('node', dev, ip);
      macs['vout'] = this.#mac('node', 'vout');
      for (const n of PLACE_NAMES) {
        const { address, gateway, port } = PLACES[n];
        this.#address(n, 'eth0', address);
        const on = port === 'vout' ? 'vout' : BRIDGE;
        this.#neighbour(n, 'eth0', gateway, macs[on] ?? '');
        this.#neighbour('node', on, address, macs[n] ?? '');
        if (port === 'vout') continue;
        const other = n === 'a' ? 'b' : 'a';
        this.#neighbour(n, 'eth0', PLACES[other].address, macs[other] ?? '');
        this.in('node', 'bridge', ['fdb', 'replace', macs[n] ?? '', 'dev', port, 'master', 'static']);
      }
      for (const n of PLACE_NAMES)
        for (const as of [(x: string) => x, addressToIpv6])
          this.in(n, 'ip', ['route', 'add', 'default', 'via', as(PLACES[n].gateway)]);
      this.in('node', 'sysctl', [
        '-qw',
        ...['net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1', 'net.ipv4.conf.all.rp_filter=0'],
        'net.ipv4.conf.all.send_redirects=0',
      ]);
      this.macs = macs;
      const sender = (n: Place | 'node') => new Sender(this.name(n));
      this.senders = { a: sender('a'), b: sender('b'), server: sender('server'), node: sender('node') };
    } catch (e) {
      this.#remove();
      throw e;
    }
  }

  name(n: string): string {
    return `${this.#id}-${n}`;
  }

  in(n: string, program: string, args: readonly string[], input?: string): string {
    return run('ip', ['netns', 'exec', this.name(n), program, ...args], input);
  }

  spawnIn(n: string, program: string, args: readonly string[]): ChildProcess {
    return spawn('ip', ['netns', 'exec', this.name(n), program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  }

  #mac(n: string, dev: string): string {
    return /link\/ether (\S+)/.exec(this.in(n, 'ip', ['link', 'show', dev]))?.[1] ?? '';
  }

  #veth(n: Place): string {
    const { port } = PLACES[n];
    run('ip', [
      ...['link', 'add', port, 'netns', this.name('node'), 'type', 'veth'],
      ...['peer', 'name', 'eth0', 'netns', this.name(n)],
    ]);
    if (port !== 'vout') this.in('node', 'ip', ['link', 'set', port, 'master', BRIDGE]);
    this.in('node', 'ip', ['link', 'set', port, 'up']);
    this.in(n, 'ip', ['link', 'set', 'eth0', 'up']);
    return this.#mac(n, 'eth0');
  }

  #address(n: string, dev: string, ip: string): void {
    this.in(n, 'ip', ['addr', 'add', `${ip}/24`, 'dev', dev]);
    this.in(n, 'ip', ['addr', 'add', `${addressToIpv6(ip)}/64`, 'dev', dev, 'nodad']);
  }

  #neighbour(n: string, dev: string, ip: string, mac: string): void {
    for (const x of [ip, addressToIpv6(ip)])
      this.in(n, 'ip', ['neigh', 'replace', x, 'lladdr', mac, 'dev', dev, 'nud', 'permanent']);
  }

  #remove(): void {
    for (const n of [...PLACE_NAMES, 'node']) {
      try {
        run('ip', ['netns', 'del', this.name(n)]);
      } catch {
        // was never made
      }
    }
  }

  close(): void {
    for (const s of Object.values(this.senders)) s.close();
    this.#remove();
  }

  dumps(): { path: string; text: string }[] {
    const take = (p: string, program: string, ...args: string[]) => ({ path: p, text: this.in('node', program, args) });
    return [
      take('iptables-save.txt', 'iptables-legacy-save', '-c'),
      take('ip6tables-save.txt', 'ip6tables-legacy-save', '-c'),
      take('nft-ruleset.txt', 'nft', 'list', 'ruleset'),
      take('ip-addr.json', 'ip', '-j', 'addr'),
      take('ip-link.json', 'ip', '-j', '-d', 'link'),
      take('ip-neigh.json', 'ip', '-j', 'neigh'),
      take('bridge-link.json', 'bridge', '-j', '-d', 'link'),
      take('bridge-fdb.json', 'bridge', '-j', 'fdb'),
      take('ip-route.json', 'ip', '-j', 'route', 'show', 'table', 'all'),
      take('ip-rule.json', 'ip', '-j', 'rule'),
      take('ip6-route.json', 'ip', '-j', '-6', 'route', 'show', 'table', 'all'),
      take('ip6-rule.json', 'ip', '-j', '-6', 'rule'),
      take('sysctl.txt', 'sysctl', 'net.ipv4.ip_forward', 'net.ipv4.conf', 'net.ipv6.conf', 'net.bridge'),
      take('uname.txt', 'uname', '-a'),
    ];
  }
}
