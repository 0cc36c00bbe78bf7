// Rarer words of nft(8) for the random rule sets: sockets, options, bits by their place, zones, chains without a name, fields that are written.
import type { Random } from './generate.ts';
import { ADDRESSES } from './namespaces.ts';

/** Listeners of the node while these rules are tried (transparent-listeners.pl). */
export const LISTENERS = { transparent: 61080, marked: 61081, plain: 61082, mark: '0x7' } as const;
/** The mark by which a policy rule makes packets local. */
export const LOCAL_MARK = '0x77';

const not = (r: Random) => (r.chance(0.25) ? '!= ' : '');

export function rareMatch(r: Random, hook: string, family: string): string {
  const options = [
    'tcp option maxseg exists',
    'tcp option timestamp missing',
    'tcp option sack-perm exists',
    `tcp option maxseg size ${r.pick(['1-2000', '> 5000'])}`,
    `@th,16,16 ${not(r)}80`,
    `@th,0,16 ${r.pick(['0x9c40-0xa000', '> 0x9c40'])}`,
    '@ih,0,8 0x78',
    'tcp flags ! fin,rst',
    'tcp flags ! syn',
    'tcp flags { syn, syn | ack }',
    'ct state ! invalid',
    'ct state ! new',
    'ct status ! dnat',
    'meta mark { 0x1, 0x4000-0x4010 }',
    'meta mark & 0x4000 | 0x1 == 0x4001',
    'meta iifkind "veth"',
    `ct zone ${r.pick(['0', '5', '6'])}`,
    `ct original zone ${r.pick(['0', '6'])}`,
    `ct reply zone ${r.pick(['0', '6'])}`,
    'udp length 9',
    'udp checksum != 0',
    'rt classid 0',
    `ip saddr ${not(r)}@seen`,
    `ip saddr ${not(r)}@seen`,
  ];
  if (hook === 'prerouting' || hook === 'input' || hook === 'output')
    for (const what of [
      'transparent 1',
      'transparent 0',
      'wildcard 0',
      'wildcard 1',
      `mark ${LISTENERS.mark}`,
      'mark 0x0',
    ])
      options.push(`socket ${what}`, `socket ${what}`);
  if (hook === 'prerouting' || hook === 'input' || hook === 'forward')
    options.push('osf name "Linux"', 'meta secpath missing');
  if (hook === 'output' || hook === 'postrouting' || hook === 'forward')
    options.push(`rt ip nexthop ${not(r)}10.77.2.2`);
  if (family === 'inet')
    options.push(
      'exthdr hbh missing',
      'exthdr frag exists',
      'frag more-fragments 0',
      'ip option rr missing',
      'ip option rr exists',
    );
  if (family === 'ip')
    options.push('@nh,72,8 0x6', '@nh,64,8 > 63', 'ip ecn not-ect', 'ip hdrlength 5', 'ip frag-off & 0x1fff == 0');
  return r.pick(options);
}

export function rareStatement(r: Random, hook: string, type: string, chains: readonly string[]): string {
  const { transparent, marked } = LISTENERS;
  const options = [
    'meta mark set meta mark & 0xff | 0x4000',
    'meta mark set meta mark & 0x4000 ^ 0x1',
    'meta mark set ip daddr map { 10.77.2.2 : 0x1, 10.77.1.1 : 0x4000 }',
    'jump { meta mark set 0x1; ip daddr 10.77.2.2 return; counter; }',
    'goto { counter; meta l4proto udp accept; }',
    'tcp dport 80 jump { accept; }',
    'tcp option maxseg size set 1400',
    'reset tcp option timestamp',
    'ct event set new,destroy',
    'update @seen { ip saddr }',
    'delete @seen { ip saddr }',
    'add @seen { ip saddr } jump { ip saddr @seen return; counter; }',
    'delete @seen { ip saddr } jump { ip saddr @seen accept; ip daddr != @seen return; counter; }',
    'add @seen { ip daddr }',
  ];
  for (const c of chains)
    options.push(
      `ip daddr vmap { 10.77.2.2 : jump ${c}, * : return }`,
      `th dport vmap { 80 : goto ${c}, * : continue }`,
    );
  if (type === 'filter')
    options.push(
      'ip dscp set cs3',
      'ip ttl set 33',
      `ip daddr set ${ADDRESSES.server2}`,
      'tcp dport set 8080',
      'udp dport set 443',
      'ip daddr . th dport vmap @verdicts2',
    );
  if (type === 'filter' && hook === 'prerouting')
    for (let i = 0; i < 3; i++)
      options.push(
        `meta l4proto tcp tproxy ip to 127.0.0.1:${transparent} meta mark set ${LOCAL_MARK} accept`,
        `meta l4proto { tcp, udp } tproxy to :${marked} meta mark set ${LOCAL_MARK}`,
        `tcp dport 80 tproxy to :${r.pick([transparent, LISTENERS.plain, 9])}`,
        'ct zone set 5',
        'ct original zone set 6',
        'ct reply zone set 6',
        'notrack',
      );
  if (type === 'nat' && (hook === 'prerouting' || hook === 'output'))
    options.push(
      'meta l4proto tcp redirect to :tcp dport map { 80 : 8080, 443 : 8443 }',
      'dnat ip prefix to ip daddr map { 10.77.1.0/24 : 10.77.2.0/24 }',
      `meta l4proto tcp dnat to ${ADDRESSES.server}:tcp dport map { 80 : 8080 }`,
    );
  return r.pick(options);
}
