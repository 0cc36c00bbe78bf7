// Network prefix translation of IPv6 (RFC 6296, ip6t_NPT.c): another prefix, without a connection, and a word behind it changed so that
// checksums stay as they are.
import { type Ip, type Prefix, parsePrefix } from '../../parsers/core/address.ts';
import type { RuleOption } from '../../parsers/nodestate/state.ts';
import type { Context, Effect, TargetModule } from './clause.ts';

const wordsOf = (ip: Ip): number[] => [ip.a, ip.b, ip.c, ip.d].flatMap((w) => [w >>> 16, w & 0xffff]);

function ipOf(words: readonly number[]): Ip {
  const at = (i: number) => (((words[i] ?? 0) << 16) | (words[i + 1] ?? 0)) >>> 0;
  return { family: 6, a: at(0), b: at(2), c: at(4), d: at(6) };
}

/** Sum with the carry added again (one's complement). */
const add = (a: number, b: number): number => {
  const sum = a + b;
  return (sum & 0xffff) + (sum >>> 16);
};
const sumOf = (ip: Ip): number => wordsOf(ip).reduce(add, 0);

const maskedIp = ({ ip, length }: Prefix): Ip => ipOf(wordsOf(ip).map((w, i) => w & maskOf(length - i * 16)));
const maskOf = (bits: number): number => (bits <= 0 ? 0 : bits >= 16 ? 0xffff : (0xffff << (16 - bits)) & 0xffff);

/** The address with the other prefix; null where there is no word that could take the difference. */
export function translated(ip: Ip, from: Prefix, to: Prefix): Ip | null {
  const length = Math.max(from.length, to.length);
  const network = wordsOf(maskedIp(to));
  const words = wordsOf(ip).map((w, i) => {
    const mask = maskOf(length - i * 16);
    return (w & ~mask & 0xffff) | ((network[i] ?? 0) & mask);
  });
  const at = length <= 48 ? 3 : [4, 5, 6, 7].find((i) => words[i] !== 0xffff);
  if (at === undefined) return null;
  const difference = add(sumOf(maskedIp(from)), ~sumOf(maskedIp(to)) & 0xffff);
  const sum = add(words[at] ?? 0, difference);
  words[at] = sum === 0xffff ? 0 : sum;
  return ipOf(words);
}

export function nptTarget(name: string, what: 'src' | 'dst'): TargetModule {
  return {
    target: name,
    compile(options: readonly RuleOption[]) {
      const prefix = (option: string) => parsePrefix(options.find((o) => o.name === option)?.values[0] ?? '');
      const from = prefix('--src-pfx');
      const to = prefix('--dst-pfx');
      if (from?.ip.family !== 6 || to?.ip.family !== 6 || from.length > 64 || to.length > 64)
        return '--src-pfx or --dst-pfx is not understood';
      return ({ packet: p }: Context): Effect => {
        const ip = translated(p[what], from, to);
        if (ip === null)
          return { kind: 'verdict', verdict: 'DROP', rejected: null, summary: `${name} cannot translate this address` };
        p[what] = ip;
        return {
          kind: 'continue',
          summary: `${what === 'src' ? 'source' : 'destination'} translated, without a connection`,
        };
      };
    },
  };
}
