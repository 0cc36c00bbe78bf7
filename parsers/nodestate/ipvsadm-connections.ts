// `ipvsadm -Lnc`: the IPVS connection table. A client port of 0 is a persistence template, not a connection.
import type { DumpFormat } from './dump-format.ts';
import { parseIpvsEndpoint } from './ipvs-address.ts';

export const dumpFormat: DumpFormat = {
  name: 'ipvsadm-connections',
  command: 'ipvsadm -Lnc',
  emptyName: /ipvsadm.*Lnc/,
  detect: (file) => /^IPVS connection entries/m.test(file.head),
  read(file, state, warn) {
    state.ipvsConnections ??= [];
    for (let i = 0; i < file.lines.length; i++) {
      const line = (file.lines[i] ?? '').trim();
      if (line === '' || /^(?:IPVS connection|pro\s)/.test(line)) continue;
      const words = line.split(/\s+/);
      const client = parseIpvsEndpoint(words[3] ?? '');
      const virtual = parseIpvsEndpoint(words[4] ?? '');
      const real = parseIpvsEndpoint(words[5] ?? '');
      if (!client || !virtual || !real) {
        warn(
          'syntax',
          file.ref(i + 1),
          'a line of ipvsadm -Lnc reads "PROTO EXPIRE STATE CLIENT:PORT VIRTUAL:PORT REAL:PORT"',
        );
        continue;
      }
      state.ipvsConnections.push({
        protocol: (words[0] ?? '').toLowerCase(),
        state: words[2] ?? '',
        client: client.ip,
        clientPort: client.port,
        virtual: virtual.ip,
        virtualPort: virtual.port,
        real: real.ip,
        realPort: real.port,
        source: file.ref(i + 1),
      });
    }
  },
};
