// Whether a node's dumps are enough to follow a packet.
import type { NodeState } from '../../parsers/nodestate/state.ts';

/** Native nftables are rules as well; what iptables-nft wrote is read from iptables-save only. */
function hasRules({ iptables, nft }: NodeState): boolean {
  return iptables.length > 0 || (nft !== null && nft.tables.length > 0 && !nft.tables.some((t) => t.managedByIptables));
}

/** The commands whose output is missing, in words: rules, addresses and routes are the least. */
export function missingDumps(state: NodeState): string[] {
  return [
    ...(hasRules(state) ? [] : ['iptables-save']),
    ...(state.host.addresses === null ? ['ip -j addr'] : []),
    ...(state.host.routes === null ? ['ip -j route'] : []),
  ];
}

export function canSimulate(state: NodeState): boolean {
  return missingDumps(state).length === 0;
}
