// Kubernetes objects as `kubectl get -o json` prints them: nodes, pods, services, endpoints, endpoint slices; one object, a List,
// or several documents. Other kinds are passed over.
import { type Ip, parseIp } from '../core/address.ts';
import type { SourceRef } from '../core/issue.ts';
import type { DumpFormat } from './dump-format.ts';
import { Json } from './json-items.ts';
import { readJsonList } from './json-list.ts';
import type { EndpointSet, HostPort } from './kubernetes-state.ts';
import type { NodeState } from './state.ts';

function ips(texts: readonly (string | null)[]): Ip[] {
  const out: Ip[] = [];
  for (const t of new Set(texts)) {
    const ip = parseIp(t ?? '');
    if (ip) out.push(ip);
  }
  return out;
}

function readPod(j: Json, state: NodeState, source: SourceRef): void {
  const status = j.get('status');
  const hostNetwork = j.get('spec').get('hostNetwork').boolean === true;
  const hostPorts: HostPort[] = hostNetwork
    ? []
    : j
        .get('spec')
        .get('containers')
        .array.flatMap((c) => c.get('ports').array)
        .flatMap((p) => {
          const hostPort = p.get('hostPort').number;
          const containerPort = p.get('containerPort').number;
          if (hostPort === null || containerPort === null || hostPort === 0) return [];
          return [
            {
              hostIp: p.get('hostIP').string || null,
              hostPort,
              containerPort,
              protocol: (p.get('protocol').string ?? 'TCP').toLowerCase(),
            },
          ];
        });
  state.podFacts.push({
    from: 'kubernetes',
    namespace: j.get('metadata').get('namespace').string ?? 'default',
    name: j.get('metadata').get('name').string ?? '',
    ips: ips([status.get('podIP').string, ...status.get('podIPs').array.map((p) => p.get('ip').string)]),
    node: j.get('spec').get('nodeName').string,
    hostNetwork,
    netns: null,
    hostInterface: null,
    podInterface: null,
    mac: null,
    hostPorts,
    containerId: null,
    phase: status.get('phase').string,
    source,
  });
}

function readService(j: Json, state: NodeState, source: SourceRef): void {
  const spec = j.get('spec');
  state.services ??= [];
  state.services.push({
    namespace: j.get('metadata').get('namespace').string ?? 'default',
    name: j.get('metadata').get('name').string ?? '',
    type: spec.get('type').string ?? 'ClusterIP',
    clusterIps: ips([spec.get('clusterIP').string, ...spec.get('clusterIPs').strings]),
    externalIps: ips(spec.get('externalIPs').strings),
    loadBalancerIps: ips(
      j
        .get('status')
        .get('loadBalancer')
        .get('ingress')
        .array.map((x) => x.get('ip').string),
    ),
    ports: spec.get('ports').array.flatMap((p) => {
      const port = p.get('port').number;
      return port === null
        ? []
        : [
            {
              name: p.get('name').string,
              protocol: (p.get('protocol').string ?? 'TCP').toLowerCase(),
              port,
              nodePort: p.get('nodePort').number,
            },
          ];
    }),
    source,
  });
}

function portsOf(list: readonly Json[]): EndpointSet['ports'] {
  return list.flatMap((p) => {
    const port = p.get('port').number;
    return port === null
      ? []
      : [{ name: p.get('name').string, protocol: (p.get('protocol').string ?? 'TCP').toLowerCase(), port }];
  });
}

function readEndpoints(j: Json, state: NodeState, source: SourceRef): void {
  state.endpoints ??= [];
  for (const subset of j.get('subsets').array) {
    const addresses = (key: string, ready: boolean) =>
      subset.get(key).array.flatMap((a) => {
        const ip = parseIp(a.get('ip').string ?? '');
        return ip ? [{ ip, pod: a.get('targetRef').get('name').string, node: a.get('nodeName').string, ready }] : [];
      });
    state.endpoints.push({
      namespace: j.get('metadata').get('namespace').string ?? 'default',
      service: j.get('metadata').get('name').string ?? '',
      addresses: [...addresses('addresses', true), ...addresses('notReadyAddresses', false)],
      ports: portsOf(subset.get('ports').array),
      source,
    });
  }
}

function readEndpointSlice(j: Json, state: NodeState, source: SourceRef): void {
  state.endpoints ??= [];
  state.endpoints.push({
    namespace: j.get('metadata').get('namespace').string ?? 'default',
    service: j.get('metadata').get('labels').get('kubernetes.io/service-name').string ?? '',
    addresses: j.get('endpoints').array.flatMap((e) =>
      e.get('addresses').strings.flatMap((text) => {
        const ip = parseIp(text);
        return ip
          ? [
              {
                ip,
                pod: e.get('targetRef').get('name').string,
                node: e.get('nodeName').string,
                ready: e.get('conditions').get('ready').boolean !== false,
              },
            ]
          : [];
      }),
    ),
    ports: portsOf(j.get('ports').array),
    source,
  });
}

function readNode(j: Json, state: NodeState, source: SourceRef): void {
  state.nodes ??= [];
  state.nodes.push({
    name: j.get('metadata').get('name').string ?? '',
    addresses: j
      .get('status')
      .get('addresses')
      .array.flatMap((a) => (a.get('address').string === null ? [] : [a.get('address').string ?? ''])),
    podCidrs: [
      ...new Set([
        ...j.get('spec').get('podCIDRs').strings,
        ...(j.get('spec').get('podCIDR').string === null ? [] : [j.get('spec').get('podCIDR').string ?? '']),
      ]),
    ],
    source,
  });
}

const READERS: Readonly<Record<string, (j: Json, state: NodeState, source: SourceRef) => void>> = {
  Pod: readPod,
  Service: readService,
  Endpoints: readEndpoints,
  EndpointSlice: readEndpointSlice,
  Node: readNode,
};

export const dumpFormat: DumpFormat = {
  name: 'kubernetes',
  command: 'kubectl get nodes,pods,services,endpoints,endpointslices -A -o json',
  detect: (file) => readJsonList.looksLike(file, (j) => j.has('kind') && j.has('apiVersion') && j.has('metadata')),
  read(file, state, warn) {
    for (const item of readJsonList(file, warn)) {
      const j = new Json(item.value);
      READERS[j.get('kind').string ?? '']?.(j, state, file.refAt(item.from, item.to));
    }
  },
};
