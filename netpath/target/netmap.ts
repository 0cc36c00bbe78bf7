// -j NETMAP: maps a whole prefix onto another, host bits kept; destination in PREROUTING and OUTPUT, else source.
import { type Ip, parsePrefix } from '../../parsers/core/address.ts';
import type { NatAddress, TargetModule } from '../kernel/clause.ts';

const mask = (bits: number): number => (bits <= 0 ? 0 : bits >= 32 ? 0xffffffff : (0xffffffff << (32 - bits)) >>> 0);
const mapWord = (net: number, host: number, bits: number): number => ((net & mask(bits)) | (host & ~mask(bits))) >>> 0;

export const target: TargetModule = {
  target: 'NETMAP',
  compile(options) {
    const to = parsePrefix(options.find((o) => o.name === '--to')?.values[0] ?? '');
    if (!to) return '--to PREFIX expected';
    const map = (ip: Ip): Ip => ({
      family: ip.family,
      a: mapWord(to.ip.a, ip.a, to.length),
      b: mapWord(to.ip.b, ip.b, to.length - 32),
      c: mapWord(to.ip.c, ip.c, to.length - 64),
      d: mapWord(to.ip.d, ip.d, ip.family === 4 ? to.length : to.length - 96),
    });
    return (c) => {
      const destination = c.hook === 'PREROUTING' || c.hook === 'OUTPUT';
      const address: NatAddress = { ip: map(destination ? c.packet.dst : c.packet.src), port: null, randomPort: false };
      if (destination) return { kind: 'dnat', choices: [{ address }], summary: 'destination mapped' };
      return { kind: 'snat', address, summary: 'source mapped' };
    };
  },
};
