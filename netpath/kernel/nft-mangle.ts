// `… set …`: what nftables rules write, into the packet, its mark or its connection.
//
// Surprise: a zone counts only while the packet has none: the first rule that gives one decides (nft_ct_set_zone_eval), and the packet then
// looks to later rules like one of a new connection.
import { endpointText, type Ip, ipText, sameIp } from '../../parsers/core/address.ts';
import type { NftExpr, NftStatement } from '../../parsers/nodestate/nft-syntax.ts';
import type { Context } from './clause.ts';
import { evaluate, evaluateAll, knownOf, lookUp, type NftScope } from './nft-expression.ts';
import { readLiteral, type ValueType } from './nft-value.ts';
import { ownAddress, tproxyFinds } from './socket-lookup.ts';

/** `ends`: what is read or written does not exist, so that the rule ends. A summary says what has changed; empty for nothing. */
export type Outcome =
  | { readonly kind: 'done'; readonly summary: string }
  | { readonly kind: 'ends' }
  | { readonly kind: 'unknown'; readonly why: string; readonly settle: string };

const ends: Outcome = { kind: 'ends' };
const done = (summary = ''): Outcome => ({ kind: 'done', summary });

type Found = { readonly value: number | string | Ip } | 'missing' | null;

/** The value that a statement takes; null when it is not known. */
function valueFor(e: NftExpr, type: ValueType, c: Context, scope: NftScope): Found {
  if (e.kind === 'value') {
    const value = readLiteral(type, e.text);
    return value === null ? null : { value };
  }
  if (e.kind === 'map') {
    const keys = evaluateAll(e.key, c, scope);
    if (keys === null) return 'missing';
    const element = lookUp(e.data, keys, scope, c.world);
    if (element === null) return 'missing';
    return 'unknown' in element || element.value === null ? null : valueFor(element.value, type, c, scope);
  }
  const values = evaluateAll(e, c, scope);
  if (values === null) return 'missing';
  const first = knownOf(values)[0];
  return first ? { value: first.value } : null;
}

/** Header fields that the packet's way depends on. */
const FIELD_TYPES: Readonly<Record<string, ValueType>> = {
  saddr: 'address',
  daddr: 'address',
  sport: 'port',
  dport: 'port',
  ttl: 'number',
  hoplimit: 'number',
  dscp: 'dscp',
  ecn: 'ecn',
  flags: 'tcpFlags',
};

function setField(e: NftExpr & { kind: 'payload' }, value: number | string | Ip, { packet: p }: Context): string {
  const { field } = e;
  if (e.protocol === 'ether') {
    if (field === 'saddr' && typeof value === 'string') p.mac = value;
    if (field === 'daddr' && typeof value === 'string') p.dmac = value;
    return '';
  }
  if (typeof value === 'object') {
    const before = field === 'saddr' ? p.src : p.dst;
    if (sameIp(before, value)) return '';
    if (field === 'saddr') p.src = value;
    else p.dst = value;
    return `${field === 'saddr' ? 'source' : 'destination'} ${ipText(before)} → ${ipText(value)}, in this packet only`;
  }
  if (typeof value !== 'number') return '';
  switch (field) {
    case 'sport':
    case 'dport': {
      const before = p[field];
      p[field] = value;
      return before === value ? '' : `${field} ${before} → ${value}, in this packet only`;
    }
    case 'ttl':
    case 'hoplimit':
      p.ttl = value;
      return `${field} ${value}`;
    case 'dscp':
      p.tos = (p.tos & 3) | (value << 2);
      return '';
    case 'ecn':
      p.tos = (p.tos & ~3) | value;
      return '';
    case 'flags':
      p.tcpFlags = value;
      return '';
    default:
      return '';
  }
}

function setZone(key: NftExpr & { kind: 'ct' }, value: number, c: Context): Outcome {
  const ct = c.connection;
  if (ct.attached || ct.template) return done();
  const id = value & 0xffff;
  ct.zone = { original: key.direction === 'reply' ? 0 : id, reply: key.direction === 'original' ? 0 : id };
  ct.template = true;
  if (ct.state === 'untracked') ct.state = 'new';
  return done();
}

export function mangle(s: NftStatement & { kind: 'mangle' }, text: string, c: Context, scope: NftScope): Outcome {
  const { key } = s;
  const unknown: Outcome = { kind: 'unknown', why: `what "${text}" sets`, settle: 'support for it' };
  const p = c.packet;
  if (key.kind === 'payload') {
    const here = evaluate(key, c, scope);
    if (here === null) return ends; // the packet has no such field
    const type = key.protocol === 'ether' ? (key.field === 'type' ? null : 'mac') : (FIELD_TYPES[key.field] ?? null);
    if (type === null) return done(); // checksums, identifiers: nothing asks for them but rules that read bytes
    const found = valueFor(s.value, type, c, scope);
    if (found === 'missing') return ends;
    return found === null ? unknown : done(setField(key, found.value, c));
  }
  if (key.kind === 'meta' && key.key !== 'mark') {
    const passes = ['priority', 'nftrace', 'secmark', 'broute'];
    if (passes.includes(key.key)) return done();
    if (key.key !== 'pkttype') return unknown;
    const found = valueFor(s.value, 'symbol', c, scope);
    if (found === null || found === 'missing') return unknown;
    p.frameType = String(found.value);
    return done();
  }
  // helpers, labels, events and time-outs decide nothing that one packet meets
  if (key.kind === 'ct' && key.key !== 'mark' && key.key !== 'zone')
    return /^(?:helper|label|event|timeout|expectation|secmark)$/.test(key.key) ? done() : unknown;
  if (key.kind !== 'meta' && key.kind !== 'ct') return unknown;
  const found = valueFor(s.value, 'number', c, scope);
  if (found === 'missing') return ends;
  if (found === null || typeof found.value !== 'number') return unknown;
  if (key.kind === 'ct') {
    if (key.key === 'zone') return setZone(key, found.value, c);
    if (c.connection.attached) c.connection.mark = found.value >>> 0; // without a connection nothing is set
    return done();
  }
  const before = p.mark;
  p.mark = found.value >>> 0;
  return done(before === p.mark ? '' : `mark 0x${before.toString(16)} → 0x${p.mark.toString(16)}`);
}

/** `tproxy to`: without a transparent socket the rule ends, where iptables' TPROXY drops (nft_tproxy.c). */
export function tproxy(s: NftStatement & { kind: 'tproxy' }, c: Context, scope: NftScope): Outcome {
  const p = c.packet;
  if ((s.family !== null && s.family !== p.family) || p.dport === null) return ends;
  const address = s.address === null ? null : valueFor(s.address, 'address', c, scope);
  const port = s.port === null ? null : valueFor(s.port, 'port', c, scope);
  if (address === 'missing' || port === 'missing') return ends;
  const ip =
    s.address === null ? ownAddress(c) : address !== null && typeof address.value === 'object' ? address.value : null;
  const to = s.port === null ? p.dport : port !== null && typeof port.value === 'number' ? port.value || p.dport : null;
  if (ip === null || to === null) {
    const settle = s.address === null ? 'ip -j addr' : 'support for it';
    return { kind: 'unknown', why: 'to which address tproxy gives the packet', settle };
  }
  if (!tproxyFinds(c, ip, to, endpointText(ip, to))) return ends;
  p.tproxy = { ip, port: to };
  return done(`given to the socket on ${endpointText(ip, to)}`);
}
