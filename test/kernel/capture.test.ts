// Live captures with real tcpdump on real veths: what is in the file is asked of tshark and capinfos.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CaptureStatus, captureStatus, type FilterPreview } from '../../api/live.ts';
import { type CaseDetail, caseDetail } from '../../api/schemas.ts';
import { BridgeWorld } from './bridge-world.fixture.ts';

const root = path.resolve(import.meta.dirname, '../..');
const needed = ['tcpdump', 'tshark', 'capinfos', 'ip', 'nsenter', 'ping'];
const missing = needed.filter((program) => spawnSync('which', [program]).status !== 0);
const unable = missing.length > 0 || process.getuid?.() !== 0;
if (unable && process.env['CI']) throw new Error(`capture tests need root and ${missing.join(', ')}`);

/** Processes of ours that capture: their netns is one of the world's. */
function tcpdumpsOf(world: BridgeWorld): string[] {
  return fs.readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const inodes = ['node', 'client', 'web'].map((n) => fs.statSync(world.netns(n)).ino);
      const command = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return command.includes('tcpdump') && inodes.includes(fs.statSync(`/proc/${pid}/ns/net`).ino);
    } catch {
      return false;
    }
  });
}

function tshark(file: string, ...args: string[]): string[] {
  return execFileSync('tshark', ['-n', '-r', file, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    .split('\n')
    .filter((line) => line !== '');
}

describe.skipIf(unable)('captures', () => {
  const folder = path.join(root, '.cache', `capture-test-${process.pid}`);
  let world: BridgeWorld;
  let server: ToldServer;

  class ToldServer {
    readonly child: ChildProcess;
    origin = '';

    private constructor(data: string) {
      const told = { root, dataFolder: path.join(folder, data), pods: world.pods(), points: world.points() };
      const args = [path.join(folder, 'bundle', 'told-server.fixture.js'), JSON.stringify(told)];
      this.child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    }

    static async start(data = 'data'): Promise<ToldServer> {
      const made = new ToldServer(data);
      if (made.child.stdout === null) throw new Error('no stdout');
      for await (const line of readline.createInterface({ input: made.child.stdout })) {
        if (!line.startsWith('link ')) throw new Error(line);
        made.origin = new URL(line.slice(5)).origin;
        break;
      }
      return made;
    }

    async ask(at: string, body?: unknown): Promise<{ status: number; json: unknown }> {
      const headers = { authorization: 'Bearer token-of-the-tests', 'content-type': 'application/json' };
      const init = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) };
      const answer = await fetch(`${this.origin}${at}`, init);
      return { status: answer.status, json: await answer.json() };
    }

    async capture(request: object): Promise<CaseDetail> {
      const answer = await this.ask('/api/captures', { pods: ['default/client'], snapshots: false, ...request });
      expect(answer.status, JSON.stringify(answer.json)).toBe(201);
      return caseDetail.parse(answer.json);
    }

    async status(id: string): Promise<CaptureStatus> {
      return captureStatus.parse((await this.ask(`/api/captures/${id}`)).json);
    }

    async ended(id: string): Promise<CaptureStatus> {
      for (let i = 0; i < 200; i++) {
        const status = await this.status(id);
        if (status.state === 'ended') return status;
        await delay(50);
      }
      throw new Error('the capture does not end');
    }

    file(id: string, name = 'capture.pcapng', data = 'data'): string {
      return path.join(folder, data, 'cases', id, 'files', name);
    }

    async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
      const gone = new Promise((resolve) => this.child.once('exit', resolve));
      this.child.kill(signal);
      await gone;
    }
  }

  beforeAll(async () => {
    world = new BridgeWorld();
    await build({
      configFile: false,
      logLevel: 'silent',
      root,
      build: {
        ssr: true,
        target: 'node20',
        outDir: path.join(folder, 'bundle'),
        rolldownOptions: {
          input: path.join(import.meta.dirname, 'told-server.fixture.ts'),
          output: { entryFileNames: '[name].js' },
        },
      },
    });
    server = await ToldServer.start();
  });

  afterAll(async () => {
    await server?.end('SIGTERM');
    const left = world === undefined ? [] : tcpdumpsOf(world);
    world?.close();
    fs.rmSync(folder, { recursive: true, force: true });
    expect(left).toEqual([]);
  });

  test('pod, veth and bridge in one pcapng, by time, with names, filters and drops', async () => {
    const { id } = await server.capture({ filter: 'icmp' });
    expect((await server.status(id)).points.map((p) => p.state)).toEqual(['running', 'running', 'running']);
    world.ping(5);
    const stopped = captureStatus.parse((await server.ask(`/api/captures/${id}/stop`, {})).json);
    expect(stopped).toMatchObject({ state: 'ended', reason: 'stopped' });
    expect(stopped.points.map((p) => [p.label, p.packets, p.kernelDrops])).toEqual([
      ['pod client', 10, 0],
      ['veth client', 10, 0],
      ['br0', 0, 0],
    ]);
    const file = server.file(id);
    const rows = tshark(
      file,
      '-T',
      'fields',
      '-e',
      'frame.interface_name',
      '-e',
      'frame.interface_description',
      '-e',
      'frame.time_epoch',
    );
    expect(rows).toHaveLength(20);
    expect(new Set(rows.map((r) => r.split('\t').slice(0, 2).join(': ')))).toEqual(
      new Set(['eth0: pod client (in default/client)', 'vclient: veth client (host side of default/client)']),
    );
    const times = rows.map((r) => r.split('\t')[2] ?? '');
    expect([...times].sort()).toEqual(times);
    expect(times.some((t) => !t.endsWith('000'))).toBe(true);
    const info = execFileSync('capinfos', [file], { encoding: 'utf8' });
    expect(info).toMatch(/File timestamp precision:\s+nanoseconds/);
    expect(info).toMatch(/Capture application:\s+vethscope 0\.0\.0/);
    expect(info).toMatch(/Number of interfaces in file: 3/);
    expect(info).toMatch(/Name = vclient/);
    expect(info).toMatch(/Filter string = icmp/);
    expect(info).toMatch(/filter as typed: icmp/);
    expect(info).toMatch(/Number of stat entries = 1/);
    // Name records: tshark resolves the pod's address without asking anybody.
    const resolved = execFileSync('tshark', ['-r', file, '-N', 'n', '-c', '1'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(resolved).toContain('client.default');
    const page = (await server.ask(`/api/cases/${id}/packets?count=3`)).json;
    expect(page).toMatchObject({
      total: 20,
      rows: [{ point: 'pod client', protocol: 'ICMP' }, { point: 'veth client' }, {}],
    });
  });

  test('a few packets are there at once, at every point, the first ones too', async () => {
    const { id } = await server.capture({ filter: 'icmp' });
    const waits: number[] = [];
    for (let i = 0; i < 5; i++) {
      const before = (await server.status(id)).packets;
      world.ping(1);
      const since = performance.now();
      while ((await server.status(id)).packets < before + 4 && performance.now() - since < 5000) await delay(5);
      waits.push(performance.now() - since);
    }
    await server.ask(`/api/captures/${id}/stop`, {});
    const status = await server.ended(id);
    expect(status.packets).toBe(20);
    const { capture } = caseDetail.parse((await server.ask(`/api/cases/${id}`)).json);
    expect(capture).toEqual({ state: 'ended', reason: 'stopped' });
    process.stderr.write(`packets shown after ${waits.map((ms) => ms.toFixed(0)).join(', ')} ms\n`);
    // One of them may fall on a busy moment of the machine.
    expect(waits.sort((x, y) => x - y)[3]).toBeLessThan(500);
  });

  test('limits end it: packets, bytes, time, a packet that matches', async () => {
    const few = await server.capture({ filter: 'icmp', points: ['veth:vclient'], limits: { packets: 3 } });
    world.ping(5);
    expect(await server.ended(few.id)).toMatchObject({ reason: 'packet limit', packets: 3 });
    expect(tshark(server.file(few.id))).toHaveLength(3);

    const short = await server.capture({ points: ['veth:vclient'], limits: { seconds: 1 } });
    expect(await server.ended(short.id)).toMatchObject({ reason: 'time limit' });

    const trigger = await server.capture({
      filter: 'icmp',
      points: ['pod:client'],
      stopOn: { filter: 'icmp.type == 0', seconds: 0 },
    });
    world.ping(1);
    expect(await server.ended(trigger.id)).toMatchObject({ reason: 'trigger' });

    const full = await server.capture({ points: ['veth:vclient'], limits: { bytes: 1_000_000 } });
    const send = ['ping', '-q', '-f', '-s', '1400', '-c', '1200', '10.88.0.3'];
    world.in('client', send);
    const status = await server.ended(full.id);
    expect(status).toMatchObject({ reason: 'size limit' });
    expect(fs.statSync(server.file(full.id)).size).toBeLessThan(1_010_000);
    expect(tshark(server.file(full.id)).length).toBeGreaterThan(600);
  });

  test('a ring keeps the newest files', async () => {
    const { id } = await server.capture({ points: ['veth:vclient'], limits: { bytes: 1_000_000, ringFiles: 2 } });
    for (let i = 0; i < 4; i++) {
      world.in('client', ['ping', '-q', '-f', '-s', '1400', '-c', '300', '10.88.0.3']);
      await delay(400);
    }
    await server.ask(`/api/captures/${id}/stop`, {});
    const names = fs.readdirSync(path.dirname(server.file(id)));
    expect(names).toHaveLength(2);
    for (const name of names) expect(tshark(server.file(id, name)).length).toBeGreaterThan(0);
    expect(names).not.toContain('capture-00001.pcapng');
  });

  test('what could run a program or reach beyond is refused, or harmless', async () => {
    const evil = path.join(folder, 'evil');
    fs.writeFileSync(`${evil}.sh`, `#!/bin/sh\ntouch ${evil}\n`, { mode: 0o755 });
    const filters = [
      `-z ${evil}.sh`,
      `-w ${evil}`,
      `$(touch ${evil})`,
      `\`touch ${evil}\``,
      `icmp\n-z ${evil}.sh`,
      `; touch ${evil}`,
      `port 80 -z ${evil}.sh`,
      '-V /etc/passwd',
      '\u0000',
    ];
    for (const filter of filters) {
      const answer = await server.ask('/api/captures', { pods: ['default/client'], filter, snapshots: false });
      expect(answer, filter).toMatchObject({ status: 400, json: { error: { code: 'bad-filter' } } });
    }
    const preview = (await server.ask('/api/filters/preview', { pods: ['default/client'], filter: 'prot 80' }))
      .json as FilterPreview;
    expect(preview.error).toMatch(/syntax error|unknown/);
    for (const points of [['-z'], ['../x'], ['veth:$(id)']]) {
      const answer = await server.ask('/api/captures', { pods: ['default/client'], points });
      expect(answer).toMatchObject({ status: 404, json: { error: { code: 'no-point' } } });
    }
    expect(fs.existsSync(evil)).toBe(false);
  });

  test('kill -9 leaves no tcpdump and a good file, and the next server finishes it', async () => {
    const doomed = await ToldServer.start('doomed');
    const { id } = await doomed.capture({ filter: 'icmp' });
    world.ping(20);
    while ((await doomed.status(id)).packets < 80) await delay(20);
    // One a point, and the quick ones beside them.
    expect([3, 4, 5, 6]).toContain(tcpdumpsOf(world).length);
    const file = doomed.file(id, 'capture.pcapng', 'doomed');
    await doomed.end('SIGKILL');
    const since = performance.now();
    while (tcpdumpsOf(world).length > 0 && performance.now() - since < 10_000) await delay(50);
    expect(tcpdumpsOf(world)).toEqual([]);
    expect(tshark(file)).toHaveLength(80);
    // A write that was cut in the middle of a block.
    fs.appendFileSync(file, Buffer.from([6, 0, 0, 0, 120, 0, 0, 0, 0, 0]));

    const next = await ToldServer.start('doomed');
    try {
      expect(await next.status(id)).toMatchObject({ state: 'ended', reason: 'server ended', packets: 80 });
      const detail = caseDetail.parse((await next.ask(`/api/cases/${id}`)).json);
      expect(detail.files[0]).toMatchObject({ state: 'ready', packets: 80 });
      expect(detail.files[0]?.issues[0]).toContain('server ended');
      expect(detail.capture).toEqual({ state: 'ended', reason: 'server ended' });
      const info = execFileSync('capinfos', [file], { encoding: 'utf8' });
      expect(info).toMatch(/Number of packets:\s+80/);
      expect(info).toMatch(/Number of stat entries = 1/);
    } finally {
      await next.end('SIGTERM');
    }
  });

  test('a server that is told to end completes its captures', async () => {
    const other = await ToldServer.start('other');
    const { id } = await other.capture({ filter: 'icmp', points: ['pod:client', 'bridge:br0'] });
    world.ping(2);
    await other.end('SIGTERM');
    expect(tcpdumpsOf(world)).toEqual([]);
    expect(tshark(other.file(id, 'capture.pcapng', 'other'))).toHaveLength(4);
  });

  test('a point that fails is named, and the others go on', async () => {
    const gone = { ...world.points()[1], id: 'veth:gone', device: 'gone0', label: 'gone' };
    const told = world.points;
    world.points = () => [...told.call(world), gone as ReturnType<typeof told>[number]];
    const other = await ToldServer.start('partly');
    world.points = told;
    try {
      const { id } = await other.capture({ filter: 'icmp', points: ['pod:client', 'veth:gone'] });
      const { points } = await other.status(id);
      expect(points[1]).toMatchObject({ state: 'failed', error: expect.stringMatching(/gone0.*No such device/) });
      world.ping(1);
      expect((await other.ask(`/api/captures/${id}/stop`, {})).json).toMatchObject({ packets: 2 });
      const none = await other.ask('/api/captures', { pods: [], points: ['veth:gone'], snapshots: false });
      expect(none).toMatchObject({ status: 422, json: { error: { code: 'capture-failed' } } });
      expect((await other.ask('/api/cases')).json).toHaveLength(1);
    } finally {
      await other.end('SIGTERM');
    }
  });
});
