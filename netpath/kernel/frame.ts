// The hooks that frames pass outside the IP hooks: ingress and egress of a device (nftables families netdev and inet), and the five of a
// bridge (family bridge). Rules there see the port where IP rules see the bridge.
import type { Ip } from '../../parsers/core/address.ts';
import { sameIp } from '../../parsers/core/address.ts';
import type { BridgeHook, FrameHook, Hook } from './hooks.ts';
import type { NativeChain } from './machine.ts';
import { type Ending, ending, type Walker } from './walker.ts';

/** Ports of a bridge that are tried one by one where no dump tells which it is. */
const MAX_PORTS = 16;

function runChains(
  w: Walker,
  hook: FrameHook,
  chains: readonly NativeChain[],
  inIf: string | null,
  outIf: string | null,
): Ending | null {
  if (chains.length === 0) return null;
  const p = w.packet;
  const was = { inIf: p.inIf, outIf: p.outIf };
  const back = (end: Ending | null) => {
    p.inIf = was.inIf;
    p.outIf = was.outIf;
    return end;
  };
  p.inIf = inIf;
  p.outIf = outIf;
  for (const chain of chains) {
    if (!isHere(w, chain, inIf ?? outIf ?? '')) continue;
    const r = w.walkNative(chain, hook);
    const end = r.kind === 'fwd' ? forwarded(w, r.device) : w.endOfNft(r, chain);
    if (end) return back(end);
  }
  return back(null);
}

/** Does the chain stand at this device? JSON of nft 1.0.6 has lost the devices: then both is possible. */
function isHere(w: Walker, { base }: NativeChain, device: string): boolean {
  if (base.devices !== null) return true;
  if (base.ruleCount === 0 && base.policy === 'accept') return false;
  return (
    w.world.decide({
      source: base.source,
      why: `The dump has lost at which devices chain ${base.name} of the nftables table ${base.family} ${base.table} stands; nft list ruleset (text) tells.`,
      choices: [
        { assumed: `chain ${base.name} does not stand at ${device}`, probability: null },
        { assumed: `chain ${base.name} stands at ${device}`, probability: null },
      ],
    }) === 1
  );
}

/**
 * `fwd to`: out of the device as it is, past everything else. The device's egress runs inside the rule, so that the kernel's trace has it
 * before the rule's own line.
 */
function forwarded(w: Walker, device: string): Ending {
  const rule = w.steps.pop();
  const stopped = egress(w, device);
  if (rule) w.steps.push(rule);
  if (stopped) return stopped;
  const pod = w.machine.podByHostInterface(device);
  const into = pod?.ips.some((ip) => sameIp(ip, w.packet.dst)) ? pod : null;
  w.note('exit', `sent out of ${device} by a rule (fwd)`, { source: w.machine.links.get(device)?.source ?? null });
  return into
    ? ending('delivered', `A rule sends it out of ${device} into pod ${into.id}.`, into.sources[0] ?? null, {
        interface: device,
        pod: into.id,
      })
    : ending('leavesNode', `A rule sends it out of ${device}, past the node's own stack.`, null, { interface: device });
}

/** What stands at the device's ingress hook, before bridge and IP stack see the packet. */
export function ingress(w: Walker, device: string): Ending | null {
  w.packet.frameType ??= typeOfFrame(w, device);
  return runChains(w, 'INGRESS', w.machine.deviceChainsAt('ingress', device), device, null);
}

export function egress(w: Walker, device: string): Ending | null {
  return runChains(w, 'EGRESS', w.machine.deviceChainsAt('egress', device), null, device);
}

/** The chains of family bridge at a hook, from one priority to another (inclusive). */
export function bridgeHook(
  w: Walker,
  hook: Hook,
  ports: { readonly in?: string; readonly out?: string },
  from = Number.NEGATIVE_INFINITY,
  to = Number.POSITIVE_INFINITY,
): Ending | null {
  const chains = w.machine.bridgeChainsAt(hook).filter((c) => c.base.priority >= from && c.base.priority <= to);
  const name: BridgeHook = `BRIDGE ${hook}`;
  return runChains(w, name, chains, ports.in ?? null, ports.out ?? null);
}

/** How the frame is addressed, as its first device sees it: to itself, to all, or to another. */
function typeOfFrame(w: Walker, device: string): string | null {
  const { dmac } = w.packet;
  if (device === 'lo') return 'host';
  if (dmac === null) return null;
  if (dmac === 'ff:ff:ff:ff:ff:ff') return 'broadcast';
  if ((Number.parseInt(dmac.slice(0, 2), 16) & 1) === 1) return 'multicast';
  return dmac === w.machine.links.get(device)?.mac?.toLowerCase() ? 'host' : 'other';
}

/** The MAC of a neighbour; null when no dump knows it. */
export function macOf(w: Walker, ip: Ip): string | null {
  return w.machine.state.host.neighbours?.find((n) => sameIp(n.ip, ip) && n.mac !== null)?.mac?.toLowerCase() ?? null;
}

/** Source and destination of the frame in which a device of the node sends the packet on. */
export function addressFrame(w: Walker, device: string, nextHop: Ip): void {
  w.packet.mac = w.machine.links.get(device)?.mac?.toLowerCase() ?? null;
  w.packet.dmac = macOf(w, nextHop);
  w.packet.frameType = 'host';
}

/**
 * A port of a bridge that no dump names: where rules of frames could tell ports apart, each is a world of its own.
 * Null where none could; an ending where there are too many or none.
 */
export function whichPort(w: Walker, bridge: string, what: string, except: string | null): string | Ending | null {
  const m = w.machine;
  const ports = [...m.links.values()].filter((l) => l.master === bridge && l.name !== except).map((l) => l.name);
  const matters =
    m.hasBridgeChains || ports.some((p) => ['ingress', 'egress'].some((h) => m.deviceChainsAt(h, p).length > 0));
  if (!matters) return null;
  const why = `By which port of ${bridge} the frame ${what} is in no dump; ip -j neigh and bridge -j fdb tell.`;
  if (ports.length === 0 || ports.length > MAX_PORTS) return ending('insufficientInfo', why, null);
  const choices = ports.map((p) => ({ assumed: `the frame ${what} by ${p}`, probability: null }));
  return ports[ports.length === 1 ? 0 : w.world.decide({ source: null, why, choices })] ?? null;
}
