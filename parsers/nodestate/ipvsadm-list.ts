// `ipvsadm -Ln` (services, real servers, connection counts) and `ipvsadm -Ln --stats` / `--rate` (counters): one table layout
// whose header line says which columns follow.
import type { DumpFormat } from './dump-format.ts';
import { parseIpvsEndpoint, persistenceBits } from './ipvs-address.ts';
import type { IpvsRealServer, IpvsService } from './state.ts';

const FORWARD: Readonly<Record<string, IpvsRealServer['forward']>> = {
  Masq: 'masq',
  Route: 'route',
  Local: 'route',
  Tunnel: 'tunnel',
};

/** ipvsadm shortens large counters: 12K, 3M, 1G. */
function counter(text: string | undefined): number {
  const m = /^(\d+)([KMGT]?)$/.exec(text ?? '');
  if (!m) return 0;
  const scale = { '': 1, K: 1e3, M: 1e6, G: 1e9, T: 1e12 }[m[2] ?? ''] ?? 1;
  return Number(m[1]) * scale;
}

export const dumpFormat: DumpFormat = {
  name: 'ipvsadm-list',
  command: 'ipvsadm -Ln',
  emptyName: /ipvsadm.*Ln(?!c)/,
  detect: (file) => /^IP Virtual Server version/m.test(file.head) || /^Prot LocalAddress:Port/m.test(file.head),
  read(file, state, warn) {
    const withStats = /^Prot LocalAddress:Port\s+(?:Conns|CPS)\b/m.test(file.text);
    const services: IpvsService[] = [];
    if (withStats) state.ipvsStats ??= [];
    for (let i = 0; i < file.lines.length; i++) {
      const line = file.lines[i] ?? '';
      if (line.trim() === '' || /^(?:IP Virtual Server|Prot |\s+-> RemoteAddress)/.test(line)) continue;
      const words = line.trim().split(/\s+/);
      const ref = file.ref(i + 1);
      if (/^(TCP|UDP|SCTP|FWM)\s/.test(line)) {
        const protocol = (words[0] ?? '').toLowerCase();
        const where = words[1] ?? '';
        const endpoint = parseIpvsEndpoint(where);
        if (!endpoint && protocol !== 'fwm') {
          warn('syntax', ref, `"${where}" is no ADDRESS:PORT: run ipvsadm with -n`);
          continue;
        }
        if (withStats) {
          state.ipvsStats?.push({
            protocol,
            address: where,
            connections: counter(words[2]),
            inPackets: counter(words[3]),
            source: ref,
          });
          continue;
        }
        // `FWM  7 IPv6 rr`
        const family = endpoint?.ip.family ?? (words[2] === 'IPv6' ? 6 : 4);
        if (!endpoint && words[2] === 'IPv6') words.splice(2, 1);
        const after = (word: string): string | null => {
          const k = words.indexOf(word, 3);
          return k < 0 ? null : (words[k + 1] ?? '');
        };
        const persistent = after('persistent');
        services.push({
          protocol,
          address: endpoint?.ip ?? null,
          port: endpoint?.port ?? 0,
          mark: protocol === 'fwm' ? Number(where) : null,
          family,
          scheduler: words[2] ?? 'wlc',
          // `sh (sh-fallback,sh-port)`
          schedulerFlags: /^\((.+)\)$/.exec(words[3] ?? '')?.[1]?.split(',') ?? [],
          persistence: persistent === null ? null : Number(persistent) || 300,
          persistenceBits: persistenceBits(after('mask'), family),
          onePacket: words.includes('ops', 3),
          servers: [],
          source: ref,
        });
      } else if (words[0] === '->') {
        if (withStats) continue;
        const server = parseIpvsEndpoint(words[1] ?? '');
        const service = services.at(-1);
        if (!server || !service) {
          warn(
            'syntax',
            ref,
            'a real server line reads "-> ADDRESS:PORT FORWARD WEIGHT ACTIVE INACTIVE" and follows its service',
          );
          continue;
        }
        service.servers.push({
          address: server.ip,
          port: server.port,
          forward: FORWARD[words[2] ?? ''] ?? 'masq',
          weight: Number(words[3] ?? '1'),
          activeConnections: counter(words[4]),
          inactiveConnections: counter(words[5]),
          source: ref,
        });
      } else warn('syntax', ref, 'not a line of ipvsadm -Ln');
    }
    if (withStats) return;
    const known = state.ipvsServices;
    if (!known) state.ipvsServices = services;
    else {
      for (const s of known) {
        const counted = services.find(
          (c) =>
            c.protocol === s.protocol &&
            c.port === s.port &&
            c.mark === s.mark &&
            c.family === s.family &&
            JSON.stringify(c.address) === JSON.stringify(s.address),
        );
        s.servers.splice(0, s.servers.length, ...s.servers.map((r) => withCounts(r, counted)));
      }
    }
  },
};

function withCounts(server: IpvsRealServer, counted: IpvsService | undefined): IpvsRealServer {
  const c = counted?.servers.find(
    (r) => r.port === server.port && JSON.stringify(r.address) === JSON.stringify(server.address),
  );
  return c ? { ...server, activeConnections: c.activeConnections, inactiveConnections: c.inactiveConnections } : server;
}
