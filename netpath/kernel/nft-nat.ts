// The address that a dnat, snat, masquerade or redirect statement gives: a literal, a look-up in a map, or the kernel's own choice.
import { type Ip, ipv4, parseIp } from '../../parsers/core/address.ts';
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

  const element = lookUp(e.data, values, scope);
  if (element === null) return { kind: 'none' };
  if ('unknown' in element) return unknownNat(element.unknown, element.settle);
  return element.value ?? unknownNat('what the map holds', 'nft list ruleset');
}

const textOf = (e: NftExpr | null): string | null => {
  if (!e) return '';
  if (e.kind === 'value') return e.text;
  return e.kind === 'range' ? `${e.from}-${e.to}` : null;
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

function redirect(s: Nat, c: Context): NatOutcome {
  const loopback: Ip | null = c.packet.family === 4 ? ipv4(0x7f000001) : parseIp('::1');
  const ip =
    c.hook === 'OUTPUT'
      ? loopback
      : c.packet.inIf === null
        ? null
        : (c.node.fib.addressOf(c.packet.inIf, null, c.packet.family)?.ip ?? null);
  if (!ip) return unknownNat(`which address ${c.packet.inIf ?? 'the device'} has`, 'ip -j addr');
  const port = textOf(s.port ?? s.address);
  return { kind: 'nat', type: 'dnat', address: { ip, port: port ? Number(port) : null, randomPort: false } };
}

export function natAddress(s: Nat, c: Context, scope: NftScope): NatOutcome {
  if (s.type === 'masquerade') return masquerade(s, c);
  if (s.type === 'redirect') return redirect(s, c);
  let address = s.address;
  let port = s.port;
  if (address?.kind === 'map') {
    const m = mapped(address, c, scope);
    if (m.kind === 'none' || m.kind === 'unknown' || m.kind === 'nat') return m;
    if (m.kind === 'concat') [address = null, port = null] = m.items;
    else address = m;
  }
  if (port?.kind === 'map') {
    const m = mapped(port, c, scope);
    if (m.kind === 'none' || m.kind === 'unknown' || m.kind === 'nat') return m;
    port = m;
  }
  const ipPart = textOf(address);
  const portPart = textOf(port);
  if (ipPart === null || portPart === null) return unknownNat('which address the rule gives', 'support for it');
  const ip = ipPart.includes(':') ? `[${ipPart}]` : ipPart;
  const choices = natChoices(
    portPart === '' ? ip : `${ip}:${portPart}`,
    s.flags.includes('random') || s.flags.includes('fully-random'),
  );
  if (!choices) return unknownNat(`which address of ${ipPart} the kernel takes`, 'conntrack -L');
  const index =
    choices.length === 1
      ? 0
      : c.world.decide({
          source: null,
          why: 'NAT to a range picks one address a client; conntrack tells which.',
          choices: choices.map(() => ({ assumed: 'one address of the range', probability: null })),
        });
  const chosen = choices[index];
  return chosen ? { kind: 'nat', type: s.type, address: chosen } : { kind: 'none' };
}
