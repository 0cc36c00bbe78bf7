// Whether conntrack runs in the node at all: the kernel hooks it in for a family while something there needs it, and without it no nat chain
// is ever asked (held against the kernel by test/kernel/frames.test.ts).
import type { NftExpr, NftStatement, NftTable } from '../../parsers/nodestate/nft-syntax.ts';
import type { IptablesDump, NodeState } from '../../parsers/nodestate/state.ts';

const MATCHES = new Set(['conntrack', 'state', 'connmark', 'connbytes', 'connlimit', 'connlabel', 'helper', 'cluster']);
const TARGETS = new Set([
  ...['CONNMARK', 'CONNSECMARK', 'CT', 'SYNPROXY', 'CLUSTERIP'],
  ...['DNAT', 'SNAT', 'MASQUERADE', 'REDIRECT', 'NETMAP'],
]);

function ofIptables(d: IptablesDump): boolean {
  for (const t of d.tables.values())
    for (const c of t.chains.values())
      for (const r of c.rules)
        if ((r.target && TARGETS.has(r.target.name)) || r.matches.some((m) => MATCHES.has(m.module))) return true;
  return false;
}

function asksConntrack(e: NftExpr): boolean {
  switch (e.kind) {
    case 'ct':
      return true;
    case 'concat':
      return e.items.some(asksConntrack);
    case 'binary':
      return asksConntrack(e.left) || asksConntrack(e.right);
    case 'map':
      return asksConntrack(e.key);
    default:
      // what is not understood may be one
      return e.kind === 'other';
  }
}

function needsConntrack(s: NftStatement): boolean {
  switch (s.kind) {
    case 'nat':
    case 'synproxy':
    case 'flow':
    case 'other':
      return true;
    case 'match':
      return asksConntrack(s.left);
    case 'vmap':
      return asksConntrack(s.key);
    case 'mangle':
      return asksConntrack(s.key) || asksConntrack(s.value);
    case 'update':
      return s.stateful || (s.key !== null && asksConntrack(s.key));
    case 'stateful':
      return /^ct /.test(s.text);
    default:
      return false;
  }
}

export function tableNeedsConntrack(t: NftTable): boolean {
  for (const c of t.chains.values()) if (c.rules.some((r) => r.statements.some(needsConntrack))) return true;
  return false;
}

/** True where the dumps show a user of conntrack in the family, or are not complete enough to show that there is none. */
export function tracksConnections(state: NodeState, family: 4 | 6): boolean {
  if (state.nft === null || (state.conntrack ?? []).length > 0 || (state.ipvsServices ?? []).length > 0) return true;
  const dumps = state.iptables.filter((d) => d.family === family);
  if (dumps.length === 0 || dumps.some(ofIptables)) return true;
  const name = family === 4 ? 'ip' : 'ip6';
  return state.nft.tables.some((t) => (t.family === name || t.family === 'inet') && tableNeedsConntrack(t));
}
