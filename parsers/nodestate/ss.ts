// `ss -lntup`: listening sockets and the processes that hold them. `*:80` listens on both families, `0.0.0.0` and `[::]` on one.
import { parseIp } from '../core/address.ts';
import type { DumpFormat } from './dump-format.ts';

const LINE =
  /^(tcp|udp)\s+(LISTEN|UNCONN)\s+\d+\s+\d+\s+(\S+):(\d+|\*)\s+\S+(?:\s+users:\(\("([^"]*)"(?:,pid=(\d+))?)?/;

export const dumpFormat: DumpFormat = {
  name: 'ss',
  command: 'ss -lntup',
  detect: (file) => /^Netid\s+State\s/m.test(file.head) || /^(?:tcp|udp)\s+(?:LISTEN|UNCONN)\s/m.test(file.head),
  read(file, state, warn) {
    state.host.listeners ??= [];
    for (let i = 0; i < file.lines.length; i++) {
      const line = file.lines[i] ?? '';
      if (line.trim() === '' || /^Netid\s/.test(line)) continue;
      const m = LINE.exec(line);
      if (!m?.[3] || m[4] === undefined) {
        if (/^(tcp|udp)\s/.test(line) && !/\b(LISTEN|UNCONN)\b/.test(line)) continue; // connections of `ss -a` are no listeners
        warn('unsupported', file.ref(i + 1), 'not a listening TCP or UDP socket: it was not used');
        continue;
      }
      const [host = '', device = null] = m[3].replace(/^\[(.*)\]/, '$1').split('%');
      const ip = host === '*' ? null : parseIp(host);
      const any = ip === null || (ip.a === 0 && ip.b === 0 && ip.c === 0 && ip.d === 0);
      state.host.listeners.push({
        protocol: m[1] === 'udp' ? 'udp' : 'tcp',
        address: any ? null : ip,
        family: host === '*' ? null : (ip?.family ?? null),
        device,
        port: m[4] === '*' ? 0 : Number(m[4]),
        process: m[5] ?? null,
        pid: m[6] === undefined ? null : Number(m[6]),
        source: file.ref(i + 1),
      });
    }
  },
};
