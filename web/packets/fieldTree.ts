// The field tree as the rows one sees, and the way from a byte to the deepest field that holds it. Keys are made of filter
// names, so that what is open stays open from packet to packet.
import type { FieldNode } from '../../api/schemas.ts';

export interface FieldRow {
  key: string;
  node: FieldNode;
  level: number;
  open: boolean;
  parent: string | null;
}

const keyOf = (parent: string | null, node: FieldNode, at: number) => `${parent ?? ''}/${node.filter ?? `${at}`}`;

/** Keys that occur twice under one parent get their place behind them. */
function keyed(parent: string | null, nodes: readonly FieldNode[]): [string, FieldNode][] {
  const seen = new Set<string>();
  return nodes.map((node, at) => {
    const plain = keyOf(parent, node, at);
    const key = seen.has(plain) ? `${plain}#${at}` : plain;
    seen.add(key);
    return [key, node];
  });
}

export function fieldRows(
  nodes: readonly FieldNode[],
  isOpen: (key: string) => boolean,
  parent: string | null = null,
  level = 1,
): FieldRow[] {
  return keyed(parent, nodes).flatMap(([key, node]) => {
    const open = node.children.length > 0 && isOpen(key);
    const row: FieldRow = { key, node, level, open, parent };
    return open ? [row, ...fieldRows(node.children, isOpen, key, level + 1)] : [row];
  });
}

const holds = (node: FieldNode, at: number, source: number) =>
  node.source === source && node.length > 0 && at >= node.offset && at < node.offset + node.length;

/** Keys from the layer down to the deepest, narrowest field that holds the byte. */
export function fieldsAtByte(
  nodes: readonly FieldNode[],
  at: number,
  source = 0,
  parent: string | null = null,
): string[] {
  let best: string[] = [];
  let narrowest = Number.POSITIVE_INFINITY;
  for (const [key, node] of keyed(parent, nodes)) {
    const deeper = fieldsAtByte(node.children, at, source, key);
    if (deeper.length === 0 && !holds(node, at, source)) continue;
    const better = deeper.length + 1 > best.length || (deeper.length + 1 === best.length && node.length < narrowest);
    if (!better || (node.generated && best.length > 0)) continue;
    best = [key, ...deeper];
    narrowest = node.length;
  }
  return best;
}

export function labelOf({ generated, label }: FieldNode): string {
  return generated && !label.startsWith('[') ? `[${label}]` : label;
}

const bareValue = /^(-?(0x[0-9a-f]+|\d+(\.\d+)?)|(\d+\.){3}\d+|[0-9a-f]*:[0-9a-f:.]+)$/i;

/** `tcp.dstport == 80`, `http.host == "web"`: the field as a display filter; null where it has no value of its own. */
export function filterOfField({ filter, value, children }: FieldNode): string | null {
  if (filter === null || value === null || children.length > 0) return null;
  const literal = bareValue.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`;
  return `${filter} == ${literal}`;
}
