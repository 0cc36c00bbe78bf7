// A set that a rule fills is asked by a later one for the same packet (test/kernel/nft.test.ts holds random ones against the kernel).
import { expect, test } from 'vitest';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import { parsePacketSpec } from '../packet-spec.ts';
import { Machine } from './machine.ts';
import { simulate } from './run.ts';

function kinds(...rules: readonly string[]): string[] {
  const nft = `table ip t {\n\tset s {\n\t\ttype ipv4_addr\n\t\tflags dynamic\n\t\telements = { 10.0.0.7 }\n\t}\n\tmap m {\n\t\ttype ipv4_addr : verdict\n\t\tflags dynamic\n\t}\n\tchain c {\n\t\ttype filter hook input priority 0; policy accept;\n${rules.map((r) => `\t\t${r}\n`).join('')}\t}\n}\n`;
  const state = readSnapshot([
    { path: 'nft.txt', text: nft },
    { path: 'addr', text: '[{"ifname":"eth0","addr_info":[{"family":"inet","local":"10.0.0.2","prefixlen":24}]}]' },
    {
      path: 'route',
      text: '[{"dst":"10.0.0.0/24","dev":"eth0"},{"type":"local","dst":"10.0.0.2","dev":"eth0","table":"local"}]',
    },
    {
      path: 'ss.txt',
      text: 'Netid State Recv-Q Send-Q Local Address:Port Peer Address:Port\nudp UNCONN 0 0 0.0.0.0:53 0.0.0.0:*\n',
    },
  ]);
  const spec = parsePacketSpec('udp 10.0.0.9:4000 > 10.0.0.2:53 in eth0');
  const r = spec.ok ? simulate(new Machine(state), spec.value) : spec;
  if (!r.ok) throw new Error(r.message);
  return r.simulation.traces.map((t) => t.disposition.kind);
}

test('what was added is there, what was deleted is not, and nothing else changes', () => {
  expect(kinds('ip saddr @s drop')).toEqual(['delivered']);
  expect(kinds('add @s { ip saddr }', 'ip saddr @s drop')).toEqual(['dropped']);
  expect(kinds('add @s { ip daddr }', 'ip saddr @s drop')).toEqual(['delivered']);
  expect(kinds('add @s { ip saddr }', 'delete @s { ip saddr }', 'ip saddr @s drop')).toEqual(['delivered']);
  expect(kinds('add @s { ip saddr }', 'ip saddr != @s drop')).toEqual(['delivered']);
});

test('the data that a map was given is not kept: its verdict is then not known', () => {
  expect(kinds('add @m { ip saddr : drop }', 'ip saddr vmap @m')).toContain('insufficientInfo');
});
