// Whether a node's dumps are enough to follow a packet.
import type { NodeState } from '../../parsers/nodestate/state.ts';

/** The commands whose output is missing, in words: rules, addresses and routes are the least. */
export function missingDumps(state: NodeState): string[] {
  return [
    ...(state.iptables.length > 0 ? [] : ['iptables-save']),
    ...(state.host.addresses === null ? ['ip -j addr'] : []),
    ...(state.host.routes === null ? ['ip -j route'] : []),
  ];
}

export function canSimulate(state: NodeState): boolean {
  return missingDumps(state).length === 0;
}
