// Where the fields of headers stand, by nft's names: bits from the start of their header, in the order of the wire. Asked where nothing else
// tells a field (payload.ts).
import type { ValueType } from './nft-value.ts';

/** First bit, number of bits, and how a literal next to it is read. */
export type Field = readonly [at: number, bits: number, type: ValueType];

export const FIELDS: Readonly<Record<string, Readonly<Record<string, Field>>>> = {
  ip: {
    hdrlength: [4, 4, 'number'],
    ecn: [14, 2, 'ecn'],
    id: [32, 16, 'number'],
    'frag-off': [48, 16, 'number'],
    checksum: [80, 16, 'number'],
  },
  ip6: { ecn: [10, 2, 'ecn'], flowlabel: [12, 20, 'number'] },
  tcp: {
    sequence: [32, 32, 'number'],
    ackseq: [64, 32, 'number'],
    doff: [96, 4, 'number'],
    reserved: [100, 4, 'number'],
    window: [112, 16, 'number'],
    checksum: [128, 16, 'number'],
    urgptr: [144, 16, 'number'],
  },
  udp: { length: [32, 16, 'number'], checksum: [48, 16, 'number'] },
  udplite: { csumcov: [32, 16, 'number'], checksum: [48, 16, 'number'] },
  sctp: { vtag: [32, 32, 'number'], checksum: [64, 32, 'number'] },
  dccp: { type: [67, 4, 'dccpType'] },
  icmp: {
    checksum: [16, 16, 'number'],
    id: [32, 16, 'number'],
    sequence: [48, 16, 'number'],
    mtu: [48, 16, 'number'],
    gateway: [32, 32, 'number'],
  },
  icmpv6: {
    checksum: [16, 16, 'number'],
    'parameter-problem': [32, 32, 'number'],
    mtu: [32, 32, 'number'],
    id: [32, 16, 'number'],
    sequence: [48, 16, 'number'],
    'max-delay': [32, 16, 'number'],
    taddr: [64, 128, 'address'],
  },
  igmp: {
    type: [0, 8, 'igmpType'],
    mrt: [8, 8, 'number'],
    checksum: [16, 16, 'number'],
    group: [32, 32, 'address'],
  },
  esp: { spi: [0, 32, 'number'], sequence: [32, 32, 'number'] },
  ah: {
    nexthdr: [0, 8, 'protocol'],
    hdrlength: [8, 8, 'number'],
    reserved: [16, 16, 'number'],
    spi: [32, 32, 'number'],
    sequence: [64, 32, 'number'],
  },
  comp: { nexthdr: [0, 8, 'protocol'], flags: [8, 8, 'number'], cpi: [16, 16, 'number'] },
};

/** Of IPv6 extension headers, by the word that names the header. */
export const EXTENSION_FIELDS: Readonly<Record<string, Readonly<Record<string, Field>>>> = {
  hbh: { nexthdr: [0, 8, 'protocol'], hdrlength: [8, 8, 'number'] },
  dst: { nexthdr: [0, 8, 'protocol'], hdrlength: [8, 8, 'number'] },
  rt: {
    nexthdr: [0, 8, 'protocol'],
    hdrlength: [8, 8, 'number'],
    type: [16, 8, 'number'],
    'seg-left': [24, 8, 'number'],
  },
  srh: { 'last-entry': [32, 8, 'number'], flags: [40, 8, 'number'], tag: [48, 16, 'number'] },
  frag: {
    nexthdr: [0, 8, 'protocol'],
    reserved: [8, 8, 'number'],
    'frag-off': [16, 13, 'number'],
    reserved2: [29, 2, 'number'],
    'more-fragments': [31, 1, 'number'],
    id: [32, 32, 'number'],
  },
  mh: {
    nexthdr: [0, 8, 'protocol'],
    hdrlength: [8, 8, 'number'],
    type: [16, 8, 'number'],
    checksum: [32, 16, 'number'],
  },
};

/** The bytes that hold a field, without the bits around it; null where one of them is not known, `beyond` where the packet ends before. */
function bytesAt(
  bytes: readonly (number | null)[],
  from: number,
  at: number,
  bits: number,
): readonly number[] | null | 'beyond' {
  const first = from + (at >> 3);
  const last = from + ((at + bits - 1) >> 3);
  if (last >= bytes.length) return 'beyond';
  const out = bytes.slice(first, last + 1);
  return out.some((b) => b === null) ? null : out.map((b) => b ?? 0);
}

/** A field of up to 48 bits as a number, longer ones as hex digits. */
export function readBits(
  bytes: readonly (number | null)[],
  from: number,
  at: number,
  bits: number,
): number | string | null | 'beyond' {
  const held = bytesAt(bytes, from, at, bits);
  if (held === null || held === 'beyond') return held;
  const tail = (8 - ((at + bits) & 7)) & 7;
  let value = 0n;
  for (const b of held) value = (value << 8n) | BigInt(b);
  value = (value >> BigInt(tail)) & ((1n << BigInt(bits)) - 1n);
  return bits <= 48 ? Number(value) : value.toString(16);
}
