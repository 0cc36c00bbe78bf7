// A plain list of pods: `NETNS HOST-INTERFACE ADDRESS/PREFIX NAME`, one a line.
import { parsePrefix } from '../core/address.ts';
import type { DumpFormat } from './dump-format.ts';

const LINE = /^(\S+)\s+(\S+)\s+([0-9A-Fa-f.:]+\/\d+)\s+(\S+)\s*$/;

export const dumpFormat: DumpFormat = {
  name: 'pod-list',
  command: 'vethscope pods',
  detect: (file) => {
    const first = file.lines.find((l) => l.trim() !== '') ?? '';
    const m = LINE.exec(first);
    return m?.[3] !== undefined && parsePrefix(m[3]) !== null;
  },
  read(file, state, warn) {
    for (let i = 0; i < file.lines.length; i++) {
      const line = file.lines[i] ?? '';
      if (line.trim() === '') continue;
      const m = LINE.exec(line);
      const address = m?.[3] === undefined ? null : parsePrefix(m[3]);
      if (m?.[1] === undefined || m[2] === undefined || m[4] === undefined || !address) {
        warn('syntax', file.ref(i + 1), 'a line reads "NETNS HOST-INTERFACE ADDRESS/PREFIX NAME"');
        continue;
      }
      state.podFacts.push({
        from: 'list',
        namespace: null,
        name: m[4],
        ips: [address.ip],
        node: null,
        hostNetwork: false,
        netns: m[1],
        hostInterface: m[2],
        podInterface: null,
        mac: null,
        hostPorts: [],
        containerId: null,
        phase: null,
        source: file.ref(i + 1),
      });
    }
  },
};
