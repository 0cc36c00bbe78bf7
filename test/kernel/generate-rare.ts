// Clauses and targets that Kubernetes nodes see rarely, for a profile of the random rules that has seeds of its own: what the common profile
// makes of a seed stays as it is.
import type { Random } from './generate.ts';

const not = (r: Random) => (r.chance(0.25) ? '! ' : '');

/** Minutes around now, so that some hold and some do not. */
function clock(offset: number): string {
  return new Date(Date.now() + offset * 60_000).toISOString().slice(11, 19);
}

export function rareClause(r: Random, base: string): string {
  const options: (() => string)[] = [
    () => `-m u32 ${not(r)}--u32 "${r.pick(['0x6&0xff=0x6', '0x6&0xff=0x11', '0x6&0xff=0x1,0x6'])}"`,
    () => `-m u32 ${not(r)}--u32 "0x0>>0x16&0x3c@0x0&0xffff=${r.pick(['0x50', '0x35:0x50', '0x1bb,0x1f90'])}"`,
    () => `-m u32 ${not(r)}--u32 "0x10=0xa4d0202,0xa4d0100:0xa4d01ff&&0x8>>0x18=${r.pick(['0x40', '0x3f'])}"`,
    () => `-m u32 ${not(r)}--u32 "0x4&0x4000=0x4000&&0x0&0xffff=${r.pick(['0x1d', '0x3c', '0x54'])}"`,
    () => `-m u32 ${not(r)}--u32 "0x28=0x0:0xffffffff"`,
    () => `-m string ${not(r)}--hex-string "|0a4d0202|" --algo ${r.pick(['bm', 'kmp'])} --to 20`,
    () =>
      `-m string ${not(r)}--string "${r.pick(['x', 'much longer than any of these packets is, of which the longest are those of ping'])}" --algo bm --from 28`,
    () => `-m time --timestart ${clock(-60)} --timestop ${clock(r.pick([-30, 30]))}`,
    () => `-m time ${not(r)}--weekdays ${r.pick(['Mon,Tue,Wed', 'Thu,Fri,Sat,Sun', 'Tue'])}`,
    () => `-m time ${not(r)}--monthdays ${r.pick(['1,2,3,4,5,6,7,8,9,10,11,12,13,14,15', '16,24,31'])}`,
    () => `-m time --datestop ${r.pick(['2020-01-01T00:00:00', '2037-01-01T00:00:00'])}`,
    () =>
      `-m connbytes ${not(r)}--connbytes ${r.pick(['1:5', '2:5', '1'])} --connbytes-mode packets --connbytes-dir ${r.pick(['original', 'reply', 'both'])}`,
    () =>
      `-m connbytes ${not(r)}--connbytes ${r.pick(['29:60', '61:100'])} --connbytes-mode ${r.pick(['bytes', 'avgpkt'])} --connbytes-dir ${r.pick(['original', 'both'])}`,
    () => `-p tcp -m tcpmss ${not(r)}--mss 1400:1500`,
    () => `-p tcp -m ecn ${not(r)}--ecn-tcp-cwr`,
    () => `-m ecn ${not(r)}--ecn-ip-ect ${r.pick(['0', '1'])}`,
    () => `-m tos ${not(r)}--tos ${r.pick(['0x00/0xff', '0x10/0x3f'])}`,
    () => `-m length ${not(r)}--length ${r.pick(['29', '60', '0:59', '60:84'])}`,
    () => `-m esp ${not(r)}--espspi 5`.replace('-m esp', '-p esp -m esp'),
    () => `-p dccp -m dccp ${not(r)}--dport 80`,
  ];
  if (/^(?:PREROUTING|INPUT)$/.test(base))
    options.push(() => `-m socket ${r.pick(['--nowildcard', '--transparent', '-m mark ! --mark 0x9'])}`);
  if (/^(?:PREROUTING|INPUT|FORWARD)$/.test(base))
    options.push(() => `-m policy --dir in --pol ${r.pick(['none', 'ipsec'])}`);
  if (/^(?:FORWARD|OUTPUT|POSTROUTING|INPUT)$/.test(base))
    options.push(() => `-m policy --dir ${base === 'INPUT' ? 'in' : 'out'} --pol none`);
  return r.pick(options)();
}

export function rareTarget(r: Random, table: string, group: string): string {
  const options = [
    '',
    '-j RETURN',
    '-j ACCEPT',
    '-j MARK --set-xmark 0x1/0xffffffff',
    '-j LOG --log-prefix "x " --log-level 7',
  ];
  if (table !== 'nat') options.push('-j NFLOG --nflog-group 7', '-j AUDIT --type accept');
  if (table === 'mangle') options.push('-j IDLETIMER --timeout 60 --label w3', '-j TOS --set-tos 0x10/0x3f');
  if (table === 'mangle') {
    const fields = r.pick(['src,dst,sport,dport,proto', 'src,dst', 'dport', 'ct,src,dst,sport,dport', 'src,proto']);
    options.push(
      `-j HMARK --hmark-tuple ${fields} --hmark-mod ${r.pick([2, 4, 4096])} --hmark-rnd 0x${r.below(999)} --hmark-offset 1`,
    );
    options.push(
      '-j HMARK --hmark-src-prefix 24 --hmark-dport-mask 0xff --hmark-mod 1000 --hmark-rnd 0x7 --hmark-offset 5',
    );
  }
  if (table === 'mangle' && group === 'prerouting') {
    options.push('-p tcp -j TPROXY --on-port 50080 --on-ip 127.0.0.1 --tproxy-mark 0x1/0xff');
    options.push('-p udp -j TPROXY --on-port 50081 --on-ip 0.0.0.0 --tproxy-mark 0x2/0x2');
  }
  if (table === 'mangle' && group === 'forward')
    options.push(
      '-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1400',
      '-p tcp -j TCPOPTSTRIP --strip-options timestamp',
      '-p tcp -j ECN --ecn-tcp-remove',
    );
  if (table === 'mangle' && group === 'postrouting')
    options.push('-j CLASSIFY --set-class 1:10', '-j CHECKSUM --checksum-fill');
  if (table === 'filter') options.push('-j NFQUEUE --queue-num 9 --queue-bypass');
  return r.pick(options);
}
