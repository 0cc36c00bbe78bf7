// By which device and address a packet of a pod leaves the node: its own path through the rules tells, masquerading and all.
import { explainPacket } from '../../netpath/explain/explain.ts';
import { specOfFlow } from '../../netpath/explain/from-capture.ts';
import { parseIp } from '../../parsers/core/address.ts';
import type { NodeState } from '../../parsers/nodestate/state.ts';
import { canSimulate } from './can-simulate.ts';

/** Addresses for documentation: outside of every cluster. */
const outside = { 4: '192.0.2.1', 6: '2001:db8::1' } as const;

/** Null when it stays on the node, or when the dumps do not tell. */
export function leavingOf(
  state: NodeState,
): (source: string, peer: string | null) => { readonly device: string; readonly address: string } | null {
  const enough = canSimulate(state);
  return (source, peer) => {
    const family = parseIp(source)?.family;
    if (family === undefined || !enough) return null;
    const flow = { protocol: 'tcp', client: source, cport: 40_000, server: peer ?? outside[family], sport: 443 };
    const spec = specOfFlow(state, { ...flow, point: null });
    const answer = spec === null ? null : explainPacket(state, spec);
    const outcome = answer?.ok === true ? answer.explanation.outcomes[0] : undefined;
    const device = outcome?.to.interface ?? null;
    if (outcome === undefined || outcome.disposition.kind !== 'leavesNode' || device === null) return null;
    const address = outcome.source.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
    return parseIp(address) === null ? null : { device, address };
  };
}
