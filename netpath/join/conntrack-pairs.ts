// What conntrack says of rewrites: the addresses a connection was asked for with, and those its packets have behind the node's NAT.
import { sameIp } from '../../parsers/core/address.ts';
import type { ConntrackEntry } from '../../parsers/nodestate/state.ts';
import type { Tuple } from './tuples.ts';

/** Entries that are used; a node may have a million. */
const most = 20_000;

export interface KnownRewrite {
  readonly before: Tuple;
  readonly after: Tuple;
}

/** The receiver answers from `reply.src` to `reply.dst`: turned round, that is what it was sent. */
export function rewritesOf(entries: readonly ConntrackEntry[]): KnownRewrite[] {
  const found: KnownRewrite[] = [];
  for (const { protocol, original, reply } of entries) {
    if (found.length >= most) break;
    const before = { protocol, src: original.src, dst: original.dst, sport: original.sport, dport: original.dport };
    const after = { protocol, src: reply.dst, dst: reply.src, sport: reply.dport, dport: reply.sport };
    const same = (['src', 'dst'] as const).every((side) => sameIp(before[side], after[side]));
    if (!same || before.sport !== after.sport || before.dport !== after.dport) found.push({ before, after });
  }
  return found;
}
