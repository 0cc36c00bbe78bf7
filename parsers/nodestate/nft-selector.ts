// What can stand on the left of a comparison in nftables rules: fields of headers, what the kernel knows of the packet, its connection, its
// socket. One function a first word; what begins none is null.
import { type NftReader, NotUnderstood } from './nft-reader.ts';
import type { NftExpr } from './nft-syntax.ts';
import { BARE_META, CT_FAMILIES, PAYLOADS } from './nft-words.ts';

/** IPv6 extension headers, by the words that name their fields. */
const EXTENSIONS = new Set(['hbh', 'dst', 'rt', 'rt0', 'rt2', 'srh', 'frag', 'mh']);
const RT_KEYS = new Set(['classid', 'nexthop', 'mtu', 'ipsec']);
const TCP_OPTION_FIELDS =
  /^(?:size|left\d?|right\d?|count|length|tsval|tsecr|left|right|kind|subtype|nonce|@\d+,\d+,\d+)$/;
const IP_OPTION_FIELDS = /^(?:type|length|ptr|addr|value)$/;
const CHUNK_FIELDS =
  /^(?:type|flags|length|tsn|stream|ssn|ppid|init-tag|a-rwnd|num-outbound-streams|num-inbound-streams|initial-tsn|cum-tsn-ack|num-gap-ack-blocks|num-dup-tsns|lowest-tsn|seqno|new-cum-tsn)$/;

const exists = (r: NftReader): boolean => r.peek() === 'exists' || r.peek() === 'missing';

type Inner = () => NftExpr | null;

function ct(r: NftReader): NftExpr {
  const d = r.peek();
  const direction = d === 'original' || d === 'reply' ? d : null;
  if (direction) r.word();
  let key = r.word();
  if (CT_FAMILIES.has(key) && direction) key = `${key} ${r.word()}`;
  return { kind: 'ct', key, direction };
}

function fib(r: NftReader): NftExpr {
  const flags = [r.word()];
  while (r.eat('.')) flags.push(r.word());
  return { kind: 'fib', flags, result: r.word() };
}

function numgen(r: NftReader): NftExpr {
  const mode = r.word();
  r.expect('mod');
  const mod = r.number();
  return { kind: 'numgen', mode, mod, offset: r.eat('offset') ? r.number() : 0 };
}

function hash(r: NftReader, name: string, inner: Inner): NftExpr {
  const key = name === 'jhash' ? inner() : null;
  r.expect('mod');
  const mod = r.number();
  const seed = r.eat('seed') ? r.number() : null;
  return { kind: 'hash', name, key, mod, seed, offset: r.eat('offset') ? r.number() : 0 };
}

function socket(r: NftReader): NftExpr {
  const key = r.word();
  if (key !== 'cgroupv2') return { kind: 'socket', key, level: null };
  r.expect('level');
  return { kind: 'socket', key, level: r.number() };
}

function option(r: NftReader, of: 'ip option' | 'tcp option', fields: RegExp): NftExpr {
  const bits = /^@(\d+),(\d+),(\d+)$/.exec(r.peek());
  if (bits) {
    r.word();
    return { kind: 'exthdr', of, name: bits[1] ?? '', field: `@${bits[2]},${bits[3]}` };
  }
  const name = r.word();
  if (exists(r) || !fields.test(r.peek())) return { kind: 'exthdr', of, name, field: null };
  return { kind: 'exthdr', of, name, field: r.word() };
}

function chunk(r: NftReader): NftExpr {
  const name = r.word();
  const field = !exists(r) && CHUNK_FIELDS.test(r.peek()) ? r.word() : null;
  return { kind: 'exthdr', of: 'sctp chunk', name, field };
}

function rt(r: NftReader): NftExpr {
  const family = r.peek() === 'ip' || r.peek() === 'ip6' ? `${r.word()} ` : '';
  return { kind: 'rt', key: family + r.word() };
}

function ipsec(r: NftReader): NftExpr {
  const direction = r.word();
  if (direction !== 'in' && direction !== 'out') throw new NotUnderstood(`ipsec "${direction}"`);
  if (r.eat('spnum')) r.number();
  const family = r.peek() === 'ip' || r.peek() === 'ip6' ? `${r.word()} ` : '';
  return { kind: 'ipsec', direction, key: family + r.word() };
}

function osf(r: NftReader): NftExpr {
  if (r.eat('ttl')) r.word();
  return { kind: 'osf', key: r.word() };
}

/** The selector that the next words are; null when they begin none. `inner` reads one inside it. */
export function nftSelector(r: NftReader, inner: Inner): NftExpr | null {
  const w = r.peek();
  const next = r.peek(1);
  const skip = () => r.word();
  const bits = /^@(ll|nh|th|ih),(\d+),(\d+)$/.exec(w);
  if (bits) {
    skip();
    return { kind: 'raw', base: bits[1] ?? '', offset: Number(bits[2]), length: Number(bits[3]) };
  }
  if ((w === 'tcp' || w === 'ip') && next === 'option') {
    skip();
    skip();
    return w === 'tcp' ? option(r, 'tcp option', TCP_OPTION_FIELDS) : option(r, 'ip option', IP_OPTION_FIELDS);
  }
  if (w === 'dccp' && next === 'option') {
    skip();
    skip();
    return { kind: 'exthdr', of: 'dccp option', name: r.word(), field: null };
  }
  if (w === 'sctp' && next === 'chunk') {
    skip();
    skip();
    return chunk(r);
  }
  if (w === 'exthdr') {
    skip();
    return { kind: 'exthdr', of: 'exthdr', name: r.word(), field: null };
  }
  if (EXTENSIONS.has(w) && !(w === 'rt' && (RT_KEYS.has(next) || next === 'ip' || next === 'ip6'))) {
    skip();
    return { kind: 'exthdr', of: 'exthdr', name: w, field: r.word() };
  }
  if (PAYLOADS.has(w) && /^[a-z0-9_-]+$/.test(next)) {
    skip();
    const field = r.word();
    // of ARP the address and what kind it is: `arp saddr ip`
    const kind = w === 'arp' && /^[sd]addr$/.test(field) ? ` ${r.word()}` : '';
    return { kind: 'payload', protocol: w, field: field + kind };
  }
  switch (w) {
    case 'meta':
      skip();
      return { kind: 'meta', key: r.word() };
    case 'ct':
      skip();
      return ct(r);
    case 'fib':
      skip();
      return fib(r);
    case 'numgen':
      skip();
      return numgen(r);
    case 'jhash':
    case 'symhash':
      skip();
      return hash(r, w, inner);
    case 'socket':
      skip();
      return socket(r);
    case 'rt':
      skip();
      return rt(r);
    case 'ipsec':
      skip();
      return ipsec(r);
    case 'osf':
      skip();
      return osf(r);
    default:
  }
  if (!BARE_META.has(w)) return null;
  skip();
  return { kind: 'meta', key: w };
}
