// Pods from the container runtime's CRI socket (containerd, CRI-O): sandboxes with names, addresses, and in the verbose status the
// pid of the sandbox and the path of its network namespace.
import { z } from 'zod';
import { reasonOf, type System } from '../system/system.ts';
import { criProto } from './cri-proto.ts';
import { factOf, isPodName, type PodFact, type SourceAnswer } from './fact.ts';
import { type GrpcClient, GrpcFailure, grpcClient } from './grpc-client.ts';
import type { NetnsIds } from './netns-ids.ts';

const callMs = 4000;
/** Status calls at once. */
const atOnce = 8;

const metadata = z.object({ name: z.string(), uid: z.string(), namespace: z.string() });
const versionAnswer = z.object({ runtimeName: z.string(), runtimeVersion: z.string() });
const listAnswer = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      metadata: metadata.nullable(),
      state: z.enum(['SANDBOX_READY', 'SANDBOX_NOTREADY']),
      createdAt: z.string(),
    }),
  ),
});
export type Sandbox = z.infer<typeof listAnswer>['items'][number];

const statusAnswer = z.object({
  status: z
    .object({
      network: z.object({ ip: z.string(), additionalIps: z.array(z.object({ ip: z.string() })) }).nullable(),
      linux: z
        .object({
          namespaces: z.object({ options: z.object({ network: z.string() }).nullable() }).nullable(),
        })
        .nullable(),
    })
    .nullable(),
  info: z.record(z.string(), z.string()),
});

/** The verbose part is the runtime's own JSON: containerd and CRI-O agree on these members. */
const verboseInfo = z.object({
  pid: z.number().int().optional(),
  runtimeSpec: z
    .object({
      linux: z
        .object({ namespaces: z.array(z.object({ type: z.string(), path: z.string().optional() })).optional() })
        .optional(),
    })
    .nullish(),
});

function verboseOf(text: string | undefined): z.infer<typeof verboseInfo> {
  try {
    return verboseInfo.parse(JSON.parse(text ?? '{}'));
  } catch {
    return {};
  }
}

/** Several sandboxes of one pod: those that ended are of interest only while none runs. */
export function newestOf(sandboxes: readonly Sandbox[]): Sandbox[] {
  const byPod = new Map<string, Sandbox>();
  const better = (a: Sandbox, b: Sandbox) =>
    a.state !== b.state ? a.state === 'SANDBOX_READY' : BigInt(a.createdAt) > BigInt(b.createdAt);
  for (const s of sandboxes) {
    const key = s.metadata === null ? s.id : `${s.metadata.namespace}/${s.metadata.name}/${s.metadata.uid}`;
    const known = byPod.get(key);
    if (known === undefined || better(s, known)) byPod.set(key, s);
  }
  return [...byPod.values()];
}

async function inParts<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const done: R[] = [];
  for (let at = 0; at < items.length; at += atOnce)
    done.push(...(await Promise.all(items.slice(at, at + atOnce).map(work))));
  return done;
}

export class CriSource {
  private readonly system: System;
  private readonly sockets: readonly string[];
  private open: { socket: string; client: GrpcClient; version: string } | null = null;

  constructor(system: System, sockets: readonly string[]) {
    this.system = system;
    this.sockets = sockets;
  }

  /** The first socket that answers; a sentence when none does. */
  private async connect(): Promise<NonNullable<typeof this.open> | string> {
    if (this.open !== null) return this.open;
    const failures: string[] = [];
    for (const socket of this.sockets) {
      try {
        if ((await this.system.files.stat(socket)) === null) continue;
        const client = await grpcClient(criProto, 'runtime.v1.RuntimeService', socket);
        try {
          const { runtimeName, runtimeVersion } = versionAnswer.parse(await client.call('Version', {}, callMs));
          this.open = { socket, client, version: `${runtimeName} ${runtimeVersion}` };
          return this.open;
        } catch (error) {
          client.close();
          failures.push(`${socket}: ${sentenceOf(error)}`);
        }
      } catch (error) {
        failures.push(`${socket} ${reasonOf(error)}`);
      }
    }
    return failures.length > 0
      ? failures.join('; ')
      : `no runtime listens at ${this.sockets.join(', ')}; CONTAINER_RUNTIME_ENDPOINT names another socket`;
  }

  private drop(): void {
    this.open?.client.close();
    this.open = null;
  }

  async find(ids: NetnsIds): Promise<SourceAnswer> {
    const open = await this.connect();
    if (typeof open === 'string') return { source: 'cri', ok: false, detail: open, facts: [] };
    try {
      const { items } = listAnswer.parse(await open.client.call('ListPodSandbox', {}, callMs));
      const named = items.filter(
        (s) => s.metadata !== null && isPodName(s.metadata.name) && isPodName(s.metadata.namespace),
      );
      const facts = await inParts(newestOf(named), (s) => this.factOf(open.client, s, ids));
      const odd = items.length - named.length;
      const refused = odd === 0 ? '' : `; sandboxes with a name that no pod can have, left out: ${odd}`;
      return { source: 'cri', ok: true, detail: `${open.version} at ${open.socket}${refused}`, facts };
    } catch (error) {
      this.drop();
      return { source: 'cri', ok: false, detail: `${open.socket}: ${sentenceOf(error)}`, facts: [] };
    }
  }

  private async factOf(client: GrpcClient, sandbox: Sandbox, ids: NetnsIds): Promise<PodFact> {
    const running = sandbox.state === 'SANDBOX_READY';
    const known = {
      namespace: sandbox.metadata?.namespace ?? null,
      name: sandbox.metadata?.name ?? null,
      uid: sandbox.metadata?.uid ?? null,
      containerIds: [sandbox.id],
      state: running ? ('running' as const) : ('finished' as const),
    };
    if (!running) return factOf('cri', known);
    let answer: z.infer<typeof statusAnswer>;
    try {
      answer = statusAnswer.parse(
        await client.call('PodSandboxStatus', { podSandboxId: sandbox.id, verbose: true }, callMs),
      );
    } catch (error) {
      if (error instanceof GrpcFailure && error.code === 'NOT_FOUND')
        return factOf('cri', { ...known, state: 'finished' });
      throw error;
    }
    const verbose = verboseOf(answer.info['info']);
    const pid = verbose.pid === undefined || verbose.pid < 1 ? null : verbose.pid;
    const mounted = verbose.runtimeSpec?.linux?.namespaces?.find((n) => n.type === 'network')?.path ?? '';
    const hostNetwork = answer.status?.linux?.namespaces?.options?.network === 'NODE';
    // A mounted namespace outlives its processes, so its path is preferred.
    const paths = [...(mounted === '' ? [] : [mounted]), ...(pid === null ? [] : [`/proc/${pid}/ns/net`])];
    let netns: string | null = null;
    let netnsId: string | null = null;
    for (const path of paths) {
      netnsId = await ids.of(path);
      if (netnsId !== null) {
        netns = path;
        break;
      }
    }
    const network = answer.status?.network;
    const addresses = [network?.ip ?? '', ...(network?.additionalIps ?? []).map((a) => a.ip)].filter((a) => a !== '');
    return factOf('cri', { ...known, pid, netns, netnsId, hostNetwork, addresses });
  }

  /** A text that changes when pods come and go; null when the runtime does not answer. Cheap: one call. */
  async fingerprint(): Promise<string | null> {
    const open = await this.connect();
    if (typeof open === 'string') return null;
    try {
      const { items } = listAnswer.parse(await open.client.call('ListPodSandbox', {}, callMs));
      return items
        .map((s) => `${s.id} ${s.state}`)
        .sort()
        .join('\n');
    } catch {
      this.drop();
      return null;
    }
  }

  /** Calls back at container events, where the runtime has them (containerd 1.7, CRI-O 1.26); polling covers the rest. */
  async watch(onEvent: () => void): Promise<() => void> {
    const open = await this.connect();
    if (typeof open === 'string') return () => undefined;
    return open.client.stream('GetContainerEvents', onEvent, () => undefined);
  }

  close(): void {
    this.drop();
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof z.ZodError) return `its answer is not CRI v1 (${error.issues[0]?.path.join('.') ?? ''})`;
  if (error instanceof GrpcFailure && error.code === 'UNIMPLEMENTED') return 'does not speak CRI v1';
  return error instanceof Error ? error.message : String(error);
}
