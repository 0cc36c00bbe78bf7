// The commands of a snapshot as data: which file each makes, what it runs, and the package that brings it. Files are named after the
// commands. Nothing here changes the node: where a program would load a module to answer (ipvsadm, legacy iptables), a file of /proc is
// asked first whether there is anything to answer.

export interface DumpCommand {
  /** File of the snapshot, without its extension. */
  readonly name: string;
  readonly extension: 'txt' | 'json';
  readonly program: string;
  readonly args: readonly string[];
  /** Asked instead where an older release of the program does not know the arguments. */
  readonly olderArgs?: readonly string[];
  /** Debian package of the program. */
  readonly pack: string;
  /** Only when this file of /proc exists and is not empty. */
  readonly onlyIf?: string;
  /** What the dump says when it does not. */
  readonly otherwise?: string;
  /** Only when none of these programs is installed, because they say the same. */
  readonly unless?: readonly string[];
  /** Nobody misses it where it is not installed. */
  readonly optional?: true;
}

const noIpvs = "Can't initialize ipvs: there is no /proc/net/ip_vs, so the kernel has no virtual services\n";

const ip = (name: string, ...args: string[]): DumpCommand => ({
  name,
  extension: 'json',
  program: 'ip',
  args,
  pack: 'iproute2',
});
const ipvs = (name: string, ...args: string[]): DumpCommand => ({
  name,
  extension: 'txt',
  program: 'ipvsadm',
  args,
  pack: 'ipvsadm',
  onlyIf: '/proc/net/ip_vs',
  otherwise: noIpvs,
});
const iptables = (program: string, more: Partial<DumpCommand> = {}): DumpCommand => ({
  name: program,
  extension: 'txt',
  program,
  args: ['-c'],
  pack: 'iptables',
  ...more,
});

export const dumpCommands: readonly DumpCommand[] = [
  { name: 'uname', extension: 'txt', program: 'uname', args: ['-a'], pack: 'coreutils' },
  { name: 'iptables-version', extension: 'txt', program: 'iptables', args: ['-V'], pack: 'iptables' },
  iptables('iptables-nft-save', { optional: true }),
  iptables('ip6tables-nft-save', { optional: true }),
  iptables('iptables-legacy-save', { onlyIf: '/proc/net/ip_tables_names', optional: true }),
  iptables('ip6tables-legacy-save', { onlyIf: '/proc/net/ip6_tables_names', optional: true }),
  iptables('iptables-save', { unless: ['iptables-nft-save', 'iptables-legacy-save'] }),
  iptables('ip6tables-save', { unless: ['ip6tables-nft-save', 'ip6tables-legacy-save'] }),
  { name: 'nft-ruleset', extension: 'txt', program: 'nft', args: ['list', 'ruleset'], pack: 'nftables' },
  { name: 'ipset-save', extension: 'txt', program: 'ipset', args: ['save'], pack: 'ipset' },
  ipvs('ipvsadm-Sn', '-Sn'),
  ipvs('ipvsadm-Ln-stats', '-Ln', '--stats'),
  ipvs('ipvsadm-Lnc', '-Lnc'),
  { name: 'conntrack', extension: 'txt', program: 'conntrack', args: ['-L', '-o', 'extended'], pack: 'conntrack' },
  { name: 'conntrack-S', extension: 'txt', program: 'conntrack', args: ['-S'], pack: 'conntrack' },
  ip('ip-link', '-j', '-d', 'link'),
  ip('ip-addr', '-j', '-d', 'addr'),
  ip('ip-route', '-j', '-d', 'route', 'show', 'table', 'all'),
  ip('ip6-route', '-j', '-d', '-6', 'route', 'show', 'table', 'all'),
  ip('ip-rule', '-j', '-d', 'rule'),
  ip('ip6-rule', '-j', '-d', '-6', 'rule'),
  ip('ip-neigh', '-j', 'neigh'),
  { name: 'bridge-link', extension: 'json', program: 'bridge', args: ['-j', '-d', 'link'], pack: 'iproute2' },
  { name: 'bridge-fdb', extension: 'json', program: 'bridge', args: ['-j', 'fdb'], pack: 'iproute2' },
  { name: 'sysctl', extension: 'txt', program: 'sysctl', args: ['net'], pack: 'procps' },
  {
    name: 'ss',
    extension: 'txt',
    program: 'ss',
    // which sockets are transparent, and their marks: rules ask for both
    args: ['-lntupe', '--inet-sockopt'],
    olderArgs: ['-lntup'],
    pack: 'iproute2',
  },
  { name: 'tc-qdisc', extension: 'json', program: 'tc', args: ['-j', '-s', 'qdisc'], pack: 'iproute2' },
];
