import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Server, ServerCredentials, type ServiceDefinition } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { realSystem } from '../system/real.ts';
import { scriptedSystem } from '../system/scripted.ts';
import { findInCniCache } from './cni-cache.ts';
import { CriSource, newestOf } from './cri.ts';
import { criProto } from './cri-proto.ts';
import { findInDocker } from './docker.ts';
import { isDeviceName, isNetnsPath, isPodName } from './fact.ts';
import { factOfPod, KubernetesSource } from './kubernetes.ts';
import { NetnsIds } from './netns-ids.ts';
import { findNamedNetns } from './netns-names.ts';
import { findInProc, membershipOf } from './proc.ts';

const root = path.resolve(import.meta.dirname, '../..');
const id = (c: string) => c.repeat(64);
const uid = '9e580762-c626-43f1-83df-6aae839b8e80';

describe('names from outside', () => {
  const hostile = [
    '-z',
    '-z /evil.sh',
    'eth0; rm -rf /',
    'a\nb',
    '../etc',
    '$(id)',
    '`id`',
    'a b',
    '',
    'a\u0000b',
    'ü',
  ];
  test.each(hostile)('%j is no pod, no device, no namespace', (text) => {
    expect([isPodName(text), isDeviceName(text), isNetnsPath(text), isNetnsPath(`/run/netns/${text}`)]).toEqual([
      false,
      false,
      false,
      // A dash or nothing is harmless behind a slash.
      text === '-z' || text === '',
    ]);
  });
  test('ordinary names are', () => {
    expect(['web-0', 'a.b', 'A_1'].every(isPodName)).toBe(true);
    expect(['eth0', 'cali0123456789a', 'flannel.1', 'veth1a2b@if3', '_nic'].every(isDeviceName)).toBe(true);
    expect(isNetnsPath('/var/run/netns/cni-1')).toBe(true);
    expect(isNetnsPath('/proc/12/../1/ns/net')).toBe(false);
  });
});

describe('/proc', () => {
  const uids = uid.replaceAll('-', '_');
  test.each([
    ['containerd, cgroup v1', `9:name=systemd:/kubepods/besteffort/pod${uid}/${id('a')}\n0::/`, uid, [id('a')]],
    [
      'containerd, systemd',
      `0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${uids}.slice/cri-containerd-${id('b')}.scope`,
      uid,
      [id('b')],
    ],
    ['CRI-O', `0::/kubepods.slice/kubepods-pod${uids}.slice/crio-${id('c')}.scope/container`, uid, [id('c')]],
    [
      'cri-containerd with a colon',
      `0::/system.slice/containerd.service/kubepods-pod${uids}.slice:cri-containerd:${id('d')}`,
      uid,
      [id('d')],
    ],
    ['a static pod', `0::/kubepods/burstable/pod${'0a'.repeat(16)}/${id('e')}`, '0a'.repeat(16), [id('e')]],
    ['Docker alone', `0::/system.slice/docker-${id('f')}.scope`, null, [id('f')]],
    ['a node in a container', `0::/docker/${id('1')}/kubelet/kubepods/pod${uid}/${id('2')}`, uid, [id('1'), id('2')]],
  ])('%s', (_, text, expected, containers) => {
    expect(membershipOf(text)).toEqual({ uid: expected, containerIds: containers });
  });
  test.each(['0::/user.slice/user-0.slice/session-1.scope', '0::/', '', '0::/podman/pod12'])(
    '%j is no container',
    (text) => expect(membershipOf(text)).toBeNull(),
  );

  test('processes of one pod are one, and the namespace is its first process’s', async () => {
    const system = scriptedSystem({
      files: {
        '/proc/self/ns/net': 'same:node',
        '/proc/1/cgroup': '0::/init.scope',
        '/proc/1/ns/net': 'same:node',
        '/proc/30/cgroup': `0::/kubepods/pod${uid}/${id('a')}`,
        '/proc/30/ns/net': 'same:pod',
        '/proc/40/cgroup': `0::/kubepods/pod${uid}/${id('b')}`,
        '/proc/40/ns/net': 'same:nested',
        '/proc/40/environ': 'PATH=/bin\0HOSTNAME=web-0\0',
        '/proc/50/cgroup': `0::/docker/${id('c')}`,
        '/proc/50/ns/net': 'same:node',
        '/proc/60/cgroup': `0::/kubepods/pod${'ab'.repeat(16)}/${id('d')}`,
        '/proc/60/ns/net': 'same:node',
        '/proc/60/environ': 'HOSTNAME=-z\0',
      },
    });
    const answer = await findInProc(system, '/proc', new NetnsIds(system.files));
    expect(answer.ok).toBe(true);
    expect(answer.facts.map((f) => [f.uid, f.pid, f.hostname, f.hostNetwork, f.containerIds])).toEqual([
      [uid, 30, 'web-0', false, [id('a'), id('b')]],
      ['ab'.repeat(16), 60, null, true, [id('d')]],
    ]);
  });
});

test('CNI results: stale ones and odd names are counted and left out, several networks are one pod', async () => {
  const result = (name: string, netns: string, ifName = 'eth0', container = id('a')) =>
    JSON.stringify({
      kind: 'cniCacheV1',
      containerId: container,
      ifName,
      cniArgs: [
        ['K8S_POD_NAMESPACE', 'default'],
        ['K8S_POD_NAME', name],
        ['K8S_POD_UID', uid],
      ],
      capabilityArgs: { portMappings: [{ HostPort: 80, ContainerPort: 8080, Protocol: 'TCP', HostIP: '' }] },
      result: {
        cniVersion: '0.4.0',
        interfaces: [{ name: 'cni0' }, { name: 'veth1' }, { name: ifName, sandbox: netns }],
        ips: [{ address: '10.1.0.2/24' }],
      },
    });
  const system = scriptedSystem({
    files: {
      '/proc/self/ns/net': 'same:node',
      '/var/run/netns/cni-1': 'same:one',
      '/var/run/netns/file': 'no namespace',
      '/cni/a-eth0': result('web', '/var/run/netns/cni-1'),
      '/cni/a-net1': result('web', '/var/run/netns/cni-1', 'net1'),
      '/cni/b': result('old', '/var/run/netns/gone', 'eth0', id('b')),
      '/cni/c': result('fake', '/var/run/netns/file', 'eth0', id('c')),
      '/cni/d': result('-z; rm', '/var/run/netns/cni-1', 'eth0', id('d')),
      '/cni/e': '{ not json',
    },
  });
  const { facts, detail, ok } = await findInCniCache(system, ['/cni', '/none'], new NetnsIds(system.files));
  expect(ok).toBe(true);
  expect(detail).toBe('/cni; 2 results of pods that are gone; 1 result with a name that no pod can have, left out');
  expect(facts).toHaveLength(1);
  expect(facts[0]).toMatchObject({
    name: 'web',
    uid,
    interfaces: [
      { name: 'eth0', hostInterface: 'veth1' },
      { name: 'net1', hostInterface: 'veth1' },
    ],
    hostPorts: [{ hostIp: null, hostPort: 80, containerPort: 8080, protocol: 'tcp' }],
  });
  const none = await findInCniCache(system, ['/none'], new NetnsIds(system.files));
  expect([none.ok, none.detail]).toEqual([false, 'there is no /none']);
});

test('named namespaces: not the node’s own, not a leftover file, not an odd name', async () => {
  const system = scriptedSystem({
    files: {
      '/proc/self/ns/net': 'same:node',
      '/n/a': 'same:a',
      '/n/node': 'same:node',
      '/n/leftover': '',
      '/n/-z': 'same:z',
    },
  });
  const { facts, detail } = await findNamedNetns(system, '/n', new NetnsIds(system.files));
  expect(facts.map((f) => f.netns)).toEqual(['/n/a']);
  expect(detail).toBe('/n; 1 name that cannot be used, left out');
});

test('Docker: sandboxes of pods and plain containers, not the containers within a pod', async () => {
  const container = (name: string, labels: Record<string, string> | null, mode: string, pid: number) => ({
    Id: id('a'),
    Name: `/${name}`,
    State: { Pid: pid },
    Config: { Labels: labels },
    HostConfig: { NetworkMode: mode },
    NetworkSettings: {
      Ports: {
        '80/tcp': [
          { HostIp: '0.0.0.0', HostPort: '8080' },
          { HostIp: '::', HostPort: '8080' },
        ],
        '81/tcp': null,
      },
      Networks: { bridge: { IPAddress: '172.17.0.2' } },
    },
  });
  const pod = (type: string) => ({
    'io.kubernetes.docker.type': type,
    'io.kubernetes.pod.name': 'web',
    'io.kubernetes.pod.namespace': 'default',
    'io.kubernetes.pod.uid': uid,
  });
  const known: Record<string, unknown> = {
    aaaaaaaaaaaa: container('k8s_POD_web', pod('podsandbox'), 'none', 30),
    bbbbbbbbbbbb: container('k8s_web', pod('container'), 'container:aaaa', 31),
    cccccccccccc: container('redis', null, 'default', 32),
    dddddddddddd: container('agent', {}, 'host', 33),
  };
  const system = scriptedSystem({
    files: { '/proc/self/ns/net': 'same:node', '/proc/30/ns/net': 'same:a', '/proc/32/ns/net': 'same:b' },
    sockets: {
      '/d.sock': (at) =>
        JSON.stringify(
          at === '/containers/json' ? Object.keys(known).map((Id) => ({ Id })) : known[at.split('/')[2] ?? ''],
        ),
    },
  });
  const { facts } = await findInDocker(system, '/d.sock', new NetnsIds(system.files));
  expect(facts.map((f) => [f.namespace, f.name, f.pid, f.addresses])).toEqual([
    ['default', 'web', 30, ['172.17.0.2']],
    ['_docker', 'redis', 32, ['172.17.0.2']],
  ]);
  expect(facts[1]?.hostPorts).toEqual([{ hostIp: null, hostPort: 8080, containerPort: 80, protocol: 'tcp' }]);
  expect((await findInDocker(system, '/none', new NetnsIds(system.files))).ok).toBe(false);
});

test('CRI: of several sandboxes of a pod the one that runs, else the newest', () => {
  const sandbox = (n: string, state: 'SANDBOX_READY' | 'SANDBOX_NOTREADY', createdAt: string) => ({
    id: n,
    metadata: { name: 'web', uid, namespace: 'default' },
    state,
    createdAt,
  });
  const old = sandbox('old', 'SANDBOX_NOTREADY', '1');
  const newer = sandbox('newer', 'SANDBOX_NOTREADY', '3');
  const ready = sandbox('ready', 'SANDBOX_READY', '2');
  expect(newestOf([old, newer]).map((s) => s.id)).toEqual(['newer']);
  expect(newestOf([ready, newer, old]).map((s) => s.id)).toEqual(['ready']);
});

describe('CRI over a real socket, answering as CRI-O does', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vs-cri-'));
  const socket = path.join(folder, 'crio.sock');
  const server = new Server();
  const system = realSystem(root);

  beforeAll(async () => {
    const definition = fromJSON(criProto as unknown as Parameters<typeof fromJSON>[0], {
      defaults: true,
      enums: String,
    });
    const sandbox = (name: string, n: string) => ({ id: id(n), metadata: { name, uid: n, namespace: 'default' } });
    server.addService(definition['runtime.v1.RuntimeService'] as ServiceDefinition, {
      Version: (_: unknown, reply: (e: null, a: object) => void) =>
        reply(null, { runtimeName: 'cri-o', runtimeVersion: '1.30.0' }),
      ListPodSandbox: (_: unknown, reply: (e: null, a: object) => void) =>
        reply(null, {
          items: [sandbox('web', 'a'), sandbox('agent', 'b'), sandbox('-z /evil.sh', 'c'), sandbox('../x', 'd')],
        }),
      PodSandboxStatus: (call: { request: { podSandboxId: string } }, reply: (e: null, a: object) => void) => {
        const node = call.request.podSandboxId === id('b');
        const info = {
          image: 'pause',
          pid: process.pid,
          runtimeSpec: { linux: { namespaces: [{ type: 'network', path: '/var/run/netns/gone' }] } },
        };
        reply(null, {
          status: {
            network: node ? undefined : { ip: '10.1.0.2', additionalIps: [{ ip: 'fd00::2' }] },
            linux: { namespaces: { options: { network: node ? 'NODE' : 'POD' } } },
          },
          info: { info: JSON.stringify(info) },
        });
      },
    });
    await new Promise<void>((resolve, reject) =>
      server.bindAsync(`unix:${socket}`, ServerCredentials.createInsecure(), (e) =>
        e === null ? resolve() : reject(e),
      ),
    );
  });
  afterAll(() => {
    server.forceShutdown();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  test('the first socket that answers; hostile names are left out; a path that is gone gives way to the pid', async () => {
    const source = new CriSource(system, [path.join(folder, 'none.sock'), socket]);
    const answer = await source.find(new NetnsIds(system.files));
    expect([answer.ok, answer.detail]).toEqual([
      true,
      `cri-o 1.30.0 at ${socket}; sandboxes with a name that no pod can have, left out: 2`,
    ]);
    expect(answer.facts.map((f) => [f.name, f.hostNetwork, f.netns, f.addresses])).toEqual([
      ['web', false, `/proc/${process.pid}/ns/net`, ['10.1.0.2', 'fd00::2']],
      ['agent', true, `/proc/${process.pid}/ns/net`, []],
    ]);
    source.close();
  });

  test('no socket, and a socket that is none, are sentences', async () => {
    const ids = new NetnsIds(system.files);
    const none = await new CriSource(system, ['/none.sock']).find(ids);
    expect([none.ok, none.detail]).toEqual([
      false,
      'no runtime listens at /none.sock; CONTAINER_RUNTIME_ENDPOINT names another socket',
    ]);
    const file = path.join(folder, 'file.sock');
    fs.writeFileSync(file, '');
    const broken = await new CriSource(system, [file]).find(ids);
    expect([broken.ok, broken.detail.startsWith(`${file}: `)]).toEqual([false, true]);
  });
});

describe('the Kubernetes API, with recorded answers of a real one', () => {
  interface Recorded {
    readonly kind: string;
    readonly metadata: { readonly name: string };
  }
  const bundle = path.join(root, 'fixtures/samples/native.hostport-outside/bundle/kube.json');
  const { items }: { items: Recorded[] } = JSON.parse(fs.readFileSync(bundle, 'utf8'));
  const asked: string[] = [];
  const kinds: Record<string, string> = {
    pods: 'Pod',
    nodes: 'Node',
    services: 'Service',
    endpointslices: 'EndpointSlice',
  };
  const api = http.createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://x');
    asked.push(`${url.pathname}${url.search}`);
    const kind = kinds[url.pathname.split('/').at(-1) ?? ''];
    response.setHeader('content-type', 'application/json');
    if (kind === undefined) return void response.writeHead(404).end('{"kind":"Status","code":404}');
    response.end(JSON.stringify({ kind: `${kind}List`, metadata: {}, items: items.filter((i) => i.kind === kind) }));
  });
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vs-api-'));
  const config = path.join(folder, 'config');
  const system = realSystem(root);

  beforeAll(async () => {
    await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
    const server = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
    const cluster = { name: 'c', cluster: { server, 'insecure-skip-tls-verify': true } };
    const context = { name: 'x', context: { cluster: 'c', user: 'u' } };
    fs.writeFileSync(
      config,
      JSON.stringify({
        clusters: [cluster],
        contexts: [context],
        users: [{ name: 'u', user: {} }],
        'current-context': 'x',
      }),
    );
  });
  afterAll(() => {
    api.close();
    api.closeAllConnections();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  test('the node is known by its address, and only its pods are asked for', async () => {
    const source = new KubernetesSource(system, [path.join(folder, 'none'), config]);
    const answer = await source.find(['127.0.0.1', '192.168.60.11']);
    expect([answer.ok, answer.node]).toEqual([true, 'node-1']);
    expect(asked.at(-1)).toBe('/api/v1/pods?fieldSelector=spec.nodeName%3Dnode-1&limit=500');
    expect(answer.facts).toHaveLength(8);
    const web = answer.facts.find((f) => f.name?.startsWith('hostport-web'));
    expect(web).toMatchObject({ state: 'running', hostNetwork: false, addresses: ['10.244.1.3'] });
    expect(web?.hostPorts).toEqual([{ hostIp: null, hostPort: 80, containerPort: 8088, protocol: 'tcp' }]);
    expect(answer.facts.find((f) => f.name === 'hostnet')?.hostNetwork).toBe(true);
  });

  test('objects for a snapshot carry no environment and no arguments', async () => {
    const objects = await new KubernetesSource(system, [config]).objects();
    if (typeof objects === 'string') throw new Error(objects);
    expect(objects.problems).toEqual([]);
    expect(objects.texts.map((o) => o.kind)).toEqual(['nodes', 'pods', 'services', 'endpointslices']);
    const pods = objects.texts[1]?.text ?? '';
    expect(pods).toContain('"podIP": "10.244.1.3"');
    expect(pods).not.toMatch(/"(?:env|args|command|annotations|managedFields)"/);
  });

  test('no credentials, another machine and a dead server are sentences', async () => {
    expect(await new KubernetesSource(system, ['/none']).find([])).toMatchObject({
      ok: false,
      detail: expect.stringContaining('no credentials'),
    });
    const other = await new KubernetesSource(system, [config]).find(['192.0.2.1']);
    expect([other.ok, other.detail]).toEqual([false, expect.stringContaining('NODE_NAME can name it')]);
  });

  test('a static pod is known by the hash of its manifest; hostile names are no pod', () => {
    const pod = (name: string, annotations: object) => ({
      metadata: { name, namespace: 'kube-system', uid: 'mirror', annotations },
      spec: { containers: [] },
      status: {},
    });
    expect(factOfPod(pod('etcd', { 'kubernetes.io/config.mirror': 'hash' }))?.uid).toBe('hash');
    expect(factOfPod(pod('a\nb', {}))).toBeNull();
    expect(factOfPod({})).toBeNull();
  });
});
