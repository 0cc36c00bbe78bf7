// Pods, services, endpoints and nodes as the API and its like tell of them; a part of NodeState.
import type { Ip } from '../core/address.ts';
import type { SourceRef } from '../core/issue.ts';
export interface HostPort {
  readonly hostIp: string | null;
  readonly hostPort: number;
  readonly containerPort: number;
  readonly protocol: string;
}

/** What one source says of a pod; `pods.ts` joins them. */
export interface PodFact {
  /** Which source: the API, the CNI result cache, a pod list. */
  readonly from: 'kubernetes' | 'cni' | 'list';
  readonly namespace: string | null;
  readonly name: string;
  readonly ips: readonly Ip[];
  readonly node: string | null;
  readonly hostNetwork: boolean;
  readonly netns: string | null;
  readonly hostInterface: string | null;
  readonly podInterface: string | null;
  readonly mac: string | null;
  readonly hostPorts: readonly HostPort[];
  readonly containerId: string | null;
  readonly phase: string | null;
  readonly source: SourceRef;
}

export interface ServicePort {
  readonly name: string | null;
  readonly protocol: string;
  readonly port: number;
  readonly nodePort: number | null;
}

export interface Service {
  readonly namespace: string;
  readonly name: string;
  readonly type: string;
  readonly clusterIps: readonly Ip[];
  readonly externalIps: readonly Ip[];
  readonly loadBalancerIps: readonly Ip[];
  readonly ports: readonly ServicePort[];
  readonly source: SourceRef;
}

export interface EndpointSet {
  readonly namespace: string;
  readonly service: string;
  readonly addresses: readonly {
    readonly ip: Ip;
    readonly pod: string | null;
    readonly node: string | null;
    readonly ready: boolean;
  }[];
  readonly ports: readonly { readonly name: string | null; readonly protocol: string; readonly port: number }[];
  readonly source: SourceRef;
}

export interface KubeNode {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly podCidrs: readonly string[];
  readonly source: SourceRef;
}
