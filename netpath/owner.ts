// Who wrote a rule, told from the names and comments that each component gives its chains.

export type Owner =
  | 'kube-proxy'
  | 'cni'
  | 'ipvs'
  | 'conntrack'
  | 'docker'
  | 'calico'
  | 'cilium'
  | 'istio'
  | 'kubelet'
  | 'kernel'
  | 'other';

/** Chain name prefixes, longest meaning first. The more special stands before the more general. */
const CHAINS: readonly (readonly [RegExp, Owner])[] = [
  [/^KUBE-(?:KUBELET|IPTABLES-HINT)/, 'kubelet'],
  [/^KUBE-(?:HOSTPORTS|HP-)/, 'cni'],
  [/^KUBE-/, 'kube-proxy'],
  [/^CNI-|^CRIO-|^FLANNEL-|^AWS-|^ip-masq-agent/i, 'cni'],
  [/^DOCKER/, 'docker'],
  [/^cali-/, 'calico'],
  [/^(?:OLD_)?CILIUM_/, 'cilium'],
  [/^ISTIO_/, 'istio'],
];

const COMMENTS: readonly (readonly [RegExp, Owner])[] = [
  [/^cali:/, 'calico'],
  [/^cilium/i, 'cilium'],
  [/flanneld|^CNI |^(?:dnat )?name: "/, 'cni'],
  [/^kubernetes |^Kubernetes /, 'kube-proxy'],
];

export function ownerOfChain(chain: string): Owner | null {
  return CHAINS.find(([re]) => re.test(chain))?.[1] ?? null;
}

/** Owner of a rule: by its own chain, else by the chain it jumps to, else by its comment, else `other` (by hand). */
export function ownerOfRule(chain: string, target: string | null, comment: string | null): Owner {
  const byChain = ownerOfChain(chain) ?? (target === null ? null : ownerOfChain(target));
  if (byChain) return byChain;
  return COMMENTS.find(([re]) => comment !== null && re.test(comment))?.[1] ?? 'other';
}

/** Owner of a native nftables table, by the name that each component gives it. */
export function ownerOfNft(table: string): Owner {
  if (table === 'kube-proxy') return 'kube-proxy';
  if (/^cni_|^crio-|^flannel/.test(table)) return 'cni';
  if (/^docker/.test(table)) return 'docker';
  if (/^calico|^cali/.test(table)) return 'calico';
  return /^istio/.test(table) ? 'istio' : 'other';
}

/** How an owner is called in a sentence. */
export const OWNER_NAMES: Readonly<Record<Owner, string>> = {
  'kube-proxy': 'kube-proxy',
  cni: 'CNI',
  ipvs: 'IPVS',
  conntrack: 'conntrack',
  docker: 'Docker',
  calico: 'Calico',
  cilium: 'Cilium',
  istio: 'Istio',
  kubelet: 'kubelet',
  kernel: 'the kernel',
  other: 'a rule of unknown origin',
};
