// One owner, one colour: which custom property and which word stand for whoever wrote a rule.
import type { Owner } from '../../api/pieces.ts';

interface OwnerLook {
  color: string;
  tint: string;
  label: string;
}

const look = (name: string, label: string): OwnerLook => ({
  color: `var(--${name})`,
  tint: `var(--${name}-tint)`,
  label,
});
const plain = (label: string): OwnerLook => ({ color: 'var(--muted)', tint: 'var(--raised)', label });

// Calico and Cilium are CNI plugins and share its colour; the word on the chip tells them apart.
const looks: Record<Owner, OwnerLook> = {
  'kube-proxy': look('kube-proxy', 'kube-proxy'),
  cni: look('cni', 'CNI'),
  ipvs: look('ipvs', 'IPVS'),
  conntrack: look('conntrack', 'conntrack'),
  calico: look('cni', 'Calico'),
  cilium: look('cni', 'Cilium'),
  docker: plain('Docker'),
  istio: plain('Istio'),
  kubelet: plain('kubelet'),
  kernel: plain('kernel'),
  other: plain('other'),
};

export const ownerLook = (owner: Owner | null | undefined): OwnerLook => (owner ? looks[owner] : plain(''));
