// `vethscope pods --json`, and the list of pods that our snapshots hold: what runtime, CNI results, /proc and API together said of each
// pod. A snapshot writes a pod a line, so that each can be cited; the command writes them as one.
import { type Ip, parseIp } from '../core/address.ts';
import type { DumpFile, DumpFormat } from './dump-format.ts';
import { Json } from './json-items.ts';
import { readJsonList } from './json-list.ts';

/** Line of each pod by its id, where a pod has a line of its own. */
function linesOf(file: DumpFile): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  for (const [i, line] of file.lines.entries()) {
    const id = /^\s*\{"id":"([^"\\]+)"/.exec(line)?.[1];
    if (id !== undefined) lines.set(id, i + 1);
  }
  return lines;
}

const ipsOf = (list: Json): Ip[] => list.array.flatMap((a) => parseIp(a.string ?? '') ?? []);
/** By the last part of its path, as CNI results name it; a namespace of a process has the name of its pod, as sections of pod-netns.txt. */
const netnsName = (path: string | null, id: string) =>
  path === null ? null : path.startsWith('/proc/') ? id : (path.split('/').at(-1) ?? null);

export const dumpFormat: DumpFormat = {
  name: 'vethscope-pods',
  command: 'vethscope pods --json',
  detect: (file) =>
    readJsonList.looksLike(
      file,
      (j) => j.has('pods') && (j.get('pods').array[0]?.has('foundBy') ?? (j.has('node') && j.has('sources'))),
    ),
  read(file, state, warn) {
    const lines = linesOf(file);
    for (const item of readJsonList(file, warn)) {
      const list = new Json(item.value);
      for (const pod of list.get('pods').array) {
        const id = pod.get('id').string ?? '';
        const name = pod.get('name').string;
        const line = lines.get(id);
        const source = line === undefined ? file.refAt(item.from, item.to) : file.ref(line);
        if (name === null || name === '') {
          warn('syntax', source, 'a pod without a name');
          continue;
        }
        const interfaces = pod.get('interfaces').array;
        const first = interfaces[0] ?? new Json(null);
        const more = interfaces.slice(1).flatMap((i) => ipsOf(i.get('addresses')));
        state.podFacts.push({
          from: 'list',
          namespace: pod.get('namespace').string,
          name,
          ips: [...ipsOf(pod.get('addresses')), ...more.filter((ip) => !isLinkLocal(ip))],
          node: pod.get('node').string,
          hostNetwork: pod.get('hostNetwork').boolean === true,
          netns: netnsName(pod.get('netns').string, id),
          hostInterface: first.get('hostInterface').string,
          podInterface: first.get('name').string,
          mac: first.get('mac').string,
          hostPorts: pod.get('hostPorts').array.flatMap((p) => {
            const [hostPort, containerPort] = [p.get('hostPort').number, p.get('containerPort').number];
            if (hostPort === null || containerPort === null) return [];
            const protocol = (p.get('protocol').string ?? 'tcp').toLowerCase();
            return [{ hostIp: p.get('hostIp').string, hostPort, containerPort, protocol }];
          }),
          containerId: null,
          phase: pod.get('state').string === 'finished' ? 'Succeeded' : null,
          source,
        });
      }
    }
  },
};

/** Every interface has one, and another node's may be the same. */
function isLinkLocal(ip: Ip): boolean {
  return ip.family === 6 && ip.a >>> 22 === 0x3fa;
}
