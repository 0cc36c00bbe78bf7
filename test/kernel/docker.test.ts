// Journey one where Docker is the runtime: a published port and a pod as dockershim and cri-dockerd make them, found, captured and explained
// with a real dockerd.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { explanation } from '../../api/explanation.ts';
import { captureStatus } from '../../api/live.ts';
import { caseDetail, flowList } from '../../api/schemas.ts';
import { startServer } from '../../server/http/start.ts';
import { PodFinder } from '../../server/pods/pods.ts';
import { realSystem } from '../../server/system/real.ts';
import { type Container, DockerNode, missingForDocker } from './docker.fixture.ts';
import { systemIn } from './system-in.ts';

const missing = missingForDocker();
const usable = missing.length === 0 || process.env['CI'] !== undefined;
if (missing.length > 0) console.warn(`a real dockerd: needs ${missing.join(', ')}`);

const root = path.resolve(import.meta.dirname, '../..');
const serve = ['/bin/sh', '-c', 'echo hello >/tmp/index.html; exec httpd -f -p 8080 -h /tmp'];

describe.skipIf(!usable)('a real dockerd', () => {
  const folder = path.join(root, '.cache', `docker-${process.pid}`);
  let node: DockerNode;
  let web: Container;
  let sandbox: Container;
  let server: Extract<Awaited<ReturnType<typeof startServer>>, { ok: true }>;

  const system = () => systemIn(realSystem(root), node.netns);
  const places = () => ({
    criSockets: [],
    cniResultFolders: [],
    kubeconfigs: [],
    dockerSocket: node.socket,
    procFolder: '/nowhere',
    netnsFolder: '/nowhere',
  });
  const ask = async (at: string, body?: unknown): Promise<unknown> => {
    const headers = { authorization: 'Bearer token-of-the-tests', 'content-type': 'application/json' };
    const init = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) };
    const answer = await fetch(`${server.origin}${at}`, init);
    const json: unknown = await answer.json();
    if (!answer.ok) throw new Error(JSON.stringify(json));
    return json;
  };

  beforeAll(async () => {
    node = await DockerNode.start();
    web = node.container('web', ['-p', '8081:8080'], serve);
    const label = (key: string, value: string) => ['--label', `io.kubernetes.${key}=${value}`];
    const named = [...label('pod.name', 'shop'), ...label('pod.namespace', 'prod'), ...label('pod.uid', 'u-1')];
    sandbox = node.container('k8s_POD_shop_prod_u-1_0', [...label('docker.type', 'podsandbox'), ...named]);
    node.container(
      'k8s_main_shop_prod_u-1_0',
      [...label('docker.type', 'container'), ...named, '--network', `container:${sandbox.id}`],
      serve,
    );
    node.container('host', ['--network', 'host']);
    const quiet = { ...system(), terminal: { ...system().terminal, error: () => undefined } };
    const started = await startServer(quiet, {
      host: '127.0.0.1',
      port: 0,
      dataFolder: folder,
      token: 'token-of-the-tests',
      samples: false,
      version: '0.0.0',
      finder: new PodFinder(quiet, { places: places() }),
    });
    if (!started.ok) throw new Error(started.message);
    server = started;
  });
  afterAll(async () => {
    await server?.stop();
    await node?.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  const hello = () => node.fromOutside('busybox', 'wget', '-q', '-O', '-', `http://${node.address}:8081/`);

  test('containers and pods, each with the veth that is its own, and the published port by Docker and by the rules', async () => {
    const finder = new PodFinder(system(), { places: places() });
    const { pods, sources } = await finder.list();
    await finder.close();
    expect(sources.filter((s) => s.pods > 0).map((s) => s.source)).toEqual(['docker']);
    expect(pods.map((p) => [p.id, p.addresses, p.disagreements])).toEqual([
      ['_docker/web', [web.address], []],
      ['prod/shop', [sandbox.address], []],
    ]);
    const links: { ifname: string; ifindex: number }[] = JSON.parse(node.in('ip', '-j', 'link'));
    for (const [pod, pid] of [
      [pods[0], web.pid],
      [pods[1], sandbox.pid],
    ] as const) {
      const [eth0]: { link_index: number }[] = JSON.parse(
        execFileSync('nsenter', [`--net=/proc/${pid}/ns/net`, 'ip', '-j', 'link', 'show', 'eth0'], {
          encoding: 'utf8',
        }),
      );
      expect(pod?.interfaces).toHaveLength(1);
      expect(pod?.interfaces[0]).toMatchObject({
        name: 'eth0',
        kind: 'veth',
        bridge: 'docker0',
        hostInterface: links.find((l) => l.ifindex === eth0?.link_index)?.ifname,
      });
    }
    expect(pods[0]?.hostPorts).toEqual([
      { hostIp: null, hostPort: 8081, containerPort: 8080, protocol: 'tcp', from: expect.arrayContaining(['rules']) },
    ]);
  });

  test('captured on its path, and the way through Docker’s rules explained with the name of the container', async () => {
    expect(hello()).toBe('hello\n');
    const { id } = caseDetail.parse(await ask('/api/captures', { pods: ['_docker/web'], filter: 'tcp port 8080' }));
    expect(hello()).toBe('hello\n');
    const status = captureStatus.parse(await ask(`/api/captures/${id}/stop`, {}));
    const packets = Object.fromEntries(status.points.map((p) => [p.id.split(':')[0], p.packets]));
    expect(packets['pod']).toBeGreaterThanOrEqual(8);
    expect(packets['veth']).toBe(packets['pod']);
    expect(packets['uplink']).toBeGreaterThanOrEqual(8);
    const flows = flowList.parse(await ask(`/api/cases/${id}/flows`)).flows;
    const outside = flows.find((f) => f.server === `${node.address}:8081`);
    let explained = explanation.parse(await ask(`/api/cases/${id}/explain`, { flow: outside?.id }));
    // The snapshot after the capture may still be arriving.
    for (let i = 0; i < 50 && explained.outcomes[0]?.to === null; i++) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      explained = explanation.parse(await ask(`/api/cases/${id}/explain`, { flow: outside?.id }));
    }
    const [outcome] = explained.outcomes;
    expect(outcome?.finalDestination).toBe(`${web.address}:8080`);
    expect(JSON.stringify(outcome?.to)).toContain('_docker/web');
    expect(outcome?.steps.map((s) => s.rule ?? '').join('\n')).toContain(
      `-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8081 -j DNAT --to-destination ${web.address}:8080`,
    );
  });
});
