// The pods of this node: asks every source, joins what they say, and pairs each interface of a pod with its host side.
import type { CapturePoint, PodList } from '../../api/live.ts';
import { Refusal } from '../refusal.ts';
import type { System } from '../system/system.ts';
import { findInCniCache } from './cni-cache.ts';
import { CriSource } from './cri.ts';
import { findInDocker } from './docker.ts';
import type { PodFact, SourceAnswer } from './fact.ts';
import { distinct, type FoundPod, grouped, type Inside, netnsOf, podOf, sourcesOf } from './join.ts';
import { KubernetesSource } from './kubernetes.ts';
import { type HostInterfaces, LinkReader } from './links.ts';
import { NetnsIds } from './netns-ids.ts';
import { findNamedNetns } from './netns-names.ts';
import { pairsOf } from './pair.ts';
import { defaultPlaces, type Places } from './places.ts';
import { pointsOf } from './points.ts';
import { findInProc } from './proc.ts';
import { RuleReader } from './rules.ts';
import { uplinksOf } from './uplinks.ts';
import { watchPods } from './watch.ts';

export interface PodFinderOptions {
  /** Where to look; what is left out is as on an ordinary node. */
  readonly places?: Partial<Places>;
}

const freshMs = 1000;
/** Namespaces looked into at once. */
const atOnce = 8;

interface Look {
  readonly list: PodList;
  readonly found: readonly FoundPod[];
  readonly host: HostInterfaces | string;
}

/**
 * Shared by the server and the command line. Answers are at most a second old; several questions at once are one look.
 * Nothing here throws because a source is missing: each source says in the list whether it answered, and why not.
 */
export class PodFinder {
  readonly system: System;
  readonly places: Places;
  private readonly cri: CriSource;
  readonly kubernetes: KubernetesSource;
  private readonly links: LinkReader;
  private readonly rules: RuleReader;
  private readonly listeners = new Set<() => void>();
  private stopWatching: (() => void) | null = null;
  private last: { readonly atMs: number; readonly look: Promise<Look> } | null = null;

  constructor(system: System, options: PodFinderOptions = {}) {
    this.system = system;
    this.places = { ...defaultPlaces(system.process.env), ...options.places };
    this.cri = new CriSource(system, this.places.criSockets);
    this.kubernetes = new KubernetesSource(system, this.places.kubeconfigs);
    this.links = new LinkReader(system, this.places.netnsFolder);
    this.rules = new RuleReader(system, this.places.cniResultFolders);
  }

  async list(): Promise<PodList> {
    return (await this.look()).list;
  }

  /**
   * The capture points of these pods' paths, each once, from the pod outwards; an empty list gives the node's own points.
   * @throws Refusal 404 `no-pod` for an id that is not in the list
   */
  async points(podIds: readonly string[]): Promise<CapturePoint[]> {
    const { found, host } = await this.look();
    const chosen = [...new Set(podIds)].map((id) => {
      const pod = found.find((f) => f.pod.id === id);
      if (pod === undefined)
        throw new Refusal(
          404,
          'no-pod',
          `there is no pod ${JSON.stringify(id)} on this node; vethscope pods lists them`,
        );
      return pod;
    });
    if (typeof host === 'string')
      throw new Refusal(
        403,
        'no-privileges',
        `the node’s interfaces could not be read: ${host}; vethscope doctor says more`,
      );
    return pointsOf(chosen, { host, uplinks: await uplinksOf(this.system), bridgeNf: await this.bridgeNf() });
  }

  /** Calls back when pods appeared, vanished or changed; the returned function ends it. Looks only while somebody listens. */
  onChange(listener: () => void): () => void {
    const mine = () => listener();
    this.listeners.add(mine);
    const { system, cri, kubernetes, places } = this;
    this.stopWatching ??= watchPods({ system, cri, kubernetes, ...places }, () => {
      this.last = null;
      this.rules.forget();
      for (const l of this.listeners) l();
    });
    return () => {
      this.listeners.delete(mine);
      if (this.listeners.size > 0) return;
      this.stopWatching?.();
      this.stopWatching = null;
    };
  }

  /** Ends watching and closes connections. */
  async close(): Promise<void> {
    this.listeners.clear();
    this.stopWatching?.();
    this.stopWatching = null;
    this.cri.close();
  }

  private look(): Promise<Look> {
    const now = this.system.clock.monotonicMs();
    if (this.last === null || now - this.last.atMs > freshMs) {
      const look = this.lookNow();
      const last = { atMs: now, look };
      this.last = last;
      // The second counts from the end of a slow look.
      void look.then(
        () => {
          if (this.last === last) this.last = { atMs: this.system.clock.monotonicMs(), look };
        },
        () => {
          if (this.last === last) this.last = null;
        },
      );
    }
    return this.last.look;
  }

  private async lookNow(): Promise<Look> {
    const { system, places } = this;
    const ids = new NetnsIds(system.files);
    const host = await this.links.host(ids);
    const addresses = typeof host === 'string' ? [] : [...host.addresses.values()].flat();
    const [rules, kubernetes, ...others] = await Promise.all([
      this.rules.read(),
      this.kubernetes.find(addresses),
      this.cri.find(ids),
      findInCniCache(system, places.cniResultFolders, ids),
      findInProc(system, places.procFolder, ids),
      findNamedNetns(system, places.netnsFolder, ids),
      findInDocker(system, places.dockerSocket, ids),
    ]);
    const answers: SourceAnswer[] = [kubernetes, ...others];
    const groups = grouped(
      answers.flatMap((a) => a.facts),
      await ids.ofNode(),
    );
    const found: FoundPod[] = [];
    for (let at = 0; at < groups.length; at += atOnce) {
      const some = groups.slice(at, at + atOnce);
      const insides = await Promise.all(some.map((g) => this.inside(g, host)));
      some.forEach((g, i) => {
        const inside = insides[i];
        if (inside !== undefined && isPod(g, inside)) found.push(podOf(g, inside, rules.ports));
      });
    }
    const named = distinct(found);
    const pods = named.map((f) => f.pod);
    const node = kubernetes.node ?? (await this.hostname());
    return { host, found: named, list: { node, pods, sources: sourcesOf(answers, pods), findings: rules.findings } };
  }

  private async inside(group: readonly PodFact[], host: HostInterfaces | string): Promise<Inside> {
    if (group.some((f) => f.hostNetwork === true)) return { pairs: [], problem: null };
    const netns = netnsOf(group);
    if (netns === null) return { pairs: [], problem: null };
    const interfaces = await this.links.interfaces(netns.path);
    if (typeof interfaces === 'string') return { pairs: [], problem: interfaces };
    return { pairs: pairsOf(interfaces, netns.id, host), problem: null };
  }

  private async hostname(): Promise<string> {
    return (await this.system.files.readText('/proc/sys/kernel/hostname').catch(() => '')).trim();
  }

  private async bridgeNf(): Promise<boolean | null> {
    try {
      return (await this.system.files.readText('/proc/sys/net/bridge/bridge-nf-call-iptables')).trim() === '1';
    } catch {
      return null;
    }
  }
}

/** A namespace that only has a name, and no interface, is nobody's: the isolation of some service. */
function isPod(group: readonly PodFact[], inside: Inside): boolean {
  return group.some((f) => f.source !== 'netns') || inside.pairs.length > 0 || inside.problem !== null;
}
