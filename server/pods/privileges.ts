// What live capture and looking into pods need of this machine, one check each: what is missing, and how exactly to get it.
import type { LiveInfo } from '../../api/live.ts';
import type { Engine } from '../capture/engine.ts';
import { libpcapEngine } from '../capture/libpcap.ts';
import { heldRights, rights } from '../capture/rights.ts';
import { reasonOf, type System } from '../system/system.ts';
import { CriSource } from './cri.ts';
import { NetnsIds } from './netns-ids.ts';
import { defaultPlaces } from './places.ts';

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly neededFor: string;
  /** What to do; null when it is there. */
  readonly remedy: string | null;
  /** Without it nothing can be captured. */
  readonly capture: boolean;
}

/** Programs, the Debian package each comes from, and whether nothing can be captured without. */
const programs = [
  ['tcpdump', 'tcpdump', true, 'capturing'],
  ['ip', 'iproute2', true, 'finding a pod’s veth, and a snapshot of addresses and routes'],
  ['nsenter', 'util-linux', true, 'capturing inside pods'],
  ['lsns', 'util-linux', false, 'proving that a veth belongs to a pod'],
  ['iptables-save', 'iptables', false, 'a snapshot of the rules'],
  ['nft', 'nftables', false, 'a snapshot of nftables rules, and noticing that rules change'],
  ['ipset', 'ipset', false, 'a snapshot of the sets that kube-proxy matches'],
  ['conntrack', 'conntrack', false, 'a snapshot of connections'],
  ['ipvsadm', 'ipvsadm', false, 'a snapshot of IPVS services, where kube-proxy runs in IPVS mode'],
  ['ss', 'iproute2', false, 'a snapshot of listening processes'],
  ['tc', 'iproute2', false, 'a snapshot of bandwidth limits'],
  ['sysctl', 'procps', false, 'a snapshot of kernel settings'],
  ['zstd', 'zstd', false, 'reading .zst files quickly (without it a slower reader is used)'],
  ['lz4', 'lz4', false, 'reading .lz4 files'],
] as const;

async function rightsChecks(system: System): Promise<Check[]> {
  const held = await heldRights(system);
  return rights.map(({ name, capture, neededFor }) => {
    const ok = held?.has(name) === true;
    const detail = ok ? 'held' : held === null ? 'this is not Linux' : 'not held';
    const remedy = `run vethscope as root on the node, or in a pod with securityContext.capabilities.add: [${name.slice(4)}]`;
    return { name, ok, detail, neededFor, remedy: ok ? null : remedy, capture };
  });
}

async function programCheck(
  system: System,
  [name, pack, capture, neededFor]: (typeof programs)[number],
): Promise<Check> {
  const found = await system.programs.find(name);
  const remedy = found === null ? `apt-get install ${pack} (or your distribution's package of ${name})` : null;
  return { name, ok: found !== null, detail: found ?? 'not installed', neededFor, remedy, capture };
}

/** In a container with a network of its own, "the node" would be that container. */
async function networkCheck(system: System): Promise<Check> {
  const common = { name: 'node network', neededFor: 'seeing the node’s interfaces and rules', capture: false };
  try {
    const ids = new NetnsIds(system.files);
    const [own, first] = [await ids.ofNode(), await ids.of('/proc/1/ns/net')];
    if (own === null || first === null)
      return { ...common, ok: true, detail: 'could not be compared with the namespace of process 1', remedy: null };
    if (own === first) return { ...common, ok: true, detail: 'in the namespace of process 1', remedy: null };
  } catch (error) {
    return { ...common, ok: true, detail: `could not be compared with process 1: ${reasonOf(error)}`, remedy: null };
  }
  const remedy =
    'run it in the node’s network: hostNetwork: true and hostPID: true in a pod, or nsenter --target 1 --net';
  return { ...common, ok: false, detail: 'in another network namespace than process 1', remedy };
}

async function runtimeCheck(system: System): Promise<Check> {
  const cri = new CriSource(system, defaultPlaces(system.process.env).criSockets);
  const answer = await cri.find(new NetnsIds(system.files));
  cri.close();
  const remedy =
    'none is needed: /proc and CNI results find pods too; else run as root, in a pod mount the socket’s folder, or name it in CONTAINER_RUNTIME_ENDPOINT';
  return {
    name: 'CRI socket',
    ok: answer.ok,
    detail: answer.detail,
    neededFor: 'names and states of pods from the runtime',
    remedy: answer.ok ? null : remedy,
    capture: false,
  };
}

/** Where tcpdump is missing, libpcap in this process still captures at some points. */
function withSecondEngine(check: Check, second: Engine | null): Check {
  if (check.name !== 'tcpdump' || check.ok || second === null) return check;
  const detail = `${check.detail}; libpcap in this process captures at veths, lo and any, without counting drops`;
  return { ...check, detail, neededFor: 'capturing inside pods, on bridges and uplinks', capture: false };
}

/** @param secondEngine tells whether libpcap can be used in this process; null when not */
export async function checksOf(
  system: System,
  secondEngine: (system: System) => Promise<Engine | null> = libpcapEngine,
): Promise<Check[]> {
  const checks = [...(await rightsChecks(system)), await networkCheck(system), await runtimeCheck(system)];
  const second = await secondEngine(system);
  for (const program of programs) checks.push(withSecondEngine(await programCheck(system, program), second));
  return checks;
}

export async function liveInfoOf(system: System): Promise<LiveInfo> {
  const checks = (await checksOf(system)).filter((c) => c.name !== 'zstd' && c.name !== 'lz4');
  return {
    canCapture: checks.every((c) => c.ok || !c.capture),
    capabilities: checks.map(({ name, ok, detail, neededFor, remedy }) => ({
      name,
      ok,
      detail: ok ? detail : `${detail}; for ${neededFor}`,
      remedy,
    })),
  };
}
