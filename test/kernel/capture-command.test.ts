// The command line with real tcpdump: pcapng on stdout for a pipe, Ctrl-C, and Wireshark's extcap protocol with a FIFO.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { captureStatus } from '../../api/live.ts';
import { BridgeWorld } from './bridge-world.fixture.ts';

const root = path.resolve(import.meta.dirname, '../..');
const main = path.join(root, 'dist', 'server', 'main.js');
const needed = ['tcpdump', 'tshark', 'ip', 'nsenter', 'ping', 'mkfifo'];
const missing = needed.filter((program) => spawnSync('which', [program]).status !== 0);
const unable = missing.length > 0 || process.getuid?.() !== 0;
if (unable && process.env['CI']) throw new Error(`capture tests need root and ${missing.join(', ')}`);

describe.skipIf(unable)('the command line', () => {
  const folder = path.join(root, '.cache', `capture-command-${process.pid}`);
  let world: BridgeWorld;
  /** A named namespace is a pod without a runtime. */
  const client = () => `_netns/${world.name('client')}`;

  beforeAll(() => {
    world = new BridgeWorld();
    fs.mkdirSync(folder, { recursive: true });
  });
  afterAll(() => {
    world?.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  function vethscope(...args: string[]) {
    const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const out: Buffer[] = [];
    let error = '';
    child.stdout.on('data', (part: Buffer) => out.push(part));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      error += text;
    });
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    return { child, ended, out: () => Buffer.concat(out), error: () => error };
  }

  async function begun(run: { child: ChildProcess; error: () => string }): Promise<void> {
    for (let i = 0; i < 200 && !run.error().includes('Ctrl-C ends it'); i++) await delay(50);
    expect(run.error()).toContain('Ctrl-C ends it');
  }

  function rowsOf(file: string): string[] {
    const fields = ['-T', 'fields', '-e', 'frame.interface_description', '-e', 'icmp.type'];
    return execFileSync('tshark', ['-n', '-r', file, ...fields], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
      .split('\n')
      .filter((line) => line !== '');
  }

  test('-w - gives pcapng and nothing else', async () => {
    const run = vethscope('capture', client(), '-f', 'icmp', '--packets', '6', '-w', '-');
    await begun(run);
    world.ping(3);
    expect(await run.ended).toBe(0);
    const file = path.join(folder, 'piped.pcapng');
    fs.writeFileSync(file, run.out());
    expect(rowsOf(file)).toHaveLength(6);
    expect(run.error()).toContain('packet limit: 6 packets');
  });

  test('Ctrl-C finishes the file, and --json says how it ended', async () => {
    const file = path.join(folder, 'stopped.pcapng');
    const run = vethscope('capture', client(), '-f', 'icmp', '-w', file, '--json');
    await begun(run);
    world.ping(2);
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(0);
    const status = captureStatus.omit({ caseId: true }).strict().parse(JSON.parse(run.out().toString()));
    expect(status).toMatchObject({ state: 'ended', reason: 'stopped' });
    expect(rowsOf(file).length).toBe(status.packets);
    expect(status.packets).toBeGreaterThanOrEqual(4);
  });

  test('--start-at waits for its time, and --snapshots keeps the dumps from before and after', async () => {
    const file = path.join(folder, 'later.pcapng');
    const dumps = path.join(folder, 'later.dumps');
    const at = new Date(Date.now() + 2500);
    const more = ['--start-at', at.toISOString(), '--snapshots', dumps, '--packets', '4'];
    const run = vethscope('capture', client(), '-f', 'icmp', '-w', file, ...more);
    await begun(run);
    expect(run.error()).toContain(`waiting until ${at.toISOString()}`);
    expect(Date.now()).toBeGreaterThanOrEqual(at.getTime());
    world.ping(2);
    expect(await run.ended, run.error()).toBe(0);
    expect(rowsOf(file)).toHaveLength(4);
    const groups = fs.readdirSync(path.join(dumps, 'dumps')).sort();
    expect(groups.map((name) => name.split('-')[0])).toEqual(['after', 'before']);
    for (const group of groups) expect(fs.readdirSync(path.join(dumps, 'dumps', group))).toContain('ip-addr.json');

    const again = vethscope('capture', client(), '-w', file, '--snapshots', dumps);
    expect(await again.ended).toBe(2);
    expect(again.error()).toContain('is there already');
    const wrong = vethscope('capture', client(), '-w', file, '--start-at', 'tomorrow');
    expect(await wrong.ended).toBe(2);
    expect(wrong.error()).toContain('write it as 2026-11-24T06:00:00Z');
    const given = vethscope(
      'capture',
      client(),
      '-w',
      path.join(folder, 'never'),
      '--start-at',
      '2099-01-01T00:00:00Z',
    );
    for (let i = 0; i < 100 && !given.error().includes('waiting until'); i++) await delay(50);
    given.child.kill('SIGINT');
    expect(await given.ended).toBe(2);
    expect(fs.existsSync(path.join(folder, 'never'))).toBe(false);
  });

  test('a reader that leaves ends it', async () => {
    const run = vethscope('capture', client(), '-f', 'icmp', '-w', '-');
    await begun(run);
    run.child.stdout?.destroy();
    world.ping(3);
    expect(await run.ended).toBe(0);
    expect(run.error()).toContain('nobody reads any more');
  });

  test('extcap: pods as interfaces, their points as options, a capture into a FIFO', async () => {
    const call = (...args: string[]) =>
      execFileSync(process.execPath, [main, 'extcap', ...args], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    const name = `vethscope._netns.${world.name('client')}`;
    const listed = call('--extcap-interfaces', '--extcap-version=4.0');
    expect(listed).toMatch(/^extcap \{version=[\d.]+\}\{display=vethscope\}\n/);
    expect(listed).toContain(`interface {value=${name}}{display=Pod ${client()}}`);
    expect(call('--extcap-dlts', '--extcap-interface', name)).toBe('dlt {number=1}{name=EN10MB}{display=Ethernet}\n');
    const config = call('--extcap-config', '--extcap-interface', name, '--of-a-later-version', 'x');
    const point = /value \{arg=0\}\{value=(pod:[^}]*)\}\{display=pod [^}]*\}\{default=true\}/.exec(config)?.[1] ?? '';
    expect(point).toContain('eth0');

    const fifo = path.join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const wanted = ['--capture', '--extcap-interface', name, '--fifo', fifo, '--extcap-capture-filter', 'icmp'];
    const run = vethscope('extcap', ...wanted, '--points', point);
    const fields = ['-T', 'fields', '-e', 'icmp.type'];
    const reader = spawn('tshark', ['-n', '-l', '-c', '4', '-i', fifo, ...fields], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let read = '';
    reader.stdout.setEncoding('utf8').on('data', (text: string) => {
      read += text;
    });
    const over = new Promise((resolve) => reader.once('close', resolve));
    for (let i = 0; i < 40 && reader.exitCode === null; i++) {
      world.ping(1);
      await delay(200);
    }
    await over;
    expect(read.split('\n').slice(0, 2)).toEqual(['8', '0']);
    world.ping(2); // the next write finds nobody
    expect(await run.ended).toBe(0);
  });
});
