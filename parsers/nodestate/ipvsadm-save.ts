// `ipvsadm -Sn`: virtual services and real servers as the options that would make them again.
import type { DumpFormat } from './dump-format.ts';
import { parseIpvsEndpoint, persistenceBits } from './ipvs-address.ts';
import type { IpvsRealServer, IpvsService } from './state.ts';

const PROTOCOLS: Readonly<Record<string, string>> = { '-t': 'tcp', '-u': 'udp', '--sctp-service': 'sctp', '-f': 'fwm' };
const FORWARD: Readonly<Record<string, IpvsRealServer['forward']>> = { '-m': 'masq', '-g': 'route', '-i': 'tunnel' };

export const dumpFormat: DumpFormat = {
  name: 'ipvsadm-save',
  command: 'ipvsadm -Sn',
  emptyName: /ipvsadm.*S/,
  detect: (file) => /^-A (?:-t|-u|-f|--sctp-service) \S+ -s \S+/m.test(file.head),
  read(file, state, warn) {
    const services: IpvsService[] = [];
    for (let i = 0; i < file.lines.length; i++) {
      const line = (file.lines[i] ?? '').trim();
      if (line === '') continue;
      const words = line.split(/\s+/);
      const ref = file.ref(i + 1);
      const protocol = PROTOCOLS[words[1] ?? ''];
      const where = words[2] ?? '';
      const endpoint = parseIpvsEndpoint(where);
      if (protocol === undefined || (protocol !== 'fwm' && !endpoint)) {
        warn(
          'syntax',
          ref,
          'a line of ipvsadm -Sn reads "-A -t ADDRESS:PORT -s SCHEDULER" or "-a -t ADDRESS:PORT -r SERVER:PORT …"',
        );
        continue;
      }
      const option = (name: string): string | null => {
        const k = words.indexOf(name, 3);
        return k < 0 ? null : (words[k + 1] ?? '');
      };
      if (words[0] === '-A') {
        const persistent = option('-p');
        const family = endpoint?.ip.family ?? (words.includes('-6', 3) ? 6 : 4);
        services.push({
          protocol,
          address: endpoint?.ip ?? null,
          port: endpoint?.port ?? 0,
          mark: protocol === 'fwm' ? Number(where) : null,
          family,
          scheduler: option('-s') ?? 'wlc',
          schedulerFlags: option('-b')?.split(',') ?? [],
          persistence: persistent === null ? null : Number(persistent) || 300,
          persistenceBits: persistenceBits(option('-M'), family),
          onePacket: words.includes('-o', 3),
          servers: [],
          source: ref,
        });
        continue;
      }
      const service = services.at(-1);
      const server = parseIpvsEndpoint(option('-r') ?? '');
      if (words[0] !== '-a' || !service || !server) {
        warn('syntax', ref, 'a real server ("-a") must follow its virtual service ("-A")');
        continue;
      }
      const forward =
        words
          .slice(3)
          .map((w) => FORWARD[w])
          .find((f) => f !== undefined) ?? 'route';
      service.servers.push({
        address: server.ip,
        port: server.port,
        forward,
        weight: Number(option('-w') ?? '1'),
        activeConnections: null,
        inactiveConnections: null,
        source: ref,
      });
    }
    // -Sn has the options, -Ln has the connection counts: whichever comes second must not lose the other's part.
    state.ipvsServices = mergeCounts(services, state.ipvsServices);
  },
};

function mergeCounts(services: IpvsService[], counted: readonly IpvsService[] | null): IpvsService[] {
  if (!counted) return services;
  const key = (s: IpvsService, r: IpvsRealServer) =>
    `${s.protocol} ${s.family} ${JSON.stringify(s.address)} ${s.port} ${s.mark} ${JSON.stringify(r.address)} ${r.port}`;
  const counts = new Map(counted.flatMap((s) => s.servers.map((r) => [key(s, r), r] as const)));
  return services.map((s) => ({
    ...s,
    servers: s.servers.map((r) => {
      const c = counts.get(key(s, r));
      return c ? { ...r, activeConnections: c.activeConnections, inactiveConnections: c.inactiveConnections } : r;
    }),
  }));
}
