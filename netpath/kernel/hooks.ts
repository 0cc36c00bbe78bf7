// Netfilter's hooks and the priorities of what Linux registers on them, as data (reference: netfilter_ipv4.h, ip_vs_core.c).

export type Hook = 'PREROUTING' | 'INPUT' | 'FORWARD' | 'OUTPUT' | 'POSTROUTING';

/** Hooks that frames pass: of a bridge (nftables family bridge), and of a device (families netdev and inet). */
export type BridgeHook = `BRIDGE ${Hook}`;
export type FrameHook = BridgeHook | 'INGRESS' | 'EGRESS';

export const isFrameHook = (hook: Hook | FrameHook): hook is FrameHook =>
  hook === 'INGRESS' || hook === 'EGRESS' || hook.startsWith('BRIDGE ');

/** Priority of each iptables table at each hook that it has. nat runs behind one dispatcher at the fixed places -100 and 100. */
export const TABLE_PRIORITIES: Readonly<Record<string, Readonly<Partial<Record<Hook, number>>>>> = {
  raw: { PREROUTING: -300, OUTPUT: -300 },
  mangle: { PREROUTING: -150, INPUT: -150, FORWARD: -150, OUTPUT: -150, POSTROUTING: -150 },
  nat: { PREROUTING: -100, INPUT: 100, OUTPUT: -100, POSTROUTING: 100 },
  filter: { INPUT: 0, FORWARD: 0, OUTPUT: 0 },
  security: { INPUT: 50, FORWARD: 50, OUTPUT: 50 },
};

export const CONNTRACK_PRIORITY = -200;

/** Where IPVS takes packets: after the filter at LOCAL_IN, before it at LOCAL_OUT. */
export const IPVS_IN_PRIORITY: Readonly<Partial<Record<Hook, number>>> = { INPUT: 99, OUTPUT: -98 };

/** Where IPVS gives answers of its connections the virtual address back (ip_vs_ops). */
export const IPVS_OUT_PRIORITY: Readonly<Partial<Record<Hook, number>>> = { INPUT: 98, FORWARD: 100, OUTPUT: -99 };

/** nft's names of the hooks. */
export const NFT_HOOKS: Readonly<Record<Hook, string>> = {
  PREROUTING: 'prerouting',
  INPUT: 'input',
  FORWARD: 'forward',
  OUTPUT: 'output',
  POSTROUTING: 'postrouting',
};

/**
 * Where br_netfilter takes frames through the IP hooks: chains of family bridge up to here run before, the others after. A chain at this
 * very priority is registered later than br_netfilter and so runs first (test/kernel/frames.test.ts). POSTROUTING is its last hook of all.
 */
export const BRIDGE_NETFILTER_PRIORITY = 0;
