// What ipvsadm prints where the kernel has no IPVS: an answer too, "there are no virtual services".
import type { DumpFormat } from './dump-format.ts';

export const dumpFormat: DumpFormat = {
  name: 'no-ipvs',
  command: 'ipvsadm -Sn',
  detect: (file) => /^Can't initialize ipvs: /m.test(file.head),
  read(_file, state) {
    state.ipvsServices ??= [];
    state.ipvsConnections ??= [];
  },
};
