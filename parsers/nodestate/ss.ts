// `ss -lntupe --inet-sockopt`: listening sockets and the processes that hold them. `*:80` listens on both families, `0.0.0.0` and `[::]` on one.
//
// Surprise: `ss -lntup` is read as well, but says neither which sockets are transparent nor their marks. Options stand on a line of their own.
import { parseIp } from '../core/address.ts';
import type { DumpFormat } from './dump-format.ts';
import type { Listener } from './state.ts';

const LINE =
  /^(tcp|udp)\s+(LISTEN|UNCONN)\s+\d+\s+\d+\s+(\S+):(\d+|\*)\s+\S+(?:\s+users:\(\("([^"]*)"(?:,pid=(\d+))?)?/;

export const dumpFormat: DumpFormat = {
  name: 'ss',
  command: 'ss -lntupe --inet-sockopt',
  detect: (file) => /^Netid\s+State\s/m.test(file.head) || /^(?:tcp|udp)\s+(?:LISTEN|UNCONN)\s/m.test(file.head),
  read(file, state, warn) {
    state.host.listeners ??= [];
    const found = state.host.listeners;
    let last: Listener | null = null;
    for (let i = 0; i < file.lines.length; i++) {
      const line = file.lines[i] ?? '';
      if (line.trim() === '' || /^Netid\s/.test(line)) continue;
      const options = /^\s.*\binet-sockopt: \(([^)]*)\)/.exec(line)?.[1];
      if (options !== undefined) {
        if (last) found[found.length - 1] = { ...last, transparent: options.split(' ').includes('transparent') };
        continue;
      }
      last = null;
      const m = LINE.exec(line);
      if (!m?.[3] || m[4] === undefined) {
        if (/^(tcp|udp)\s/.test(line) && !/\b(LISTEN|UNCONN)\b/.test(line)) continue; // connections of `ss -a` are no listeners
        warn('unsupported', file.ref(i + 1), 'not a listening TCP or UDP socket: it was not used');
        continue;
      }
      const [host = '', device = null] = m[3].replace(/^\[(.*)\]/, '$1').split('%');
      const ip = host === '*' ? null : parseIp(host);
      const any = ip === null || (ip.a === 0 && ip.b === 0 && ip.c === 0 && ip.d === 0);
      // only -e prints inodes, and then a mark where there is one
      const detailed = / ino:\d+ /.test(line);
      const mark = / fwmark:(0x[0-9a-f]+)/.exec(line)?.[1];
      last = {
        protocol: m[1] === 'udp' ? 'udp' : 'tcp',
        address: any ? null : ip,
        family: host === '*' ? null : (ip?.family ?? null),
        device,
        port: m[4] === '*' ? 0 : Number(m[4]),
        process: m[5] ?? null,
        pid: m[6] === undefined ? null : Number(m[6]),
        transparent: null,
        mark: mark === undefined ? (detailed ? 0 : null) : Number(mark),
        cgroup: / cgroup:(\/\S*)/.exec(line)?.[1] ?? null,
        source: file.ref(i + 1),
      };
      found.push(last);
    }
  },
};
