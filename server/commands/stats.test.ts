import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { conversation, hierarchyNode, ioStatistics } from '../../api/statistics.ts';
import { scriptedSystem } from '../system/scripted.ts';
import { runCommandLine } from './command-line.ts';

const dir = path.resolve(import.meta.dirname, '../../fixtures/captures');
const name = 'ipvs-nft.seed-clash.node-veth-client.pcap';
const files = { '/package/package.json': '{"version":"1.2.3"}', 'a.pcap': fs.readFileSync(path.join(dir, name)) };

async function run(...args: string[]) {
  const system = scriptedSystem({ files });
  const status = await runCommandLine(['stats', ...args], system);
  return { status, ...system.printed() };
}

test('tables look as tshark prints them', async () => {
  const { status, out } = await run('conversations', 'a.pcap', '--kind', 'tcp');
  expect(status).toBe(0);
  expect(out).toContain('10.244.1.2:40580           <-> 10.96.0.80:80                    5 560 bytes ');
  expect((await run('hierarchy', 'a.pcap')).out).toContain(
    '\n        json                             frames:1 bytes:288',
  );
  expect((await run('endpoints', 'a.pcap', '--kind', 'ip')).out).toContain(
    '10.96.0.80                    10           982',
  );
  expect((await run('lengths', 'a.pcap')).out).toContain(' 40-79             8             68.00');
  expect((await run('expert', 'a.pcap')).out).toContain('Connection establish request (SYN): server port 80');
  const io = await run('io', 'a.pcap', '--interval', '0.01', '-Y', 'tcp.len > 0');
  expect(io.out).toContain('| 0.02 <> 0.03 |      1 |   150 |');
  const asked = await run('io', 'a.pcap', '-z', 'io,stat,0.01,SUM(tcp.len)tcp.len > 0,tcp.len > 0');
  expect(asked.out).toContain('| 0.02 <> 0.03 |  84 |      1 |   150 |');
  expect((await run('io', 'a.pcap', '-z', 'io,stat,1,SUM(ip.src)ip')).status).toBe(2);
  expect((await run('io', 'a.pcap', '-z', 'io,phs')).status).toBe(2);
});

test('--json is the shape of the API, for what the filter leaves', async () => {
  const conversations = await run('conversations', 'a.pcap', '--json', '--kind', 'ip', '-Y', 'ip.src == 10.96.0.80');
  const rows = z.object({ ip: z.array(conversation) }).parse(JSON.parse(conversations.out));
  expect(rows.ip).toMatchObject([{ addressA: '10.96.0.80', packetsAToB: 5, bytesAToB: 560, packetsBToA: 0 }]);
  expect(z.array(hierarchyNode).parse(JSON.parse((await run('hierarchy', 'a.pcap', '--json')).out))).toHaveLength(1);
  expect(ioStatistics.parse(JSON.parse((await run('io', 'a.pcap', '--json')).out)).series[0]?.packets).toEqual([10]);
});

test.each([
  [['plenty', 'a.pcap'], 'Allowed choices are conversations'],
  [['io', 'a.pcap', '--interval', '0'], '--interval "0": give seconds'],
  [['conversations', 'a.pcap', '--kind', 'ipx'], '--kind "ipx": choose of eth, ip'],
  [['lengths', 'a.pcap', '-Y', 'tcp.prot'], '-Y "tcp.prot": column 1'],
  [['lengths', 'b.pcap'], 'b.pcap'],
])('%j is refused', async (args, message) => {
  const { status, out, error } = await run(...args);
  expect([status, out]).toEqual([2, '']);
  expect(error).toContain(message);
});
