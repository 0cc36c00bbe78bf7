// `iptables -V`: the backend of the iptables command.
import type { DumpFormat } from './dump-format.ts';

export const dumpFormat: DumpFormat = {
  name: 'iptables-version',
  command: 'iptables -V',
  detect: (file) => /^ip6?tables v\d/.test(file.head),
  read(file, state) {
    state.iptablesBackend = /\(nf_tables\)/.test(file.text) ? 'nf_tables' : 'legacy';
  },
};
