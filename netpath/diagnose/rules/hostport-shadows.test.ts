import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSnapshot } from '../../../parsers/nodestate/snapshot.ts';
import { Machine } from '../../kernel/machine.ts';
import type { Finding } from '../diagnosis.ts';
import { diagnosis } from './hostport-shadows.ts';

const lab = path.resolve(import.meta.dirname, '../../../fixtures/lab');

function filesBelow(dir: string): string[] {
  return fs
    .readdirSync(dir, { withFileTypes: true })
    .flatMap((e) => (e.isDirectory() ? filesBelow(path.join(dir, e.name)) : [path.join(dir, e.name)]));
}

function found(scenario: string, edit: (file: string, text: string) => string = (_file, text) => text): Finding[] {
  const bundle = path.join(lab, scenario, 'bundle');
  const files = filesBelow(bundle).map((p) => {
    const file = path.relative(bundle, p);
    return { path: file, text: edit(file, fs.readFileSync(p, 'utf8')) };
  });
  return diagnosis.inState?.(new Machine(readSnapshot(files))) ?? [];
}

const titles = (findings: readonly Finding[]) => findings.map((f) => f.title);
const WEB = /hostPort 80\/tcp of .*hostport-web takes the service default\/web/;

describe('hostport-shadows', () => {
  test('fires where the port mapping stands before kube-proxy', () => {
    const f = found('ipvs-nft.seed-clash').find((x) => WEB.test(x.title));
    expect(f).toMatchObject({ confidence: 'proved', severity: 'error' });
    expect(f?.evidence.map((e) => e.text).join('\n')).toMatch(
      /CNI-HOSTPORT-DNAT[\s\S]*--to-destination 10\.244\.1\.5:8088/,
    );
  });

  test('does not fire for the same rules in the healthy order', () => {
    expect(titles(found('ipvs-nft.seed-healthy')).filter((t) => WEB.test(t))).toEqual([]);
  });

  test('does not fire where no port mapping is', () => {
    expect(found('ipvs-nft.seed-clash', (f, t) => (f === 'iptables-save.txt' ? '*nat\nCOMMIT\n' : t))).toEqual([]);
  });

  test('finds the port on the jump, where the DNAT rule names none (kubenet)', () => {
    const kubenet = (f: string, t: string) =>
      f !== 'iptables-save.txt'
        ? t
        : t
            .replaceAll('CNI-HOSTPORT-DNAT', 'KUBE-HOSTPORTS')
            .replaceAll('CNI-DN-', 'KUBE-HP-')
            .replaceAll(/-m comment --comment "dnat name: .*?" -m multiport/g, '-m multiport')
            .replaceAll(/-p tcp -m tcp --dport 80 -j DNAT/g, '-p tcp -m tcp -j DNAT');
    expect(titles(found('ipvs-nft.seed-clash', kubenet)).some((t) => WEB.test(t))).toBe(true);
  });

  test('finds ranges of ports', () => {
    const ranges = (f: string, t: string) =>
      f === 'iptables-save.txt'
        ? t.replaceAll('--dports 80,81,30090', '--dports 79:81').replaceAll('--dport 80 ', '--dport 78:82 ')
        : t;
    expect(titles(found('ipvs-nft.seed-clash', ranges)).some((t) => WEB.test(t))).toBe(true);
  });

  test('a native nftables port mapping wins whatever the order: an ACCEPT does not cross tables', () => {
    const native = (f: string, t: string) => {
      if (f === 'iptables-save.txt')
        return t
          .split('\n')
          .filter((l) => !/CNI-/.test(l))
          .join('\n');
      if (f !== 'nft-ruleset.txt') return t;
      return `${t}
table inet cni_hostport {
	chain hostports {
		tcp dport 80 dnat ip to 10.244.1.5:8088 comment "id"
	}
	chain prerouting {
		type nat hook prerouting priority dstnat; policy accept;
		fib daddr type local jump hostports
	}
}
`;
    };
    const f = found('ipvs-nft.seed-clash', native).find((x) => WEB.test(x.title));
    expect(f).toMatchObject({ confidence: 'proved' });
    expect(f?.evidence.map((e) => e.file)).toContain('nft-ruleset.txt');
  });

  test('without services, nodes or listeners there is nothing to take', () => {
    const f = found('ipvs-nft.seed-clash', (file, t) => (/kube\.json|ipvsadm|ss\.txt/.test(file) ? '' : t));
    expect(f).toEqual([]);
  });

  test('packets from outside for a service address are tried, too', () => {
    const f = found('ipvs-nft.seed-clash').find((x) => WEB.test(x.title));
    expect(f?.summary).toMatch(/from pods.*outside.* and the node for 10\.96\.0\.80/);
  });

  test('both rules stand in the evidence: the one that takes it and the one that would have had it', () => {
    const f = found('ipvs-nft.seed-clash').find((x) => WEB.test(x.title));
    expect(f?.evidence.map((e) => e.text).join('\n')).toMatch(
      /--to-destination[\s\S]*-A -t 10\.96\.0\.80:80|TCP .*10\.96\.0\.80:80/,
    );
  });

  test('without the API, kube-proxy’s rules and their comments say what a service is', () => {
    const f = found('iptables-nft.seed-clash', (file, t) => (file === 'kube.json' ? '' : t));
    const withApi = found('iptables-nft.seed-clash');
    expect(withApi.length).toBeGreaterThan(0);
    expect(titles(f).sort()).toEqual(titles(withApi).sort());
  });

  test('a rule by hand is named by its line', () => {
    const byHand = (f: string, t: string) =>
      f === 'iptables-save.txt'
        ? t
            .split('\n')
            .filter((l) => !/CNI-/.test(l))
            .join('\n')
            .replace(
              /(?=-A PREROUTING )/,
              '-A PREROUTING -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.244.1.5:8088\n',
            )
        : t;
    const f = found('ipvs-nft.seed-healthy', byHand).find((x) => x.title.includes('default/web'));
    expect(f?.title).toMatch(/^the DNAT rule iptables-save\.txt:\d+ to .* takes the service default\/web$/);
  });
});
