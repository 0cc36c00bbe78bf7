// -j HMARK: a mark made of a hash over addresses, ports and protocol (xt_HMARK.c), the same in both directions.
//
// Surprise: what is not masked in counts as zero, so that a rule may hash one address only.
import type { Ip } from '../../parsers/core/address.ts';
import { hasPorts } from '../../parsers/core/protocol-numbers.ts';
import type { Context, TargetModule } from '../kernel/clause.ts';
import { jhash } from '../kernel/jhash.ts';
import { integer } from '../kernel/option-values.ts';

const words = (ip: Ip): readonly number[] => (ip.family === 4 ? [ip.d] : [ip.a, ip.b, ip.c, ip.d]);

/** The masked address as one word: the words of IPv6 are added up without carry. */
function masked(ip: Ip, length: number): number {
  return words(ip).reduce((sum, word, i) => {
    const bits = Math.max(0, Math.min(32, length - i * 32));
    const mask = bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
    return (sum ^ (word & mask)) >>> 0;
  }, 0);
}

const littleEndian = (n: number): number[] => [n & 0xff, (n >>> 8) & 0xff, (n >>> 16) & 0xff, n >>> 24];

/** Addresses and ports that are hashed: the packet's, or those of its connection's two senders; null without a connection. */
function ends(c: Context, ofConnection: boolean): { src: Ip; dst: Ip; sport: number; dport: number } | null {
  const { packet: p, connection: ct } = c;
  if (!ofConnection) return { src: p.src, dst: p.dst, sport: p.sport ?? 0, dport: p.dport ?? 0 };
  if (!ct.attached) return null;
  const other = ct.dnat ?? { ip: ct.original.dst, port: ct.original.dport };
  return { src: ct.original.src, dst: other.ip, sport: ct.original.sport ?? 0, dport: other.port ?? 0 };
}

export const target: TargetModule = {
  target: 'HMARK',
  compile(options) {
    const text = (name: string) => options.find((o) => o.name === name)?.values[0];
    const number = (name: string, otherwise: number) => {
      const given = text(name);
      return given === undefined ? otherwise : integer(given);
    };
    const tuple = new Set((text('--hmark-tuple') ?? '').split(','));
    const of = (part: string, name: string, all: number) => number(name, tuple.has(part) ? all : 0);
    const src = of('src', '--hmark-src-prefix', 128);
    const dst = of('dst', '--hmark-dst-prefix', 128);
    const spi = of('spi', '--hmark-spi-mask', 0xffffffff);
    const sportMask = of('sport', '--hmark-sport-mask', 0xffff);
    const dportMask = of('dport', '--hmark-dport-mask', 0xffff);
    const protocolMask = of('proto', '--hmark-proto-mask', 0xffff);
    const [sportSet, dportSet, spiSet] = [
      number('--hmark-sport', 0),
      number('--hmark-dport', 0),
      number('--hmark-spi', 0),
    ];
    const [mod, rnd, offset] = [number('--hmark-mod', 0), number('--hmark-rnd', 0), number('--hmark-offset', 0)];
    if (mod === null || mod === 0) return '--hmark-mod is missing';
    if (src === null || dst === null || spi === null || sportMask === null || dportMask === null)
      return 'a mask is not understood';
    if (protocolMask === null || sportSet === null || dportSet === null || spiSet === null)
      return 'a value is not understood';
    if (rnd === null || offset === null) return '--hmark-rnd or --hmark-offset is not understood';
    const portMask = ((((sportMask << 16) | dportMask) >>> 0) | spi) >>> 0;
    const portSet = ((((sportSet << 16) | dportSet) >>> 0) | spiSet) >>> 0;
    return (c) => {
      const p = c.packet;
      const found = ends(c, tuple.has('ct'));
      if (found === null) return { kind: 'continue', summary: null };
      const { protocol } = p;
      let ports = 0;
      if (protocol === 50 || protocol === 51) {
        if (portMask !== 0)
          return { kind: 'unknown', why: 'which mark HMARK makes of an SPI', settle: 'a capture of the packet' };
      } else if (hasPorts(protocol)) {
        const both = (((((found.sport << 16) | found.dport) >>> 0) & portMask) | portSet) >>> 0;
        const [one, other] = [both >>> 16, both & 0xffff];
        ports = ((Math.max(one, other) << 16) | Math.min(one, other)) >>> 0;
      }
      const a = masked(found.src, src);
      const b = masked(found.dst, dst);
      const key = [Math.min(a, b), Math.max(a, b), ports].flatMap(littleEndian);
      const hash = (jhash(key, rnd) ^ (protocol & protocolMask)) >>> 0;
      const before = p.mark;
      p.mark = (Math.floor((hash * mod) / 2 ** 32) + offset) >>> 0;
      return { kind: 'continue', summary: `mark 0x${before.toString(16)} → 0x${p.mark.toString(16)}` };
    };
  },
};
