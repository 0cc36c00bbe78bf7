// The layers of our own fields (parsers/filter/own-fields.ts) for the packets of a case: capture point, Kubernetes names, NAT.
// Surprise: names are those of the newest dumps whatever the packet's time, and the NAT is conntrack's, read in the packet's direction.
import { ipText } from '../../parsers/core/address.ts';
import type { Endpoints } from '../../parsers/index/capture-index.ts';
import { podsOf } from '../../parsers/nodestate/pods.ts';
import type { ConntrackEntry, NodeState, Tuple } from '../../parsers/nodestate/state.ts';
import type { FieldNode } from '../../parsers/wire/field.ts';
import type { Capture } from './capture.ts';

interface Names {
  pod?: string;
  namespace?: string;
  service?: string;
  node?: string;
}

/** How a connection leaves the node: its packet's tuple before and after NAT. */
interface Rewrite {
  readonly before: Tuple;
  readonly after: Tuple;
}

const textOf = (t: Tuple): string => `${ipText(t.src)} ${t.sport} ${ipText(t.dst)} ${t.dport}`;
const turned = (t: Tuple): Tuple => ({ src: t.dst, dst: t.src, sport: t.dport, dport: t.sport, icmpId: t.icmpId });

function node(filter: string, label: string, value: string | null, children: FieldNode[] = []): FieldNode {
  return { filter, label, value, source: 0, offset: 0, length: 0, generated: true, severity: null, children };
}

/** A packet's comments, as Wireshark shows them before the frame; no layer without any. */
export function commentLayer(comments: readonly string[]): FieldNode[] {
  if (comments.length === 0) return [];
  return [
    node(
      'pkt_comment',
      'Packet comments',
      null,
      comments.map((text) => node('frame.comment', text, text)),
    ),
  ].map((layer) => ({ ...layer, generated: false, children: layer.children.map((c) => ({ ...c, generated: false })) }));
}

export class CaseLayers {
  private readonly pointOf: (capture: Capture, interfaceId: number) => string;
  private names = new Map<string, Names>();
  private rewrites = new Map<string, Rewrite>();

  constructor(pointOf: (capture: Capture, interfaceId: number) => string) {
    this.pointOf = pointOf;
  }

  /** Takes the names and connections of a node's dumps; false when they say nothing of either. */
  setState(state: NodeState): boolean {
    this.names = namesOf(state);
    // What is in the table now outranks what was told of earlier connections with the same addresses.
    const told = (state.conntrackEvents ?? []).map(({ entry }) => entry);
    this.rewrites = new Map([...told, ...(state.conntrack ?? [])].flatMap(rewritesOf));
    return this.names.size > 0 || this.rewrites.size > 0;
  }

  /** All layers, for filters. */
  of(capture: Capture, row: number): readonly FieldNode[] {
    const point = this.pointOf(capture, capture.index.interfaceOf(row));
    return [
      node('point', `[Point: ${point}]`, point),
      ...commentLayer(capture.commentsOf(row)),
      ...this.shown(capture, row),
    ];
  }

  /** The layers that a packet's tree shows: those with names or rewrites. */
  shown(capture: Capture, row: number): FieldNode[] {
    if (this.names.size === 0 && this.rewrites.size === 0) return [];
    const ends = capture.index.endpoints(row);
    if (ends === null) return [];
    return [this.kubernetes(ends), this.nat(ends)].flatMap((layer) => (layer === null ? [] : [layer]));
  }

  private kubernetes({ src, dst }: Endpoints): FieldNode | null {
    const sides = [
      ['src', 'Source', this.names.get(ipText(src))] as const,
      ['dst', 'Destination', this.names.get(ipText(dst))] as const,
    ];
    const children = sides.flatMap(([side, word, names]) =>
      Object.entries(names ?? {}).map(([what, value]) =>
        node(`k8s.${side}.${what}`, `[${word} ${what}: ${value}]`, String(value)),
      ),
    );
    if (children.length === 0) return null;
    const said = sides.map(([, , names]) => names?.pod ?? names?.service ?? names?.node ?? '…').join(' → ');
    return node('k8s', `[Kubernetes: ${said}]`, null, children);
  }

  private nat({ src, dst, sport, dport, protocol }: Endpoints): FieldNode | null {
    const found = this.rewrites.get(`${protocol} ${textOf({ src, dst, sport, dport, icmpId: null })}`);
    if (found === undefined) return null;
    const sides = [['original', found.before] as const, ['translated', found.after] as const];
    const children = sides.flatMap(([side, t]) => {
      const fields = [
        ['src', ipText(t.src)],
        ['srcport', t.sport],
        ['dst', ipText(t.dst)],
        ['dstport', t.dport],
      ] as const;
      return fields.flatMap(([name, value]) =>
        value === null ? [] : [node(`nat.${side}.${name}`, `[${side} ${name}: ${value}]`, String(value))],
      );
    });
    const said = (t: Tuple): string => `${ipText(t.src)}:${t.sport ?? ''} → ${ipText(t.dst)}:${t.dport ?? ''}`;
    return node('nat', `[NAT: ${said(found.before)} becomes ${said(found.after)}]`, null, children);
  }
}

function namesOf(state: NodeState): Map<string, Names> {
  const found = new Map<string, Names>();
  const of = (ip: string): Names => {
    const known = found.get(ip) ?? {};
    found.set(ip, known);
    return known;
  };
  for (const { id, namespace, ips, node: on, hostNetwork, finished } of podsOf(state)) {
    // The node's address is not the pod's alone, and a finished pod's may be another's by now.
    if (hostNetwork || finished) continue;
    for (const ip of ips) {
      const names = of(ipText(ip));
      names.pod ??= id;
      if (namespace !== null) names.namespace ??= namespace;
      if (on !== null) names.node ??= on;
    }
  }
  for (const { namespace, name, clusterIps, externalIps, loadBalancerIps } of state.services ?? []) {
    for (const ip of [...clusterIps, ...externalIps, ...loadBalancerIps]) {
      const names = of(ipText(ip));
      names.service ??= `${namespace}/${name}`;
      names.namespace ??= namespace;
    }
  }
  for (const { name, addresses } of state.nodes ?? []) for (const ip of addresses) of(ip).node ??= name;
  return found;
}

/** Both directions of a connection, each as it is seen before and after the node; none when nothing is rewritten. */
function rewritesOf({ protocol, original, reply }: ConntrackEntry): (readonly [string, Rewrite])[] {
  const forward = { before: original, after: turned(reply) };
  const back = { before: reply, after: turned(original) };
  if (textOf(forward.before) === textOf(forward.after)) return [];
  return [forward, back].flatMap((rewrite) => [
    [`${protocol} ${textOf(rewrite.before)}`, rewrite] as const,
    [`${protocol} ${textOf(rewrite.after)}`, rewrite] as const,
  ]);
}
