// A capture filter names traffic as its author sees it; at another point of the path the same traffic has other addresses, because NAT
// stands between. This adds to a filter what the named traffic looks like elsewhere, and says why.
// Surprise: only what is asserted is widened. What stands under `not` is left alone, since leaving out more than was asked loses packets.
import type { CapturePoint } from '../../api/live.ts';
import { contains, type Prefix, parseIp } from '../../parsers/core/address.ts';
import { type Bpf, bpfText, type Primitive, parseBpf } from './bpf.ts';
import type { NatPair } from './nat-pairs.ts';

export interface Widened {
  readonly filter: string;
  readonly note: string;
}

/** BPF programs are short by law (4096 instructions); a filter that would list more is left with these. */
const alternativesLimit = 48;

interface Endpoint {
  readonly address: string | null;
  readonly port: number;
}

interface Rewrite {
  readonly protocol: string;
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly name: string;
}

/** What an address is when it leaves the node by this point, toward a peer or anywhere outside; null when it is not rewritten. */
export type LeavesAs = (address: string, peer: string | null) => string | null;

/**
 * @param ownAddresses addresses of the pod that the point belongs to: it always sees itself by these
 */
export function widen(
  filter: string,
  pairs: readonly NatPair[],
  point: Pick<CapturePoint, 'kind'>,
  ownAddresses: readonly string[] = [],
  leavesAs: LeavesAs = () => null,
): Widened {
  const text = filter.trim();
  if (text === '') return { filter: '', note: 'Everything is captured.' };
  const parsed = parseBpf(text);
  if (parsed === null) {
    return {
      filter: text,
      note: 'Passed on as it is: only host, net, port and protocols with and, or, not are widened.',
    };
  }
  const owned = point.kind === 'pod' || point.kind === 'veth' ? ownAddresses : [];
  const rewrites = pairs.flatMap((p): Rewrite[] => [
    ...(owned.includes(p.back.address) ? [] : [{ protocol: p.protocol, from: p.back, to: p.front, name: p.name }]),
    { protocol: p.protocol, from: p.front, to: p.back, name: p.name },
  ]);
  const widening = new Widening(rewrites, leavesAs);
  const result = widening.of(parsed);
  const hidden = [...widening.hidden].map((h) => ` ${h}`).join('');
  if (widening.why.size === 0)
    return { filter: text, note: hidden === '' ? widening.unchanged(parsed) : hidden.trim() };
  const reasons = [...widening.why];
  const shown = reasons.slice(0, 6).join('; ') + (reasons.length > 6 ? `; and ${reasons.length - 6} more` : '');
  const cut = widening.cut ? ` Too many to list: only ${alternativesLimit} are.` : '';
  return { filter: bpfText(result), note: `NAT stands between: ${shown}.${cut}${hidden}` };
}

function parts(node: Bpf): Bpf[] {
  return node.kind === 'and' ? [...parts(node.left), ...parts(node.right)] : [node];
}

function all(kind: 'and' | 'or', nodes: readonly Bpf[]): Bpf {
  const [first, ...rest] = nodes;
  if (first === undefined) throw new RangeError('nothing to join');
  return rest.reduce<Bpf>((left, right) => ({ kind, left, right }), first);
}

function holdsAddress(p: Primitive, address: string | null): boolean {
  if (address === null) return false;
  if (p.type === 'host') return p.value.toLowerCase() === address.toLowerCase();
  const [base = '', length] = p.value.split('/');
  const ip = parseIp(base);
  const inside = parseIp(address);
  if (ip === null || inside === null) return false;
  const prefix: Prefix = { ip, length: Number(length) };
  return contains(prefix, inside);
}

function holdsPort(p: Primitive, port: number): boolean {
  const [from = 0, to = from] = p.value.split('-').map(Number);
  return port >= from && port <= to;
}

const transports = ['tcp', 'udp', 'sctp'];

class Widening {
  readonly why = new Set<string>();
  cut = false;
  /** What cannot be told apart here, one sentence each. */
  readonly hidden = new Set<string>();
  private readonly rewrites: readonly Rewrite[];
  private readonly leavesAs: LeavesAs;

  constructor(rewrites: readonly Rewrite[], leavesAs: LeavesAs) {
    this.rewrites = rewrites;
    this.leavesAs = leavesAs;
  }

  of(node: Bpf): Bpf {
    if (node.kind === 'or') return { kind: 'or', left: this.of(node.left), right: this.of(node.right) };
    if (node.kind === 'not') return node;
    return this.conjunction(parts(node));
  }

  unchanged(node: Bpf): string {
    return this.rewrites.length === 0
      ? 'Unchanged: no NAT of this node is known.'
      : node.kind === 'not'
        ? 'Unchanged: what stands under not is not widened.'
        : 'Unchanged: this traffic looks the same here.';
  }

  /** The conjunction itself, or what its endpoints are rewritten into. */
  private conjunction(of: readonly Bpf[]): Bpf {
    const members = of.map((m) => (m.kind === 'or' ? this.of(m) : m));
    const primitives = of.filter((m): m is Primitive => m.kind === 'primitive');
    const hosts = primitives.filter((p) => p.type === 'host' || p.type === 'net');
    const ports = primitives.filter((p) => p.type === 'port' || p.type === 'portrange');
    const spoken = primitives.map((p) => p.protocol).filter((p) => p !== null && transports.includes(p));
    const others = primitives.some(
      (p) => p.type === null && !transports.includes(p.protocol ?? '') && !/^ip6?$/.test(p.protocol ?? ''),
    );
    if (others) return all('and', members); // icmp, arp: no ports, no services
    const fits = (r: Rewrite) => spoken.every((p) => p === r.protocol);
    const alternatives = new Map<string, Bpf>();
    const used = new Set<Primitive>();
    for (const host of hosts) {
      for (const r of this.rewrites) {
        if (fits(r) && holdsAddress(host, r.from.address)) this.endpoint(of, host, ports, r, alternatives, used);
      }
    }
    for (const port of ports) {
      if (used.has(port)) continue;
      for (const r of this.rewrites) {
        if (fits(r) && holdsPort(port, r.from.port) && !holdsPort(port, r.to.port))
          this.portOnly(of, port, r, alternatives);
      }
    }
    for (const host of hosts) this.leaving(of, host, hosts, ports, alternatives);
    const extra = [...alternatives.values()];
    if (extra.length > alternativesLimit) this.cut = true;
    return all('or', [all('and', members), ...extra.slice(0, alternativesLimit)]);
  }

  /** The named host is an end of this rewrite: the same end, by its other name. */
  private endpoint(
    of: readonly Bpf[],
    host: Primitive,
    ports: readonly Primitive[],
    r: Rewrite,
    into: Map<string, Bpf>,
    used: Set<Primitive>,
  ): void {
    const sameSide = ports.filter(
      (p) => p.direction === null || host.direction === null || p.direction === host.direction,
    );
    const mine = sameSide.filter((p) => holdsPort(p, r.from.port));
    // A port that is surely on this side, and another one: this rewrite is of other traffic.
    const strict = sameSide.filter((p) => p.direction !== null && p.direction === host.direction);
    if (mine.length === 0 && strict.length > 0) return;
    for (const p of mine) used.add(p);
    const { direction } = host;
    const there: Primitive[] = [
      ...(r.to.address === null
        ? []
        : [{ kind: 'primitive' as const, protocol: null, direction, type: 'host' as const, value: r.to.address }]),
      { kind: 'primitive', protocol: r.protocol, direction, type: 'port', value: String(r.to.port) },
    ];
    const rest = of.filter((m) => m !== host && !mine.some((p) => p === m) && !isTransport(m));
    this.add(all('and', [...there, ...rest]), r, into);
  }

  /** The named host goes out by another address. Alone that is the whole node's traffic, so that something else must be named too. */
  private leaving(
    of: readonly Bpf[],
    host: Primitive,
    hosts: readonly Primitive[],
    ports: readonly Primitive[],
    into: Map<string, Bpf>,
  ): void {
    if (host.type !== 'host') return;
    const peers = hosts.filter((h) => h !== host);
    const as = this.leavesAs(host.value, peers.find((h) => h.type === 'host')?.value ?? null);
    if (as === null) return;
    if (peers.length === 0 && ports.length === 0) {
      this.hidden.add(
        `What ${host.value} sends out is ${as} here, as is the traffic of others: name the other side or a port as well to see it.`,
      );
      return;
    }
    const node = all('and', [{ ...host, value: as }, ...of.filter((m) => m !== host)]);
    into.set(bpfText(node), node);
    this.why.add(`${host.value} is ${as} where it leaves the node`);
  }

  /** Only a port is named: the port that it becomes. */
  private portOnly(of: readonly Bpf[], port: Primitive, r: Rewrite, into: Map<string, Bpf>): void {
    const there: Primitive = { ...port, protocol: r.protocol, type: 'port', value: String(r.to.port) };
    const rest = of.filter((m) => m !== port && !isTransport(m));
    this.add(all('and', [there, ...rest]), { ...r, from: { ...r.from }, to: r.to }, into);
  }

  private add(node: Bpf, r: Rewrite, into: Map<string, Bpf>): void {
    const text = bpfText(node);
    if (into.has(text)) return;
    into.set(text, node);
    this.why.add(`${endpointText(r.from)} is ${endpointText(r.to)} (${r.name})`);
  }
}

function isTransport(m: Bpf): boolean {
  return m.kind === 'primitive' && m.type === null && transports.includes(m.protocol ?? '');
}

function endpointText({ address, port }: Endpoint): string {
  if (address === null) return `port ${port} of the node`;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
