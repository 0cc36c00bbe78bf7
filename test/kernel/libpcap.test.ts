// The second engine with the real libpcap: the product's own command in a namespace that is a node.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BridgeWorld } from './bridge-world.fixture.ts';

const root = path.resolve(import.meta.dirname, '../..');
const main = path.join(root, 'dist', 'server', 'main.js');
const built = fs.existsSync(path.join(root, 'node_modules', 'cap', 'build', 'Release', 'cap.node'));
const unable =
  !built || spawnSync('which', ['tshark', 'capinfos', 'ip', 'ping']).status !== 0 || process.getuid?.() !== 0;
if (unable && process.env['CI']) throw new Error('the tests of libpcap need root, tshark and the package cap, built');

describe.skipIf(unable)('libpcap in the process', () => {
  const folder = path.join(root, '.cache', `libpcap-${process.pid}`);
  let world: BridgeWorld;
  const client = () => `_netns/${world.name('client')}`;

  beforeAll(() => {
    world = new BridgeWorld();
    fs.mkdirSync(folder, { recursive: true });
  });
  afterAll(() => {
    world?.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  function capture(...args: string[]) {
    const asked = ['capture', client(), '--engine', 'libpcap', '--seconds', '20', ...args];
    const command = ['netns', 'exec', world.name('node'), process.execPath, main, ...asked];
    const child = spawn('ip', command, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stdout.resume();
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    return { child, ended, said: () => said };
  }

  const promiscuous = (): string[] =>
    world.in('node', ['ip', '-d', '-o', 'link', 'show']).match(/(?<=: )(\w+)(?=[@:].*promiscuity [1-9])/g) ?? [];

  test('takes the host side of the veth where the default points are asked for, with a filter', async () => {
    const before = promiscuous();
    const file = path.join(folder, 'veth.pcapng');
    const run = capture('-f', 'icmp', '--packets', '10', '-w', file);
    for (let i = 0; i < 200 && !run.said().includes('Ctrl-C ends it'); i++) await delay(50);
    expect(run.said()).toContain('Ctrl-C ends it');
    const during = promiscuous();
    world.ping(5);
    expect(await run.ended, run.said()).toBe(0);
    const rows = execFileSync(
      'tshark',
      ['-n', '-r', file, '-T', 'fields', '-E', 'separator=;', '-e', 'frame.interface_name', '-e', 'ip.src'].concat(
        '-e',
        'icmp.type',
        '-e',
        'frame.len',
        '-e',
        'frame.time_epoch',
      ),
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    )
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split(';'));
    expect(rows).toHaveLength(10);
    expect(new Set(rows.map(([name]) => name))).toEqual(new Set(['vclient']));
    expect(rows.map(([, src, type, length]) => [src, type, length])).toEqual(
      Array.from({ length: 5 }, () => [
        ['10.88.0.2', '8', '98'],
        ['10.88.0.3', '0', '98'],
      ]).flat(),
    );
    const ages = rows.map(([, , , , seconds]) => Date.now() / 1000 - Number(seconds));
    expect(Math.max(...ages)).toBeLessThan(60);
    expect(Math.min(...ages)).toBeGreaterThanOrEqual(0);
    const about = execFileSync('capinfos', [file], { encoding: 'utf8' });
    expect(about).toContain('captured by libpcap in the process');
    expect(about).not.toContain('never promiscuous');
    // The bridge's ports are promiscuous because of the bridge; nothing else has become so.
    expect(during.filter((name) => !before.includes(name))).toEqual([]);
  });

  test('says why it cannot capture in the pod or on the bridge, and what is wrong with a filter', async () => {
    const pod = capture('--point', 'pod:eth0', '-w', path.join(folder, 'never'));
    expect(await pod.ended).toBe(2);
    expect(pod.said()).toContain('cannot enter a pod; install tcpdump, or capture at its veth');
    const bridge = capture('--point', 'bridge:br0', '-w', path.join(folder, 'never'));
    expect(await bridge.ended).toBe(2);
    expect(bridge.said()).toContain('would set br0 promiscuous');
    const wrong = capture('-f', 'tcp prot 80', '-w', path.join(folder, 'never'));
    expect(await wrong.ended).toBe(2);
    expect(wrong.said()).toMatch(/syntax error/);
    expect(fs.existsSync(path.join(folder, 'never'))).toBe(false);
  });
});
