// Pods of this node from the Kubernetes API, with the credentials of a pod (in-cluster) or a kubeconfig. Which node we are is told
// by NODE_NAME, by the host name, or by the node's addresses. The client is large and loaded when it is first needed.
import type { CoreV1Api, DiscoveryV1Api, KubeConfig } from '@kubernetes/client-node';
import { z } from 'zod';
import type { Pod } from '../../api/live.ts';
import { reasonOf, type System } from '../system/system.ts';
import { factOf, isPodName, type PodFact, type SourceAnswer } from './fact.ts';

/** One page of a list; credential plugins (exec) may take seconds for the first. */
const callMs = 10_000;
/** As many objects as kubectl asks for at once; a cluster's pods may be hundreds of megabytes. */
const pageSize = 500;
/** The API ends a watch after some minutes, and when it restarts. */
const rewatchMs = [1000, 30_000] as const;
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

/** As kubectl merges: what the first file says of a name counts, and the first current-context. */
function merge(config: KubeConfig, more: KubeConfig): void {
  for (const cluster of more.clusters) if (config.getCluster(cluster.name) === null) config.addCluster(cluster);
  for (const user of more.users) if (config.getUser(user.name) === null) config.addUser(user);
  for (const context of more.contexts) if (config.getContextObject(context.name) === null) config.addContext(context);
  if (!config.currentContext) config.setCurrentContext(more.currentContext);
}

/** Objects of a cluster as kubectl prints them. */
export interface ClusterObjects {
  readonly texts: readonly { readonly kind: string; readonly text: string }[];
  readonly problems: readonly string[];
}

interface Api {
  readonly config: KubeConfig;
  readonly core: CoreV1Api;
  readonly discovery: DiscoveryV1Api;
  readonly from: string;
}

const statusOf = (error: unknown): number | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : null;

function sentenceOf(error: unknown, what = 'pods'): string {
  const status = statusOf(error);
  if (status === 401) return 'the API answered 401 (it does not know these credentials, or they have expired)';
  if (status === 403) return `the API answered 403 (these credentials may not list ${what})`;
  if (status !== null) return `the API answered ${status}`;
  if (error instanceof Error && 'syscall' in error && String(error.syscall).startsWith('spawn'))
    return `the credential plugin (exec) of the kubeconfig did not run: ${error.message}`;
  return reasonOf(error).split('\n')[0] ?? 'no answer';
}

interface Page<T> {
  readonly items: readonly T[];
  readonly metadata?: { readonly _continue?: string | undefined } | undefined;
}

/** What a list asks for: the next page of it. */
interface PageRequest {
  readonly limit: number;
  readonly _continue?: string;
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
    const files = inCluster ? [] : await this.files();
    if (!inCluster && files.length === 0) return null;
    const { KubeConfig, CoreV1Api, DiscoveryV1Api } = await import('@kubernetes/client-node');
    const config = new KubeConfig();
    if (inCluster) config.loadFromCluster();
    for (const [i, file] of files.entries()) {
      const one = i === 0 ? config : new KubeConfig();
      try {
        one.loadFromFile(file);
      } catch (error) {
        throw new Error(`${file} is no kubeconfig: ${reasonOf(error).split('\n')[0]}`);
      }
      if (one !== config) merge(config, one);
    }
    const from = inCluster ? 'the credentials of the pod' : files.join(':');
    const server = config.getCurrentCluster()?.server;
    if (server === undefined)
      throw new Error(`${from}: current-context ${JSON.stringify(config.currentContext ?? '')} names no cluster`);
    return {
      config,
      core: config.makeApiClient(CoreV1Api),
      discovery: config.makeApiClient(DiscoveryV1Api),
      from: `${from} for ${server}`,
    };
  }

  /** The first of the places that is there; where it names several files (KUBECONFIG=a:b), those of them that are. */
  private async files(): Promise<string[]> {
    for (const place of this.kubeconfigs) {
      const found: string[] = [];
      for (const file of place.split(':').filter((f) => f !== ''))
        if ((await this.system.files.stat(file).catch(() => null))?.kind === 'file') found.push(file);
      if (found.length > 0) return found;
    }
    return [];
  }

  /** A whole list, page after page. A list that changed too long ago to go on with (410) is begun again, once. */
  private async all<T>(ask: (page: PageRequest) => Promise<Page<T>>): Promise<T[]> {
    for (let again = false; ; again = true) {
      const items: T[] = [];
      let next: string | undefined;
      try {
        do {
          const page: Page<T> = await this.within(
            ask({ limit: pageSize, ...(next === undefined ? {} : { _continue: next }) }),
          );
          items.push(...page.items);
          next = page.metadata?._continue || undefined;
        } while (next !== undefined);
        return items;
      } catch (error) {
        if (statusOf(error) !== 410 || again) throw error;
      }
    }
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
      const items = await this.all((page) => api.core.listNode(page));
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
      const fieldSelector = `spec.nodeName=${node}`;
      const items = await this.all((page) => api.core.listPodForAllNamespaces({ fieldSelector, ...page }));
      this.node = node;
      const facts = items.flatMap((p) => factOfPod(p) ?? []);
      return { source: 'kubernetes', ok: true, detail: `${api.from}, node ${node}`, facts, node };
    } catch (error) {
      this.api = null;
      return failed(sentenceOf(error));
    }
  }

  /** Calls back when a pod of this node changes. A watch that the API ends is begun again; where there is no API it ends quietly. */
  async watch(onEvent: () => void): Promise<() => void> {
    const api = await this.connect().catch(() => null);
    const { node } = this;
    if (api === null || node === null) return () => undefined;
    const { Watch } = await import('@kubernetes/client-node');
    const query = { fieldSelector: `spec.nodeName=${node}` };
    let ended = false;
    let pauseMs: number = rewatchMs[0];
    let abort: () => void = () => undefined;
    const begin = async (): Promise<void> => {
      const over = () => {
        if (ended) return;
        const pause = pauseMs;
        pauseMs = Math.min(pauseMs * 2, rewatchMs[1]);
        void this.system.clock.delay(pause).then(() => {
          if (!ended) void begin();
        });
      };
      try {
        const running = await new Watch(api.config).watch(
          '/api/v1/pods',
          query,
          () => {
            pauseMs = rewatchMs[0];
            onEvent();
          },
          over,
        );
        abort = () => running.abort();
        if (ended) abort();
      } catch {
        over();
      }
    };
    await begin();
    return () => {
      ended = true;
      abort();
    };
  }

  /**
   * What `kubectl get nodes,pods,services,endpointslices -A -o json` prints, a text each, and a sentence for each list that cannot be had; only
   * a sentence when none can.
   */
  async objects(): Promise<ClusterObjects | string> {
    try {
      const api = await this.connect();
      if (api === null) return 'no credentials for the Kubernetes API: neither in-cluster nor a kubeconfig';
      const lists = [
        ['Node', 'v1', 'nodes', (page: PageRequest) => api.core.listNode(page)],
        ['Pod', 'v1', 'pods', (page: PageRequest) => api.core.listPodForAllNamespaces(page)],
        ['Service', 'v1', 'services', (page: PageRequest) => api.core.listServiceForAllNamespaces(page)],
        [
          'EndpointSlice',
          'discovery.k8s.io/v1',
          'endpointslices',
          (page: PageRequest) => api.discovery.listEndpointSliceForAllNamespaces(page),
        ],
      ] as const;
      const texts = [];
      const problems: string[] = [];
      for (const [kind, apiVersion, name, ask] of lists) {
        try {
          const items = (await this.all<object>(ask)).map((o) => ({ apiVersion, kind, ...o }));
          const list = { apiVersion: 'v1', kind: 'List', metadata: {}, items };
          texts.push({ kind: name, text: `${JSON.stringify(list, withoutSecrets, 1)}\n` });
        } catch (error) {
          problems.push(`the Kubernetes API: ${name}: ${sentenceOf(error, name)}`);
        }
      }
      if (texts.length > 0) return { texts, problems };
      this.api = null;
      return problems[0] ?? 'the Kubernetes API: no answer';
    } catch (error) {
      this.api = null;
      return `the Kubernetes API: ${sentenceOf(error)}`;
    }
  }
}
