// Pods, capture points, live captures and snapshots: what the server tells the viewer and the command line about a running node.
import { z } from 'zod';
import { finding } from './pieces.ts';

/** How a fact about a pod was found; each way works on its own, and they are checked against each other. */
export const podSource = z.enum(['cri', 'cni', 'proc', 'kubernetes', 'netns', 'docker']);
export type PodSource = z.infer<typeof podSource>;

/** One interface of a pod, from the pod's side to the host's. */
export const podInterface = z.object({
  /** Name inside the pod, `eth0`. */
  name: z.string(),
  mac: z.string().nullable(),
  addresses: z.array(z.string()).readonly(),
  kind: z.enum(['veth', 'macvlan', 'ipvlan', 'other']),
  /** Host side of the veth; null when there is none (macvlan, ipvlan) or it was not found. */
  hostInterface: z.string().nullable(),
  hostIfindex: z.number().int().nullable(),
  /** Bridge that the host side is a port of. */
  bridge: z.string().nullable(),
  /** One sentence: by what the pair was told, or why there is none and where to capture instead. */
  how: z.string(),
});
export type PodInterface = z.infer<typeof podInterface>;

export const hostPort = z.object({
  hostIp: z.string().nullable(),
  hostPort: z.number().int(),
  containerPort: z.number().int(),
  protocol: z.string(),
  /** Which sources know it: the API, the CNI result, the rules. */
  from: z.array(z.enum(['kubernetes', 'cni', 'rules'])).readonly(),
});

export const pod = z.object({
  /** `namespace/name`. */
  id: z.string(),
  namespace: z.string(),
  name: z.string(),
  addresses: z.array(z.string()).readonly(),
  node: z.string().nullable(),
  hostNetwork: z.boolean(),
  state: z.enum(['running', 'pending', 'finished', 'unknown']),
  /** Path of the network namespace, `/var/run/netns/…` or `/proc/PID/ns/net`. */
  netns: z.string().nullable(),
  /** A process in it. */
  pid: z.number().int().nullable(),
  interfaces: z.array(podInterface).readonly(),
  hostPorts: z.array(hostPort).readonly(),
  foundBy: z.array(podSource).readonly(),
  /** Where sources disagree, one sentence each. */
  disagreements: z.array(z.string()).readonly(),
});
export type Pod = z.infer<typeof pod>;

export const podList = z.object({
  node: z.string(),
  pods: z.array(pod).readonly(),
  /** Each source, whether it answered, and why not. */
  sources: z
    .array(z.object({ source: podSource, ok: z.boolean(), pods: z.number().int(), detail: z.string() }))
    .readonly(),
  /** Lint of the node's rules: which hostPort takes what. */
  findings: z.array(finding).readonly(),
});
export type PodList = z.infer<typeof podList>;

/** A place to capture at. */
export const capturePoint = z.object({
  /**
   * Stable for the same pods: `pod:eth0` (`pod:NS/NAME:eth0` where several pods are asked for), `veth:veth1a2b`, `bridge:cni0`,
   * `uplink:eth0`, `lo`, `any`, `vxlan:flannel.1`.
   */
  id: z.string(),
  kind: z.enum(['pod', 'veth', 'bridge', 'uplink', 'loopback', 'vxlan', 'any']),
  device: z.string(),
  /** Namespace to enter; null for the node's own. */
  netns: z.string().nullable(),
  pid: z.number().int().nullable(),
  /** As the packet list shows it: `pod client`, `veth client`, `cni0`. */
  label: z.string(),
  podId: z.string().nullable(),
  /** Part of the pod's path by default. */
  selected: z.boolean(),
  /** What this point sees and does not see of the pod's traffic; before NAT or after. */
  sees: z.string(),
  /** Why it is off by default or cannot be used; null when nothing speaks against it. */
  warning: z.string().nullable(),
});
export type CapturePoint = z.infer<typeof capturePoint>;

export const captureLimits = z.object({
  seconds: z.number().int().min(1).max(86_400).default(300),
  bytes: z.number().int().min(1_000_000).max(100_000_000_000).default(1_000_000_000),
  packets: z.number().int().min(1).max(1_000_000_000).default(10_000_000),
  /** Free disk that is always kept. */
  keepFreeBytes: z.number().int().min(0).default(1_073_741_824),
  /** Ring: `bytes` in so many files, of which the oldest goes when another is needed; null: one file, and `bytes` ends it. */
  ringFiles: z.number().int().min(2).max(1000).nullable().default(null),
});
export type CaptureLimits = z.infer<typeof captureLimits>;

export const captureRequest = z.object({
  name: z.string().trim().min(1).max(200).optional(),
  pods: z.array(z.string().max(300)).max(64),
  /** Ids of points per the pods; empty: the default points of their paths. */
  points: z.array(z.string().max(300)).max(256).default([]),
  /** BPF in tcpdump's syntax; widened per point to what the same traffic looks like there. */
  filter: z.string().max(2000).default(''),
  snaplen: z.number().int().min(64).max(262_144).default(262_144),
  limits: captureLimits.default(() => captureLimits.parse({})),
  /** Stop `seconds` after the first packet that matches the display filter; null: not. */
  stopOn: z
    .object({ filter: z.string().max(2000), seconds: z.number().int().min(0).max(3600) })
    .nullable()
    .default(null),
  /** Start at this time (ISO 8601); null: at once. */
  startAt: z.string().nullable().default(null),
  engine: z.enum(['tcpdump', 'libpcap']).default('tcpdump'),
  snapshots: z.boolean().default(true),
});
export type CaptureRequest = z.infer<typeof captureRequest>;

/** The filter that really runs at a point, and why it differs from the one typed. */
export const effectiveFilter = z.object({ point: z.string(), label: z.string(), filter: z.string(), note: z.string() });
export type EffectiveFilter = z.infer<typeof effectiveFilter>;
export const filterPreview = z.object({ points: z.array(effectiveFilter).readonly(), error: z.string().nullable() });
export type FilterPreview = z.infer<typeof filterPreview>;

export const capturePointStatus = z.object({
  id: z.string(),
  label: z.string(),
  filter: z.string(),
  state: z.enum(['starting', 'running', 'ended', 'failed']),
  packets: z.number().int(),
  bytes: z.number().int(),
  /** Packets the kernel dropped because we were too slow; null while the engine has no counter (libpcap through `cap`). */
  kernelDrops: z.number().int().nullable(),
  error: z.string().nullable(),
});
export const captureStatus = z.object({
  caseId: z.string(),
  state: z.enum(['scheduled', 'running', 'stopping', 'ended']),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  /** `stopped`, `time limit`, `size limit`, `packet limit`, `disk`, `trigger`, `server ended`, … */
  reason: z.string().nullable(),
  packets: z.number().int(),
  bytes: z.number().int(),
  packetsPerSecond: z.number(),
  points: z.array(capturePointStatus).readonly(),
  limits: captureLimits,
});
export type CaptureStatus = z.infer<typeof captureStatus>;

export const snapshotRequest = z.object({ name: z.string().trim().min(1).max(200).optional() });

/** What this machine lacks for live capture. */
export const capability = z.object({
  name: z.string(),
  ok: z.boolean(),
  detail: z.string(),
  remedy: z.string().nullable(),
});
export const liveInfo = z.object({
  canCapture: z.boolean(),
  capabilities: z.array(capability).readonly(),
});
export type LiveInfo = z.infer<typeof liveInfo>;

export const liveServerMessage = z.discriminatedUnion('type', [
  /** Pods appeared, vanished or changed: fetch the list again. */
  z.object({ type: z.literal('pods') }),
  z.object({ type: z.literal('capture'), status: captureStatus }),
]);
export type LiveServerMessage = z.infer<typeof liveServerMessage>;
