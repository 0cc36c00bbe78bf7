// The same services, sets, rules and packets of an IPVS scenario in IPv6. Virtual addresses get networks of their own.
import type { Scenario } from './generate-ipvs.ts';
import { addressToIpv6, toIpv6 } from './ipv6.ts';

/** 10.96.0.1 is fd96::1, 192.0.2.7 is fdc0::7. */
export function virtualToIpv6(ip: string): string {
  const m = /^(10\.96|192\.0)\.\d+\.(\d+)$/.exec(ip);
  return m ? `${m[1] === '10.96' ? 'fd96' : 'fdc0'}::${m[2]}` : addressToIpv6(ip);
}

const virtuals = (text: string, bracketed: boolean): string =>
  text
    .replaceAll('10.96.0.0/16', 'fd96::/64')
    .replace(/\b(?:10\.96|192\.0)\.\d+\.\d+(\/32)?(?=(:\d)?)/g, (ip: string, length?: string, port?: string) => {
      const v6 = virtualToIpv6(ip.replace('/32', ''));
      return `${bracketed && port ? `[${v6}]` : v6}${length ? '/128' : ''}`;
    });

export function scenarioToIpv6(s: Scenario): Scenario {
  return {
    ...s,
    family: 6,
    virtual: s.virtual.map(virtualToIpv6),
    ipsets: toIpv6(virtuals(s.ipsets, false)),
    ipvs: toIpv6(virtuals(s.ipvs, true))
      .replace(/(-f \d+)/g, '$1 -6')
      .replace(/-M 255\.255\.255\.0/g, '-M 64'),
    rules: toIpv6(virtuals(s.rules, false)),
    packets: s.packets.map((p) => ({ ...p, dst: virtualToIpv6(p.dst) })),
  };
}
