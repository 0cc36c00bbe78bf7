// The Kubernetes API over TLS, with the ways a kubeconfig can authenticate and the answers that a large or a strict cluster gives.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  base64Of,
  kubeconfigOf,
  type ScriptedApi,
  scriptedApi,
  tlsFile,
  token,
  tunnel,
} from '../../test/cluster/scripted-api.fixture.ts';
import { realSystem } from '../system/real.ts';
import { KubernetesSource } from './kubernetes.ts';

const system = realSystem(path.resolve(import.meta.dirname, '../..'));
const ours = ['192.168.60.11'];
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vs-kube-'));
let api: ScriptedApi;

beforeAll(async () => {
  api = await scriptedApi();
});
beforeEach(() => {
  api.asked.length = 0;
  api.forbidden.clear();
  api.pageSize = 500;
});
afterAll(async () => {
  await api.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

let files = 0;
function config(user: object, cluster: object = { 'certificate-authority-data': base64Of('ca.crt') }): string {
  const file = path.join(folder, `config-${files++}`);
  fs.writeFileSync(file, kubeconfigOf({ server: api.url, user, cluster }));
  return file;
}
const find = (kubeconfig: string) => new KubernetesSource(system, [kubeconfig]).find(ours);

describe('credentials', () => {
  test.each<[string, () => object, object | undefined]>([
    ['a token', () => ({ token }), undefined],
    [
      'a client certificate in base64',
      () => ({ 'client-certificate-data': base64Of('client.crt'), 'client-key-data': base64Of('client.key') }),
      undefined,
    ],
    [
      'a client certificate in files',
      () => ({ 'client-certificate': tlsFile('client.crt'), 'client-key': tlsFile('client.key') }),
      { 'certificate-authority': tlsFile('ca.crt') },
    ],
    ['an unknown authority that is not looked at', () => ({ token }), { 'insecure-skip-tls-verify': true }],
  ])('%s', async (_name, user, cluster) => {
    const answer = await find(config(user(), cluster));
    expect([answer.ok, answer.node, answer.facts.length], answer.detail).toEqual([true, 'node-1', 8]);
  });

  test('a token that a plugin prints (exec)', async () => {
    const credential = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token } };
    const exec = {
      apiVersion: credential.apiVersion,
      command: process.execPath,
      args: ['-e', `console.log(${JSON.stringify(JSON.stringify(credential))})`],
      interactiveMode: 'Never',
    };
    expect((await find(config({ exec }))).ok).toBe(true);
  });

  test('a plugin that is not there, a wrong token, an authority that is not known: each a sentence', async () => {
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: '/none/aws-iam', interactiveMode: 'Never' };
    const details = [
      (await find(config({ exec }))).detail,
      (await find(config({ token: 'wrong' }))).detail,
      (await find(config({ token }, {}))).detail,
    ];
    expect(details[0]).toMatch(/credential plugin|aws-iam|exec/);
    expect(details[1]).toBe('the API answered 401 (it does not know these credentials, or they have expired)');
    expect(details[2]).toMatch(/certificate/);
  });

  test('a proxy-url is used', async () => {
    const proxy = await tunnel();
    const cluster = { 'certificate-authority-data': base64Of('ca.crt'), 'proxy-url': proxy.url };
    const answer = await find(config({ token }, cluster));
    await proxy.close();
    expect([answer.ok, proxy.tunnels() > 0], answer.detail).toEqual([true, true]);
  });

  test('several files are merged, as KUBECONFIG=a:b says; the first current-context counts', async () => {
    const first = path.join(folder, 'users');
    fs.writeFileSync(first, JSON.stringify({ users: [{ name: 'u', user: { token } }], 'current-context': 'x' }));
    const second = config({ token: 'wrong' });
    const answer = await find(`${first}:/none:${second}`);
    expect(answer.ok, answer.detail).toBe(true);
  });

  test('what is no kubeconfig, or has no current context, is a sentence with its name', async () => {
    const file = path.join(folder, 'broken');
    fs.writeFileSync(file, 'a: [');
    expect((await find(file)).detail).toContain(`${file} is no kubeconfig`);
    fs.writeFileSync(file, '{"clusters":[],"users":[],"contexts":[]}');
    expect((await find(file)).detail).toContain('names no cluster');
  });
});

test('the suite for real clusters passes against this one, and does nothing without a kubeconfig', async () => {
  const suite = (kubeconfig: string) =>
    new Promise<string>((resolve) => {
      const args = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/cluster/vitest.config.ts', '--no-color'];
      const env = { ...process.env, VETHSCOPE_KUBECONFIG: kubeconfig };
      const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
      let said = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
      child.once('exit', (code) => resolve(`${said}\nstatus ${code}`));
    });
  api.pageSize = 4;
  const passed = await suite(config({ token }));
  expect(passed).toMatch(/Tests {2}11 passed \(11\)/);
  expect(passed).toContain('status 0');
  const skipped = await suite('');
  expect(skipped).toMatch(/Tests {2}11 skipped \(11\)/);
  expect(skipped).toContain('status 0');
}, 60_000);

describe('answers', () => {
  test('long lists are read page after page, and begun again where a page came too late', async () => {
    api.pageSize = 3;
    api.expireOnce = true;
    const answer = await find(config({ token }));
    expect([answer.facts.length, new Set(answer.facts.map((f) => f.name)).size]).toEqual([8, 8]);
    const pages = api.asked.filter((at) => at.startsWith('/api/v1/pods'));
    expect(pages).toHaveLength(5);
    expect(pages[0]).toContain('limit=500');
    expect(pages.at(-1)).toContain('continue=6');
  });

  test('one list that is refused does not take the others along', async () => {
    api.forbidden.add('services');
    const objects = await new KubernetesSource(system, [config({ token })]).objects();
    if (typeof objects === 'string') throw new Error(objects);
    expect(objects.texts.map(({ kind }) => kind)).toEqual(['nodes', 'pods', 'endpointslices']);
    expect(objects.problems).toEqual([
      'the Kubernetes API: services: the API answered 403 (these credentials may not list services)',
    ]);
    for (const name of ['nodes', 'pods', 'endpointslices']) api.forbidden.add(name);
    expect(await new KubernetesSource(system, [config({ token })]).objects()).toContain('403');
  });

  test('a watch that the API ends is begun again, until it is stopped', async () => {
    const source = new KubernetesSource(system, [config({ token })]);
    await source.find(ours);
    let events = 0;
    const stop = await source.watch(() => {
      events += 1;
    });
    const watches = () => api.asked.filter((at) => at.includes('watch=true')).length;
    await expect.poll(watches, { timeout: 5000 }).toBe(2);
    expect(events).toBeGreaterThanOrEqual(8);
    stop();
    await delay(1500);
    expect(watches()).toBeLessThanOrEqual(2);
  });
});
