// Pods, or plain containers, from Docker's API socket, where Docker is the runtime (dockershim, cri-dockerd, or no Kubernetes).
import { z } from 'zod';
import { reasonOf, type System } from '../system/system.ts';
import { factOf, isPodName, type PodFact, type SourceAnswer } from './fact.ts';
import type { NetnsIds } from './netns-ids.ts';

const callMs = 4000;
const listed = z.array(z.object({ Id: z.string().regex(/^[0-9a-f]{12,64}$/) }));
const inspected = z.object({
  Id: z.string(),
  Name: z.string(),
  State: z.object({ Pid: z.number().int() }),
  Config: z.object({ Labels: z.record(z.string(), z.string()).nullable() }),
  HostConfig: z.object({ NetworkMode: z.string() }),
  NetworkSettings: z.object({
    Ports: z.record(z.string(), z.array(z.object({ HostIp: z.string(), HostPort: z.string() })).nullable()).nullish(),
    Networks: z.record(z.string(), z.object({ IPAddress: z.string() })).nullish(),
  }),
});
type Inspected = z.infer<typeof inspected>;

/** Where plain containers stand in the list; no Kubernetes namespace can have this name. */
export const dockerNamespace = '_docker';

async function factFor(container: Inspected, ids: NetnsIds): Promise<PodFact | null> {
  const labels = container.Config.Labels ?? {};
  const kind = labels['io.kubernetes.docker.type'];
  // Containers of a pod share the namespace of its sandbox, which is listed itself.
  if (kind === 'container' || container.HostConfig.NetworkMode.startsWith('container:')) return null;
  const isPod = kind === 'podsandbox';
  const name = isPod ? labels['io.kubernetes.pod.name'] : container.Name.replace(/^\//, '');
  const namespace = isPod ? labels['io.kubernetes.pod.namespace'] : dockerNamespace;
  if (name === undefined || namespace === undefined || !isPodName(name)) return null;
  if (isPod && !isPodName(namespace)) return null;
  const pid = container.State.Pid;
  const netns = pid > 0 ? `/proc/${pid}/ns/net` : null;
  const hostNetwork = container.HostConfig.NetworkMode === 'host';
  if (hostNetwork && !isPod) return null;
  const hostPorts = Object.entries(container.NetworkSettings.Ports ?? {}).flatMap(([port, bound]) => {
    const [containerPort = '', protocol = 'tcp'] = port.split('/');
    return (bound ?? []).map((b) => ({
      hostIp: b.HostIp === '' || b.HostIp === '0.0.0.0' || b.HostIp === '::' ? null : b.HostIp,
      hostPort: Number(b.HostPort),
      containerPort: Number(containerPort),
      protocol,
    }));
  });
  return factOf('docker', {
    namespace,
    name,
    uid: labels['io.kubernetes.pod.uid'] ?? null,
    containerIds: [container.Id],
    hostNetwork,
    state: 'running',
    pid: pid > 0 ? pid : null,
    netns,
    netnsId: netns === null ? null : await ids.of(netns),
    addresses: Object.values(container.NetworkSettings.Networks ?? {}).flatMap((n) =>
      n.IPAddress === '' ? [] : [n.IPAddress],
    ),
    hostPorts: [...new Map(hostPorts.map((p) => [`${p.hostIp} ${p.hostPort} ${p.protocol}`, p])).values()],
  });
}

export async function findInDocker(system: System, socket: string, ids: NetnsIds): Promise<SourceAnswer> {
  const ask = async (path: string): Promise<unknown> =>
    JSON.parse((await system.getFromSocket(socket, path, callMs)).text);
  try {
    const facts: PodFact[] = [];
    for (const { Id } of listed.parse(await ask('/containers/json'))) {
      const container = inspected.safeParse(await ask(`/containers/${Id}/json`));
      const fact = container.success ? await factFor(container.data, ids) : null; // it ended meanwhile
      if (fact !== null) facts.push(fact);
    }
    return { source: 'docker', ok: true, detail: `Docker at ${socket}`, facts };
  } catch (error) {
    const why =
      error instanceof z.ZodError || error instanceof SyntaxError ? 'does not answer as Docker does' : reasonOf(error);
    return { source: 'docker', ok: false, detail: `${socket} ${why}`, facts: [] };
  }
}
