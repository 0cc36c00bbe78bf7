// The address that a dnat, snat, masquerade or redirect statement gives: a literal, a look-up in a map, or the kernel's own choice.
import { type Ip, ipText, ipv4, parseIp, parsePrefix } from '../../parsers/core/address.ts';
import type { NftExpr, NftStatement } from '../../parsers/nodestate/nft-syntax.ts';
import type { Context, NatAddress } from './clause.ts';
import { natChoices } from './nat-address.ts';
import { evaluateAll, lookUp, type NftScope } from './nft-expression.ts';

export type NatOutcome =
  | { readonly kind: 'nat'; readonly type: 'dnat' | 'snat'; readonly address: NatAddress }
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown'; readonly why: string; readonly settle: string };

type Nat = NftStatement & { kind: 'nat' };
const unknownNat = (why: string, settle: string): NatOutcome => ({ kind: 'unknown', why, settle });

/** A map gives an address, a port, or both. */
function mapped(e: NftExpr & { kind: 'map' }, c: Context, scope: NftScope): NftExpr | NatOutcome {
  const values = evaluateAll(e.key, c, scope);
  if (values === null) return { kind: 'none' };

  const element = lookUp(e.data, values, scope, c.world);
  if (element === null) return { kind: 'none' };
  if ('unknown' in element) return unknownNat(element.unknown, element.settle);
  return element.value ?? unknownNat('what the map holds', 'nft list ruleset');
}

/** `dnat to 10.0.0.0/30` is a range of addresses. */
function rangeOf(e: NftExpr & { kind: 'prefix' }): string | null {
  const p = parsePrefix(`${e.address}/${e.length}`);
  if (p?.ip.family !== 4) return null;
  const size = 2 ** (32 - p.length);
  const first = Math.floor(p.ip.d / size) * size;
  return size === 1 ? ipText(p.ip) : `${ipText(ipv4(first))}-${ipText(ipv4(first + size - 1))}`;
}

const textOf = (e: NftExpr | null): string | null => {
  if (!e) return '';
  if (e.kind === 'value') return e.text;
  if (e.kind === 'range') return `${e.from}-${e.to}`;
  return e.kind === 'prefix' ? rangeOf(e) : null;
};

function masquerade(s: Nat, c: Context): NatOutcome {
  const device = c.packet.outIf;
  if (device === null) return unknownNat('by which device the packet leaves', 'ip -j route show table all');
  const route = c.node.fib.lookup({
    dst: c.packet.dst,
    src: null,
    mark: c.packet.mark,
    iif: null,
    oif: device,
    protocol: c.packet.protocol,
    sport: null,
    dport: null,
  });
  const near = route.kind === 'route' ? (route.result.via ?? c.packet.dst) : c.packet.dst;
  const address = c.node.fib.masqueradeOf(device, c.packet.dst, near);
  if (!address) return unknownNat(`which address ${device} has`, 'ip -j addr');
  return {
    kind: 'nat',
    type: 'snat',
    address: { ip: address.ip, port: null, randomPort: s.flags.length > 0 || s.port !== null },
  };
}

/** A literal, or what a map has for the packet. */
function resolved(e: NftExpr | null, c: Context, scope: NftScope): NftExpr | null | NatOutcome {
  return e?.kind === 'map' ? mapped(e, c, scope) : e;
}

const isOutcome = (x: NftExpr | null | NatOutcome): x is NatOutcome =>
  x !== null && (x.kind === 'none' || x.kind === 'unknown' || x.kind === 'nat');

function redirect(s: Nat, c: Context, scope: NftScope): NatOutcome {
  const loopback: Ip | null = c.packet.family === 4 ? ipv4(0x7f000001) : parseIp('::1');
  const port = resolved(s.port ?? s.address, c, scope);
  if (isOutcome(port)) return port;
  const ip =
    c.hook === 'OUTPUT'
      ? loopback
      : c.packet.inIf === null
        ? null
        : (c.node.fib.addressOf(c.packet.inIf, null, c.packet.family)?.ip ?? null);
  if (!ip) return unknownNat(`which address ${c.packet.inIf ?? 'the device'} has`, 'ip -j addr');
  return chosen(s, { ip: ipText(ip), port: textOf(port), family: ip.family }, 'dnat', c);
}

/** Of `dnat prefix to`: the packet's own address with the network of another. */
function inNetwork(prefix: NftExpr & { kind: 'prefix' }, s: Nat, c: Context): NatOutcome {
  const to = parsePrefix(`${prefix.address}/${prefix.length}`);
  const own = s.type === 'dnat' ? c.packet.dst : c.packet.src;
  if (!to || to.ip.family !== own.family) return unknownNat('which network the rule gives', 'support for it');
  const first = own.family === 4 ? 96 : 0;
  const word = (i: number, network: number, host: number): number => {
    const bits = Math.max(0, Math.min(32, to.length + first - i * 32));
    const mask = bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
    return ((network & mask) | (host & ~mask)) >>> 0;
  };
  const ip: Ip = {
    family: own.family,
    a: own.family === 4 ? 0 : word(0, to.ip.a, own.a),
    b: own.family === 4 ? 0 : word(1, to.ip.b, own.b),
    c: own.family === 4 ? 0 : word(2, to.ip.c, own.c),
    d: word(3, to.ip.d, own.d),
  };
  const type = s.type === 'dnat' ? 'dnat' : 'snat';
  return { kind: 'nat', type, address: { ip, port: null, randomPort: false } };
}

export function natAddress(s: Nat, c: Context, scope: NftScope): NatOutcome {
  if (s.type === 'masquerade') return masquerade(s, c);
  if (s.type === 'redirect') return redirect(s, c, scope);
  const given = resolved(s.address, c, scope);
  if (isOutcome(given)) return given;
  const ofPort = resolved(s.port, c, scope);
  if (isOutcome(ofPort)) return ofPort;
  // a map may give both
  const [address = null, port = ofPort] = given?.kind === 'concat' ? given.items : [given];
  if (address?.kind === 'prefix' && s.flags.includes('netmap')) return inNetwork(address, s, c);
  return chosen(s, { ip: textOf(address), port: textOf(port), family: c.packet.family }, s.type, c);
}

function chosen(
  s: Nat,
  to: { readonly ip: string | null; readonly port: string | null; readonly family: 4 | 6 },
  type: 'dnat' | 'snat',
  c: Context,
): NatOutcome {
  if (to.ip === null || to.port === null) return unknownNat('which address the rule gives', 'support for it');
  const ip = to.ip.includes(':') ? `[${to.ip}]` : to.ip;
  const choices = natChoices(
    to.port === '' ? ip : `${ip}:${to.port}`,
    s.flags.includes('random') || s.flags.includes('fully-random'),
  );
  if (!choices) return unknownNat(`which address of ${to.ip} the kernel takes`, 'conntrack -L');
  const index =
    choices.length === 1
      ? 0
      : c.world.decide({
          source: null,
          why: 'NAT to a range picks one address a client; conntrack tells which.',
          choices: choices.map(() => ({ assumed: 'one address of the range', probability: null })),
        });
  const choice = choices[index];
  return choice ? { kind: 'nat', type, address: choice } : { kind: 'none' };
}
