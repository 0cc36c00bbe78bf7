// What was written down from memory about netfilter, asked of this kernel; docs/kernel-facts.md lists the answers with the places that build
// on them.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missingFor } from './tools.ts';

const lacking = missingFor('the doubts', [
  'ip',
  'nft',
  'iptables-nft',
  'iptables-legacy',
  'ip6tables-legacy',
  'sysctl',
  'ping',
]);
const id = `vd${randomBytes(3).toString('hex')}`;
const run = (program: string, args: readonly string[], input = '') =>
  execFileSync(program, args, { encoding: 'utf8', input, stdio: ['pipe', 'pipe', 'pipe'] });
const on = (n: 'a' | 'b', command: string, input = '') =>
  run('ip', ['netns', 'exec', `${id}-${n}`, ...command.split(' ')], input);
const refused = (n: 'a' | 'b', command: string): boolean => {
  try {
    on(n, command);
    return false;
  } catch {
    return true;
  }
};

/** Packets that each rule with a counter has seen, in the order of the dump. */
const counted = (text: string): number[] => [...text.matchAll(/counter packets (\d+)/g)].map((m) => Number(m[1]));

beforeAll(() => {
  if (lacking !== null) return;
  for (const n of ['a', 'b']) run('ip', ['netns', 'add', `${id}-${n}`]);
  run('ip', ['link', 'add', 'v', 'netns', `${id}-a`, 'type', 'veth', 'peer', 'name', 'v', 'netns', `${id}-b`]);
  on('a', 'ip link add br0 type bridge');
  on('a', 'ip link set v master br0');
  on('a', 'ip addr add 10.9.0.1/24 dev br0');
  on('b', 'ip addr add 10.9.0.2/24 dev v');
  for (const [n, dev] of [
    ['a', 'lo'],
    ['a', 'v'],
    ['a', 'br0'],
    ['b', 'lo'],
    ['b', 'v'],
  ] as const)
    on(n, `ip link set ${dev} up`);
});
afterAll(() => {
  if (lacking === null) for (const n of ['a', 'b']) run('ip', ['netns', 'del', `${id}-${n}`]);
});

const ping = () => on('b', 'ping -c 1 -W 2 -q 10.9.0.1');

describe.skipIf(lacking !== null)('asked of this kernel', () => {
  test('bridge-nf-call-iptables is a setting of the namespace', () => {
    on('a', 'sysctl -qw net.bridge.bridge-nf-call-iptables=0');
    on('b', 'ip link add br1 type bridge');
    on('b', 'sysctl -qw net.bridge.bridge-nf-call-iptables=1');
    expect(on('a', 'sysctl -n net.bridge.bridge-nf-call-iptables').trim()).toBe('0');
    on('b', 'ip link del br1');
  });

  test('iptables refuses DROP in nat, nft does not', () => {
    for (const backend of ['legacy', 'nft'])
      expect(refused('a', `iptables-${backend} -t nat -A PREROUTING -j DROP`), backend).toBe(true);
    on('a', 'nft -f -', 'table ip t { chain c { type nat hook prerouting priority 0; drop; }; }\n');
    on('a', 'nft delete table ip t');
  });

  test('multiport takes fifteen ports, of which a range counts as two', () => {
    const ports = (n: number, more = '') =>
      `iptables-legacy -A INPUT -p tcp -m multiport --dports ${Array.from({ length: n }, (_, i) => i + 1).join()}${more}`;
    expect(refused('a', ports(15))).toBe(false);
    expect(refused('a', ports(16))).toBe(true);
    expect(refused('a', ports(13, ',20:30'))).toBe(false);
    expect(refused('a', ports(14, ',20:30'))).toBe(true);
    on('a', 'iptables-legacy -F');
  });

  test('a mark does not cross a veth into another namespace', () => {
    on(
      'b',
      'nft -f -',
      'table ip t { chain c { type filter hook output priority 0; icmp type echo-request meta mark set 0x7 counter; }; }\n',
    );
    on(
      'a',
      'nft -f -',
      'table ip t { chain c { type filter hook prerouting priority 0; icmp type echo-request counter; icmp type echo-request meta mark 0x7 counter; }; }\n',
    );
    ping();
    expect(counted(on('b', 'nft list ruleset'))).toEqual([1]);
    expect(counted(on('a', 'nft list ruleset'))).toEqual([1, 0]);
    for (const n of ['a', 'b'] as const) on(n, 'nft flush ruleset');
  });

  test.each([
    ['bridge', 'prerouting'],
    ['netdev', 'ingress device "v"'],
  ])('of chains at one priority the one made last runs first, in family %s too', (family, hook) => {
    const chain = (name: string, rule: string) =>
      on('a', 'nft -f -', `table ${family} t { chain ${name} { type filter hook ${hook} priority 5; ${rule}; }; }\n`);
    chain('first', 'ip daddr 10.9.0.1 meta mark 0x0 counter');
    chain('second', 'ip daddr 10.9.0.1 meta mark set 0x9 counter');
    ping();
    // the chain that was made first sees the mark already
    expect(counted(on('a', 'nft list ruleset'))).toEqual([0, 1]);
    on('a', 'nft flush ruleset');
  });

  test('legacy NAT is not asked until something uses conntrack', () => {
    on('a', 'iptables-legacy -t nat -A PREROUTING -p icmp -j ACCEPT');
    ping();
    const seen = () => /\[(\d+):\d+\] -A PREROUTING/.exec(on('a', 'iptables-legacy-save -c -t nat'))?.[1];
    expect(seen()).toBe('0');
    on('a', 'iptables-legacy -t filter -A INPUT -m conntrack --ctstate INVALID');
    ping();
    expect(seen()).toBe('1');
    on('a', 'iptables-legacy -t nat -F');
    on('a', 'iptables-legacy -F');
  });

  test('an address on a device that is down is LOCAL to addrtype, in IPv4 and in IPv6: it is in the local table', () => {
    on('b', 'ip link add br2 type bridge');
    on('b', 'ip addr add 10.8.0.1/32 dev br2');
    on('b', 'ip -6 addr add fd08::1/128 dev br2 nodad');
    const local = (v6: boolean) => {
      const tables = v6 ? 'ip6tables-legacy' : 'iptables-legacy';
      on('b', `${tables} -A OUTPUT -m addrtype --dst-type LOCAL -d ${v6 ? 'fd08::1' : '10.8.0.1'}`);
      try {
        on('b', `ping -c 1 -W 1 -q ${v6 ? 'fd08::1' : '10.8.0.1'}`);
      } catch {
        // no way to it
      }
      const n = /\[(\d+):\d+\] -A OUTPUT/.exec(on('b', `${tables}-save -c`))?.[1];
      on('b', `${tables} -F`);
      return n !== '0';
    };
    expect([local(false), local(true)]).toEqual([true, true]);
    on('b', 'ip link del br2');
  });
});
