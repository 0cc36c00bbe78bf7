// What the list says about pods: which of them are asked for, where they come from, which ports they take. Pure.
import type { Pod, PodList, PodSource } from '../../api/live.ts';
import type { Finding } from '../../api/pieces.ts';
import { plural } from '../ui/quantities.ts';

export const sourceNames: Record<PodSource, string> = {
  cri: 'the container runtime',
  cni: 'CNI results',
  proc: 'processes',
  kubernetes: 'the API',
  netns: 'named network namespaces',
  docker: 'Docker',
};

const portNames = { kubernetes: 'API', cni: 'CNI', rules: 'rules' } as const;

/** Every word is somewhere in what the row or its details show. */
export function matchingPods(
  pods: readonly Pod[],
  search: string,
  namespace: string | null,
  hostPortsOnly: boolean,
): Pod[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return pods.filter((pod) => {
    if (namespace !== null && pod.namespace !== namespace) return false;
    if (hostPortsOnly && pod.hostPorts.length === 0) return false;
    const text = [
      pod.id,
      ...pod.addresses,
      pod.node ?? '',
      pod.state,
      ...pod.interfaces.flatMap(({ name, hostInterface, bridge, mac }) => [
        name,
        hostInterface ?? '',
        bridge ?? '',
        mac ?? '',
      ]),
      ...pod.hostPorts.map(({ hostPort, containerPort, protocol }) => `${hostPort} ${containerPort} ${protocol}`),
    ]
      .join(' ')
      .toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

export const namespacesOf = (pods: readonly Pod[]): string[] =>
  [...new Set(pods.map(({ namespace }) => namespace))].sort();

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** `8 pods · from the container runtime, checked against the API`. */
export function sourcesText({ pods, sources }: PodList): string {
  const [first, ...others] = sources.filter(({ ok }) => ok).map(({ source }) => sourceNames[source]);
  const count = plural(pods.length, 'pod');
  if (first === undefined) return `${count} · no source answered`;
  return `${count} · from ${first}${others.length === 0 ? '' : `, checked against ${listed(others)}`}`;
}

export type HostPort = Pod['hostPorts'][number];

export function hostPortText({ hostIp, hostPort, containerPort, protocol }: HostPort, hostNetwork: boolean): string {
  const outer = hostIp === null ? String(hostPort) : `${hostIp}:${hostPort}`;
  return hostNetwork ? `${outer} ${protocol} (listens)` : `${outer} → ${containerPort} ${protocol}`;
}

export const knownByText = ({ from }: HostPort) =>
  from.length === 0 ? 'nobody says' : from.map((name) => portNames[name]).join(', ');

export interface Conflict {
  text: string;
  finding: Finding;
}

/** What the hostPorts of this pod take from others, as the lint of the rules found it. */
export function conflictsOf(pod: Pick<Pod, 'id'>, findings: readonly Finding[]): Conflict[] {
  const marker = ` of ${pod.id} takes `;
  return findings.flatMap((finding) => {
    const at = finding.title.indexOf(marker);
    if (at < 0) return [];
    const what = finding.title.slice(at + marker.length);
    const nodePort = what.startsWith('the node port of ');
    const whose = what.replace(/^the node port of /, '').replace(/^the (virtual service|service|process) /, '');
    return [{ text: `takes ${nodePort ? 'node port' : 'port'} of ${whose}`, finding }];
  });
}
