import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import { leavingOf } from './leaving.ts';

const bundle = path.resolve(import.meta.dirname, '../../fixtures/lab/native.hostport-outside/bundle');
const dumps = fs
  .readdirSync(bundle, { withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ name }) => ({ path: name, text: fs.readFileSync(path.join(bundle, name), 'utf8') }));
const leaves = leavingOf(readSnapshot(dumps));

test('a pod is masqueraded as the node where it goes out, and not where it stays', () => {
  const out = leaves('10.244.1.3', null);
  expect(out).toMatchObject({ address: '192.168.60.11' });
  expect(leaves('10.244.1.3', '192.0.2.77')).toEqual(out);
  expect(leaves('10.244.1.3', '10.244.1.2')).toBeNull();
  expect(leaves('nothing', null)).toBeNull();
});

test('without enough dumps nothing is said', () => {
  expect(leavingOf(readSnapshot(dumps.filter((d) => d.path.startsWith('ip-'))))('10.244.1.3', null)).toBeNull();
});

test('native nftables are rules enough; what iptables-nft wrote needs iptables-save', () => {
  const others = dumps.filter((d) => !/^(?:ip6?tables|nft|ipset)/.test(d.path));
  const nft = (comment: string) =>
    `${comment}table ip masq {\n\tchain p {\n\t\ttype nat hook postrouting priority srcnat; policy accept;\n\t\tip saddr 10.244.1.0/24 ip daddr != 10.244.0.0/16 masquerade\n\t}\n}\n`;
  const leavingWith = (comment: string) =>
    leavingOf(readSnapshot([...others, { path: 'nft-ruleset.txt', text: nft(comment) }]))('10.244.1.3', null);
  expect(leavingWith('')?.address).toBe('192.168.60.11');
  expect(leavingWith('# Warning: table ip masq is managed by iptables-nft, do not touch!\n')).toBeNull();
});
