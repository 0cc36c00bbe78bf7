// Journey one against a real runtime: pods of containerd, a hostPort by the portmap plugin, a service by hand-written rules. Found,
// captured and explained through the product's own HTTP, and on the command line.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { request } from 'node:http';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { explanation } from '../../api/explanation.ts';
import { captureStatus, filterPreview } from '../../api/live.ts';
import { caseDetail, flowList } from '../../api/schemas.ts';
import { EffectiveFilters } from '../../server/capture/effective-filters.ts';
import { startServer } from '../../server/http/start.ts';
import { PodFinder } from '../../server/pods/pods.ts';
import { realSystem } from '../../server/system/real.ts';
import { ContainerdNode, missingForContainerd, type RunningPod } from './containerd.fixture.ts';

const missing = [
  ...missingForContainerd(),
  ...['tcpdump', 'tshark'].filter((program) => spawnSync('which', [program]).status !== 0),
];
const usable = missing.length === 0 || process.env['CI'] !== undefined;
if (missing.length > 0) console.warn(`capturing real pods: needs ${missing.join(', ')}`);

const root = path.resolve(import.meta.dirname, '../..');
const service = '10.96.7.80';

describe.skipIf(!usable)('capture of real pods', () => {
  const folder = path.join(root, '.cache', `capture-pods-${process.pid}`);
  let node: ContainerdNode;
  let web: RunningPod;
  let client: RunningPod;
  let server: Extract<Awaited<ReturnType<typeof startServer>>, { ok: true }>;

  const ask = (at: string, body?: unknown): Promise<{ status: number; json: unknown }> =>
    new Promise((resolve, reject) => {
      const headers = { authorization: 'Bearer token-of-the-tests', 'content-type': 'application/json' };
      const asked = request(`${server.origin}${at}`, { method: body === undefined ? 'GET' : 'POST', headers }, (r) => {
        const parts: Buffer[] = [];
        r.on('data', (part: Buffer) => parts.push(part));
        r.on('end', () => resolve({ status: r.statusCode ?? 0, json: JSON.parse(Buffer.concat(parts).toString()) }));
      });
      asked.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
    });

  beforeAll(async () => {
    node = await ContainerdNode.start();
    web = await node.runPod({
      name: 'web',
      command: ['/bin/sh', '-c', 'echo hello >/tmp/index.html; exec httpd -f -p 8080 -h /tmp'],
      hostPorts: [{ hostPort: 8081, containerPort: 8080 }],
    });
    client = await node.runPod({ name: 'client', command: ['/bin/sleep', '1000000'] });
    const rule = (...args: string[]) => node.in('iptables', ['-t', 'nat', ...args]);
    const to = [
      '-d',
      `${service}/32`,
      '-p',
      'tcp',
      '-m',
      'comment',
      '--comment',
      'default/web cluster IP',
      '--dport',
      '80',
    ];
    for (const hook of ['PREROUTING', 'OUTPUT'])
      rule('-I', hook, ...to, '-j', 'DNAT', '--to-destination', `${web.address}:8080`);
    rule('-A', 'POSTROUTING', '-s', client.address, '-d', web.address, '-j', 'MASQUERADE');
    const system = node.system(realSystem(root));
    const places = {
      criSockets: [node.socket],
      cniResultFolders: ['/var/lib/cni/results'],
      kubeconfigs: [],
      dockerSocket: '/nowhere',
    };
    const options = { host: '127.0.0.1', port: 0, dataFolder: folder, token: 'token-of-the-tests', samples: false };
    const quiet = { ...system, terminal: { ...system.terminal, error: () => undefined } };
    const started = await startServer(quiet, {
      ...options,
      version: '0.0.0',
      finder: new PodFinder(system, { places }),
    });
    if (!started.ok) throw new Error(started.message);
    server = started;
  });

  afterAll(async () => {
    await server?.stop();
    await node?.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  /** The case, once the rules of a snapshot and all its other files are there. */
  const withRules = async (id: string, group: string) => {
    for (let i = 0; ; i++) {
      const detail = caseDetail.parse((await ask(`/api/cases/${id}`)).json);
      const paths = detail.files.map((f) => nameless(f.path));
      const rules = paths.some((at) => at.startsWith(`dumps/${group}/iptables-`));
      if (i > 100 || (rules && paths.at(-1) === lastOf(paths, group))) return detail;
      await delay(100);
    }
  };
  /** A snapshot has the same files each time. */
  const lastOf = (paths: readonly string[], group: string) =>
    paths.findLast((at) => at.startsWith('dumps/before/'))?.replace('/before/', `/${group}/`);
  /** Without the time in a group's name. */
  const nameless = (at: string) => at.replace(/-\d{8}T[\d.]+Z\//, '/');

  /** The service is asked from inside the client's namespace. */
  const fetchService = () => {
    const get = `fetch('http://${service}/').then((r) => r.text()).then((t) => process.stdout.write(t))`;
    return node.inPod(client, process.execPath, ['-e', get]);
  };

  test('the service and the hostPort answer', async () => {
    expect(fetchService()).toBe('hello\n');
    expect(await (await fetch(`http://${node.address}:8081/`)).text()).toBe('hello\n');
  });

  test('a filter on the pod is widened to its service and its hostPort, where they are seen', async () => {
    const filter = `host ${web.address} and tcp port 8080`;
    const answer = await ask('/api/filters/preview', { pods: [web.id, client.id], filter });
    const { points, error } = filterPreview.parse(answer.json);
    expect(error).toBeNull();
    const at = (label: string) => points.find((p) => p.label === label);
    expect(at('pod web')?.filter).toBe(filter);
    expect(at('pod client')?.filter).toContain(`host ${service} and tcp port 80`);
    expect(at('eth0')?.filter).toContain('tcp port 8081');
    expect(at('eth0')?.note).toContain('default/web cluster IP');
    const bad = await ask('/api/filters/preview', { pods: [web.id], filter: 'tcp prot 80' });
    expect(filterPreview.parse(bad.json).error).toMatch(/syntax error|unknown/);
  });

  test('captured at every point, explained by the rules of the same moment', async () => {
    const filter = `host ${web.address} and tcp port 8080`;
    const made = await ask('/api/captures', { pods: [web.id, client.id], filter });
    expect(made.status, JSON.stringify(made.json)).toBe(201);
    const { id } = caseDetail.parse(made.json);
    fetchService();
    await (await fetch(`http://${node.address}:8081/`)).text();
    const status = captureStatus.parse((await ask(`/api/captures/${id}/stop`, {})).json);
    const packets = Object.fromEntries(status.points.map((p) => [p.label, p.packets]));
    for (const label of ['pod client', 'veth client', 'pod web', 'veth web', 'eth0'])
      expect(packets[label], label).toBeGreaterThanOrEqual(8);
    expect(packets['veth web']).toBe(packets['pod web']);

    const file = path.join(folder, 'cases', id, 'files', 'capture.pcapng');
    const syns = execFileSync(
      'tshark',
      [
        '-n',
        '-r',
        file,
        '-Y',
        'tcp.flags.syn == 1 && tcp.flags.ack == 0',
        '-T',
        'fields',
        '-e',
        'frame.interface_description',
        '-e',
        'ip.dst',
        '-e',
        'tcp.dstport',
      ],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    );
    expect(syns).toContain(`pod client (in default/client)\t${service}\t80\n`);
    expect(syns).toContain(`pod web (in default/web)\t${web.address}\t8080\n`);
    expect(syns).toContain(`eth0 (uplink)\t${node.address}\t8081\n`);
    const named = execFileSync('tshark', ['-r', file, '-N', 'n'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(named).toContain('web.default.svc');
    expect(named).toContain('client.default');

    const detail = await withRules(id, 'after');
    expect(detail.files.some((f) => nameless(f.path).startsWith('dumps/before/iptables-'))).toBe(true);
    expect(detail.hasNodeState).toBe(true);
    const flows = flowList.parse((await ask(`/api/cases/${id}/flows`)).json).flows;
    const outside = flows.find((f) => f.point === 'eth0' && f.server === `${node.address}:8081`);
    expect(outside).toBeDefined();
    const answer = await ask(`/api/cases/${id}/explain`, { flow: outside?.id });
    expect(answer.status, JSON.stringify(answer.json)).toBe(200);
    const explained = explanation.parse(answer.json);
    expect(explained.outcomes[0]?.finalDestination).toBe(`${web.address}:8080`);
    expect(JSON.stringify(explained.outcomes[0]?.to)).toContain('default/web');
  });

  test('a connection that came and went between the dumps, seen in one pod alone: conntrack told where it went', async () => {
    const made = await ask('/api/captures', { pods: [client.id], points: ['pod:eth0'], filter: 'tcp port 80' });
    const { id } = caseDetail.parse(made.json);
    await delay(1500);
    fetchService();
    await ask(`/api/captures/${id}/stop`, {});
    const detail = await withRules(id, 'after');
    expect(detail.files.map((f) => f.path)).toContain('dumps/conntrack-events.txt');
    const { flows } = flowList.parse((await ask(`/api/cases/${id}/flows`)).json);
    expect(new Set(flows.map((f) => f.point))).toEqual(new Set(['pod client']));
    const flow = flows.find((f) => f.server === `${service}:80`);
    const { captured } = explanation.parse((await ask(`/api/cases/${id}/explain`, { flow: flow?.id })).json);
    expect(captured).toMatchObject({ agrees: true });
    expect(captured?.text).toContain('Conntrack told of this connection as it began (dumps/conntrack-events.txt:');
    expect(captured?.text).toContain(`the destination ${service}:80 became ${web.address}:8080`);
  });

  test('a change of the rules during a capture is kept as well', async () => {
    const made = await ask('/api/captures', { pods: [client.id], filter: 'icmp' });
    const { id } = caseDetail.parse(made.json);
    await delay(1500);
    node.in('iptables', ['-t', 'filter', '-A', 'FORWARD', '-s', '192.0.2.77', '-j', 'DROP']);
    const detail = await withRules(id, 'change-01');
    expect(detail.files.some((f) => nameless(f.path).startsWith('dumps/change-01/iptables-'))).toBe(true);
    await ask(`/api/captures/${id}/stop`, {});
  });

  test('the rules give names and pairs', async () => {
    const pairs = await new EffectiveFilters(node.system(realSystem(root))).pairs();
    const text = pairs.map((p) => `${p.front.address}:${p.front.port} ${p.back.address}:${p.back.port}`);
    expect(text).toContain(`${service}:80 ${web.address}:8080`);
    expect(text).toContain(`null:8081 ${web.address}:8080`);
  });
});
