// libcni's result cache, /var/lib/cni/results/NETWORK-CONTAINER-IFNAME: which pod has which veth, addresses and hostPorts.
// Old caches hold the bare result without pod names; then only addresses and interfaces are known.
import { parsePrefix } from '../core/address.ts';
import type { DumpFormat } from './dump-format.ts';
import { Json } from './json-items.ts';
import { readJsonList } from './json-list.ts';

export const dumpFormat: DumpFormat = {
  name: 'cni-result',
  command: 'cp -r /var/lib/cni/results .',
  detect: (file) =>
    readJsonList.looksLike(file, (j) => j.get('kind').string === 'cniCacheV1' || (j.has('cniVersion') && j.has('ips'))),
  read(file, state, warn) {
    for (const item of readJsonList(file, warn)) {
      const j = new Json(item.value);
      const result = j.has('result') ? j.get('result') : j;
      if (j.get('ifName').string === 'lo') continue; // the loopback plugin's result
      const args = new Map(
        j.get('cniArgs').array.map((pair) => [pair.array[0]?.string ?? '', pair.array[1]?.string ?? '']),
      );
      const interfaces = result.get('interfaces').array;
      const inPod = interfaces.find((x) => (x.get('sandbox').string ?? '') !== '');
      // The host side of the veth is the interface outside the sandbox that is no bridge: the last before the pod's. Chained plugins
      // append theirs behind it (bandwidth its IFB device).
      const isOutside = (x: Json) => (x.get('sandbox').string ?? '') === '';
      const first = interfaces.findIndex((x) => !isOutside(x));
      const hostSide = (first < 0 ? interfaces : interfaces.slice(0, first)).filter(isOutside).at(-1);
      const containerId = j.get('containerId').string;
      const source = file.refAt(item.from, item.to);
      const name = args.get('K8S_POD_NAME');
      if (name === undefined && containerId === null)
        warn('unsupported', source, 'an old CNI cache without pod name or container id');
      state.podFacts.push({
        from: 'cni',
        namespace: args.get('K8S_POD_NAMESPACE') ?? null,
        name: name ?? containerId ?? file.path,
        ips: result.get('ips').array.flatMap((a) => {
          const p = parsePrefix(a.get('address').string ?? '');
          return p ? [p.ip] : [];
        }),
        node: null,
        hostNetwork: false,
        netns: inPod?.get('sandbox').string?.split('/').at(-1) ?? null,
        hostInterface: hostSide?.get('name').string ?? null,
        podInterface: inPod?.get('name').string ?? j.get('ifName').string,
        mac: inPod?.get('mac').string?.toLowerCase() ?? null,
        hostPorts: j
          .get('capabilityArgs')
          .get('portMappings')
          .array.flatMap((p) => {
            // containerd (go-cni) writes these names with a capital, CRI-O and the specification without.
            const either = (small: string, capital: string) => (p.has(small) ? p.get(small) : p.get(capital));
            const hostPort = either('hostPort', 'HostPort').number;
            const containerPort = either('containerPort', 'ContainerPort').number;
            if (hostPort === null || containerPort === null || hostPort === 0) return [];
            return [
              {
                hostIp: either('hostIP', 'HostIP').string || null,
                hostPort,
                containerPort,
                protocol: (either('protocol', 'Protocol').string ?? 'tcp').toLowerCase(),
              },
            ];
          }),
        containerId,
        phase: null,
        source,
      });
    }
  },
};
