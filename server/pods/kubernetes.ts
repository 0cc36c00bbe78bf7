// Pods of this node from the Kubernetes API, with the credentials of a pod (in-cluster) or a kubeconfig. Which node we are is told
// by NODE_NAME, by the host name, or by the node's addresses. The client is large and loaded when it is first needed.
import type { CoreV1Api, DiscoveryV1Api, KubeConfig } from '@kubernetes/client-node';
import { z } from 'zod';
import type { Pod } from '../../api/live.ts';
import { reasonOf, type System } from '../system/system.ts';
import { factOf, isPodName, type PodFact, type SourceAnswer } from './fact.ts';

const callMs = 5000;
const tokenFile = '/var/run/secrets/kubernetes.io/serviceaccount/token';

const port = z.object({
  hostPort: z.number().int().optional(),
  containerPort: z.number().int(),
  protocol: z.string().optional(),
  hostIP: z.string().optional(),
});
const podObject = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    uid: z.string(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
  spec: z.object({
    nodeName: z.string().optional(),
    hostNetwork: z.boolean().optional(),
    containers: z.array(z.object({ ports: z.array(port).optional() })),
  }),
  status: z.object({
    phase: z.string().optional(),
    podIP: z.string().optional(),
    podIPs: z.array(z.object({ ip: z.string() })).optional(),
    containerStatuses: z.array(z.object({ containerID: z.string().optional() })).optional(),
  }),
});
const states: Readonly<Record<string, Pod['state']>> = {
  Running: 'running',
  Pending: 'pending',
  Succeeded: 'finished',
  Failed: 'finished',
};

/** A fact from a pod of the API; null when it is not one that we can read. */
export function factOfPod(json: unknown): PodFact | null {
  const read = podObject.safeParse(json);
  if (!read.success) return null;
  const { metadata, spec, status } = read.data;
  if (!isPodName(metadata.name) || !isPodName(metadata.namespace)) return null;
  const hostNetwork = spec.hostNetwork === true;
  const addresses = new Set([status.podIP ?? '', ...(status.podIPs ?? []).map((p) => p.ip)].filter((a) => a !== ''));
  return factOf('kubernetes', {
    namespace: metadata.namespace,
    name: metadata.name,
    // The runtime knows a static pod by the hash of its manifest, not by the uid of its mirror.
    uid: metadata.annotations?.['kubernetes.io/config.mirror'] ?? metadata.uid,
    containerIds: (status.containerStatuses ?? []).flatMap((c) => c.containerID?.replace(/^[\w.-]+:\/\//, '') ?? []),
    addresses: [...addresses],
    node: spec.nodeName ?? null,
    hostNetwork,
    state: states[status.phase ?? ''] ?? 'unknown',
    hostPorts: hostNetwork
      ? []
      : spec.containers
          .flatMap((c) => c.ports ?? [])
          .flatMap((p) =>
            p.hostPort === undefined || p.hostPort === 0
              ? []
              : [
                  {
                    hostIp: p.hostIP === undefined || p.hostIP === '' || p.hostIP === '0.0.0.0' ? null : p.hostIP,
                    hostPort: p.hostPort,
                    containerPort: p.containerPort,
                    protocol: (p.protocol ?? 'TCP').toLowerCase(),
                  },
                ],
          ),
  });
}

/** Snapshots are sent to others: what may hold secrets, and what no reader needs, stays here. */
const withheld = new Set(['env', 'envFrom', 'args', 'command', 'managedFields', 'annotations', 'lifecycle']);
const withoutSecrets = (key: string, value: unknown): unknown => (withheld.has(key) ? undefined : value);

interface Api {
  readonly config: KubeConfig;
  readonly core: CoreV1Api;
  readonly discovery: DiscoveryV1Api;
  readonly from: string;
}

function sentenceOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'number')
    return `the API answered ${error.code}${error.code === 403 || error.code === 401 ? ' (these credentials may not list pods)' : ''}`;
  return reasonOf(error).split('\n')[0] ?? 'no answer';
}

export class KubernetesSource {
  private readonly system: System;
  private readonly kubeconfigs: readonly string[];
  private api: Promise<Api | null> | null = null;
  private node: string | null = null;

  constructor(system: System, kubeconfigs: readonly string[]) {
    this.system = system;
    this.kubeconfigs = kubeconfigs;
  }

  private connect(): Promise<Api | null> {
    this.api ??= this.load();
    return this.api;
  }

  private async load(): Promise<Api | null> {
    const inCluster =
      this.system.process.env['KUBERNETES_SERVICE_HOST'] !== undefined &&
      (await this.system.files.stat(tokenFile)) !== null;
    let file: string | null = null;
    for (const f of inCluster ? [] : this.kubeconfigs) {
      if ((await this.system.files.stat(f).catch(() => null))?.kind !== 'file') continue;
      file = f;
      break;
    }
    if (!inCluster && file === null) return null;
    const { KubeConfig, CoreV1Api, DiscoveryV1Api } = await import('@kubernetes/client-node');
    const config = new KubeConfig();
    if (file === null) config.loadFromCluster();
    else config.loadFromFile(file);
    return {
      config,
      core: config.makeApiClient(CoreV1Api),
      discovery: config.makeApiClient(DiscoveryV1Api),
      from: `${file ?? 'the credentials of the pod'} for ${config.getCurrentCluster()?.server ?? 'an unknown server'}`,
    };
  }

  private async within<T>(work: Promise<T>): Promise<T> {
    const late = this.system.clock.delay(callMs).then(() => {
      throw new Error(`no answer in ${callMs / 1000} s`);
    });
    return Promise.race([work, late]);
  }

  /** The name of the node we run on. @param addresses of this machine */
  private async nodeName(api: Api, addresses: readonly string[]): Promise<string | null> {
    if (this.node !== null) return this.node;
    const env = this.system.process.env['NODE_NAME'];
    if (env !== undefined && isPodName(env)) return env;
    const host = (await this.system.files.readText('/proc/sys/kernel/hostname').catch(() => '')).trim();
    try {
      if (isPodName(host)) this.node = (await this.within(api.core.readNode({ name: host }))).metadata?.name ?? null;
    } catch {
      // no node of this name; addresses tell
    }
    if (this.node === null) {
      const { items } = await this.within(api.core.listNode());
      const ours = items.find((n) => (n.status?.addresses ?? []).some((a) => addresses.includes(a.address)));
      this.node = ours?.metadata?.name ?? null;
    }
    return this.node;
  }

  async find(addresses: readonly string[]): Promise<SourceAnswer & { readonly node: string | null }> {
    const failed = (detail: string) => ({ source: 'kubernetes' as const, ok: false, detail, facts: [], node: null });
    try {
      const api = await this.connect();
      if (api === null) return failed(`no credentials: neither in-cluster nor ${this.kubeconfigs.join(', ')}`);
      const node = await this.nodeName(api, addresses);
      if (node === null) return failed(`${api.from}: no node of the cluster is this machine; NODE_NAME can name it`);
      const { items } = await this.within(api.core.listPodForAllNamespaces({ fieldSelector: `spec.nodeName=${node}` }));
      const facts = items.flatMap((p) => factOfPod(p) ?? []);
      return { source: 'kubernetes', ok: true, detail: `${api.from}, node ${node}`, facts, node };
    } catch (error) {
      this.api = null;
      return failed(sentenceOf(error));
    }
  }

  /** Calls back when a pod of this node changes; ends quietly where there is no API, or when the API ends it. */
  async watch(onEvent: () => void): Promise<() => void> {
    try {
      const api = await this.connect();
      if (api === null || this.node === null) return () => undefined;
      const { Watch } = await import('@kubernetes/client-node');
      const query = { fieldSelector: `spec.nodeName=${this.node}` };
      const running = await new Watch(api.config).watch('/api/v1/pods', query, onEvent, () => undefined);
      return () => running.abort();
    } catch {
      return () => undefined;
    }
  }

  /** What `kubectl get nodes,pods,services,endpointslices -A -o json` prints, a text each; a sentence when it cannot be had. */
  async objects(): Promise<readonly { readonly kind: string; readonly text: string }[] | string> {
    try {
      const api = await this.connect();
      if (api === null) return 'no credentials for the Kubernetes API: neither in-cluster nor a kubeconfig';
      const lists = [
        ['Node', 'v1', 'nodes', () => api.core.listNode()],
        ['Pod', 'v1', 'pods', () => api.core.listPodForAllNamespaces()],
        ['Service', 'v1', 'services', () => api.core.listServiceForAllNamespaces()],
        [
          'EndpointSlice',
          'discovery.k8s.io/v1',
          'endpointslices',
          () => api.discovery.listEndpointSliceForAllNamespaces(),
        ],
      ] as const;
      const texts = [];
      for (const [kind, apiVersion, name, ask] of lists) {
        const items = (await this.within<{ items: object[] }>(ask())).items.map((o) => ({ apiVersion, kind, ...o }));
        texts.push({
          kind: name,
          text: `${JSON.stringify({ apiVersion: 'v1', kind: 'List', metadata: {}, items }, withoutSecrets, 1)}\n`,
        });
      }
      return texts;
    } catch (error) {
      this.api = null;
      return `the Kubernetes API: ${sentenceOf(error)}`;
    }
  }
}
