// What the tree says where a fragment completes its datagram, and the step into the datagram's bytes.
import type { Dissection } from './dissection.ts';
import type { FieldNode } from './field.ts';

/** Goes on in the datagram that this frame completes; false when it completes none. Nothing of the frame is read after it. */
export function joined(d: Dissection, layer: FieldNode, filter: 'ip' | 'ipv6', name: string): boolean {
  const { datagram } = d;
  if (datagram === null || d.locked) return false;
  d.datagram = null;
  const size = datagram.bytes.length;
  const list = datagram.fragments.map(({ packet, size }) => `#${packet}(${size})`).join(', ');
  const node = d.generated(
    layer,
    `${filter}.fragments`,
    `${datagram.fragments.length} ${name} Fragments (${size} bytes): ${list}`,
    null,
  );
  for (const { packet, size: bytes } of datagram.fragments)
    d.generated(node, `${filter}.fragment`, `Frame: ${packet}, payload: ${bytes} bytes`, String(packet));
  d.generated(
    node,
    `${filter}.fragment.count`,
    `Fragment count: ${datagram.fragments.length}`,
    String(datagram.fragments.length),
  );
  d.generated(node, `${filter}.reassembled.length`, `Reassembled ${name} length: ${size}`, String(size));
  d.enter(`Reassembled ${name} (${size} bytes)`, datagram.bytes);
  return true;
}

export const fragmentFields = (filter: 'ip' | 'ipv6') =>
  [
    { name: `${filter}.fragments`, kind: 'none' },
    { name: `${filter}.fragment`, kind: 'uint' },
    { name: `${filter}.fragment.count`, kind: 'uint' },
    { name: `${filter}.reassembled.length`, kind: 'uint' },
  ] as const;
