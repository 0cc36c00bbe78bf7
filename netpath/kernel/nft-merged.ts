// Two `!=` next to each other on fields that lie next to each other. Surprise: nft 1.0.6 compares the two as one number, so that the pair
// holds when either differs, and prints them as they were written; later versions compare each. The dump does not say which it was.
import type { NftExpr, NftStatement } from '../../parsers/nodestate/nft-syntax.ts';

/** Fields that end where the other begins, by protocol, in either order; together at most four bytes. */
const NEIGHBOURS: ReadonlyMap<string, readonly string[]> = new Map([
  ['ip', ['ttl', 'protocol']],
  ['ip6', ['nexthdr', 'hoplimit']],
  ['tcp', ['sport', 'dport']],
  ['udp', ['sport', 'dport']],
  ['sctp', ['sport', 'dport']],
  ['th', ['sport', 'dport']],
  ['icmp', ['type', 'code']],
  ['icmpv6', ['type', 'code']],
]);

type Match = Extract<NftStatement, { readonly kind: 'match' }>;

const isValue = (e: NftExpr): boolean => e.kind === 'value';

/** Can nft have made one comparison of these two? */
export function canBeMerged(one: NftStatement, next: NftStatement | undefined): next is Match {
  if (one.kind !== 'match' || next?.kind !== 'match' || one.op !== '!=' || next.op !== '!=') return false;
  const [left, right] = [one.left, next.left];
  if (left.kind !== 'payload' || right.kind !== 'payload' || left.protocol !== right.protocol) return false;
  const pair = NEIGHBOURS.get(left.protocol) ?? [];
  const isPair = left.field !== right.field && pair.includes(left.field) && pair.includes(right.field);
  return isPair && isValue(one.right) && isValue(next.right);
}
