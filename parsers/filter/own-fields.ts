// Fields of our own, which no byte of the packet holds: its capture point, the Kubernetes names of its addresses, and its NAT.
// Surprise: whoever runs a filter gives them as layers beside the packet's (`OwnLayers`); without names there are none.
import type { FieldNode } from '../wire/field.ts';

export interface OwnField {
  readonly name: string;
  readonly kind: 'none' | 'text' | 'ip' | 'uint';
  readonly either?: readonly string[];
  readonly description: string;
}

/** Gives a packet's own layers; called only when a filter asks for them. */
export type OwnLayers = () => readonly FieldNode[];

function sides(what: string, description: string): OwnField[] {
  const [src, dst] = [`k8s.src.${what}`, `k8s.dst.${what}`];
  return [
    { name: `k8s.${what}`, kind: 'text', either: [src, dst], description: `${description} of source or destination` },
    { name: src, kind: 'text', description: `${description} of the source` },
    { name: dst, kind: 'text', description: `${description} of the destination` },
  ];
}

function tuple(side: 'original' | 'translated', description: string): OwnField[] {
  const field = (name: string, kind: 'ip' | 'uint', what: string): OwnField => ({
    name: `nat.${side}.${name}`,
    kind,
    description: `${what} ${description}`,
  });
  return [
    field('src', 'ip', 'source address'),
    field('dst', 'ip', 'destination address'),
    field('srcport', 'uint', 'source port'),
    field('dstport', 'uint', 'destination port'),
  ];
}

export const OWN_FIELDS: readonly OwnField[] = [
  { name: 'point', kind: 'text', description: 'capture point, as the list shows it' },
  { name: 'pkt_comment', kind: 'none', description: 'the packet has a comment' },
  { name: 'frame.comment', kind: 'text', description: 'a comment of the packet' },
  { name: 'k8s', kind: 'none', description: 'an address of the packet has a Kubernetes name' },
  ...sides('pod', 'pod, namespace/name,'),
  ...sides('namespace', 'namespace'),
  ...sides('service', 'service, namespace/name,'),
  ...sides('node', 'node'),
  { name: 'nat', kind: 'none', description: 'conntrack rewrites the packet’s connection' },
  ...tuple('original', 'before NAT, in the direction of the packet'),
  ...tuple('translated', 'after NAT, in the direction of the packet'),
];

/** The owner of all of them in the table of fields. */
export const OWN = 'own';
