// Values of nftables expressions and the literals they are compared with. A literal has no type of its own: `80` is a port next to
// `tcp dport` and a mark next to `meta mark`, so it is read by the type of the other side.
import { compareIp, contains, type Ip, ipText, parseIp, parsePrefix, sameIp } from '../../parsers/core/address.ts';
import { protocolNumber } from '../../parsers/core/protocol-numbers.ts';
import type { NftExpr } from '../../parsers/nodestate/nft-syntax.ts';
import type { Fragment } from '../trace.ts';
import type { Unknown } from '../tri.ts';
import type { Context } from './clause.ts';
import { ICMP_TYPES, ICMPV6_TYPES } from './icmp-names.ts';
import { TCP_FLAGS } from './packet.ts';

/** How a literal is read. `bits` types are compared bit by bit. */
export type ValueType =
  | 'address'
  | 'port'
  | 'protocol'
  | 'number'
  | 'interface'
  | 'mac'
  | 'ctState'
  | 'ctStatus'
  | 'tcpFlags'
  | 'symbol'
  | 'icmpType'
  | 'icmpv6Type'
  | 'etherType'
  | 'dscp'
  | 'ecn'
  | 'dccpType'
  | 'igmpType'
  /** More bits than a number holds, as hex digits without zeros in front. */
  | 'hex'
  /** Seconds of the day, and Unix seconds: times as nft prints them. */
  | 'hour'
  /** 1 where a part of the packet is there, 0 where not; literals `exists` and `missing`. */
  | 'exists'
  | 'time'
  | 'weekday';

export interface Value {
  readonly type: ValueType;
  readonly value: number | string | Ip;
  /** Why it is what it is, where that is worth saying (fib). */
  readonly because?: readonly Fragment[];
}

/** `null`: the packet has no such thing, so the expression ends the rule. */
export type Evaluated = Value | Unknown | null;

/** One kind of expression. */
export interface ExprModule {
  readonly kind: NftExpr['kind'];
  /** `evaluateAll` gives the values of an expression inside this one. */
  evaluate(e: NftExpr, c: Context, evaluateAll?: (inner: NftExpr) => readonly (Value | Unknown)[] | null): Evaluated;
}

/** Bits of nf_conntrack_common.h as `ct state` prints them. */
export const CT_STATE = { invalid: 1, established: 2, related: 4, new: 8, untracked: 64 } as const;
export const CT_STATUS = {
  expected: 1,
  'seen-reply': 2,
  assured: 4,
  confirmed: 8,
  snat: 16,
  dnat: 32,
  snatDone: 128,
  dnatDone: 256,
} as const;
const NFT_TCP_FLAGS: Readonly<Record<string, number>> = {
  fin: TCP_FLAGS.FIN,
  syn: TCP_FLAGS.SYN,
  rst: TCP_FLAGS.RST,
  psh: TCP_FLAGS.PSH,
  ack: TCP_FLAGS.ACK,
  urg: TCP_FLAGS.URG,
  ecn: TCP_FLAGS.ECE,
  cwr: TCP_FLAGS.CWR,
};
const BITS: Readonly<Partial<Record<ValueType, Readonly<Record<string, number>>>>> = {
  ctState: CT_STATE,
  ctStatus: CT_STATUS,
  tcpFlags: NFT_TCP_FLAGS,
};

export const isBits = (t: ValueType): boolean => t === 'ctState' || t === 'ctStatus' || t === 'tcpFlags';

const DSCP: Readonly<Record<string, number>> = {
  cs0: 0,
  cs1: 8,
  cs2: 16,
  cs3: 24,
  cs4: 32,
  cs5: 40,
  cs6: 48,
  cs7: 56,
  df: 0,
  be: 0,
  ef: 46,
  af11: 10,
  af12: 12,
  af13: 14,
  af21: 18,
  af22: 20,
  af23: 22,
  af31: 26,
  af32: 28,
  af33: 30,
  af41: 34,
  af42: 36,
  af43: 38,
};

/** Names of small numbers, by type. */
const NAMES: Readonly<Partial<Record<ValueType, Readonly<Record<string, number>>>>> = {
  ecn: { 'not-ect': 0, ect1: 1, ect0: 2, ce: 3 },
  dccpType: {
    request: 0,
    response: 1,
    data: 2,
    ack: 3,
    dataack: 4,
    closereq: 5,
    close: 6,
    reset: 7,
    sync: 8,
    syncack: 9,
  },
  igmpType: {
    'membership-query': 0x11,
    'membership-report-v1': 0x12,
    'membership-report-v2': 0x16,
    'leave-group': 0x17,
    'membership-report-v3': 0x22,
  },
};

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

const ETHER_TYPES: Readonly<Record<string, number>> = {
  ip: 0x0800,
  arp: 0x0806,
  ip6: 0x86dd,
  vlan: 0x8100,
  '8021q': 0x8100,
  '8021ad': 0x88a8,
};

/** `08:30`, `08:30:15` as seconds. */
function secondsOfDay(text: string): number | null {
  const m = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text);
  return m ? Number(m[1]) * 3600 + Number(m[2]) * 60 + Number(m[3] ?? '0') : number(text);
}

/** `2026-11-24 15:00:00` as seconds, read as UTC. */
function secondsOfDate(text: string): number | null {
  const m = /^(\d{4}-\d{2}-\d{2})(?: (\d{2}:\d{2}(?::\d{2})?))?$/.exec(text);
  const ms = m ? Date.parse(`${m[1]}T${m[2] ?? '00:00'}Z`) : Number.NaN;
  return Number.isNaN(ms) ? number(text) : ms / 1000;
}

const number = (text: string): number | null => (/^(?:0x[0-9a-fA-F]+|\d+)$/.test(text) ? Number(text) : null);

/** A literal read by type; null when it is none of it. */
export function readLiteral(type: ValueType, text: string): number | string | Ip | null {
  switch (type) {
    case 'address':
      return parseIp(text);
    case 'protocol':
      return protocolNumber(text);
    case 'etherType':
      return ETHER_TYPES[text] ?? number(text);
    case 'icmpType':
      return ICMP_TYPES[text] ?? number(text);
    case 'icmpv6Type':
      return ICMPV6_TYPES[text] ?? number(text);
    case 'weekday': {
      const day = WEEKDAYS.indexOf(text.toLowerCase());
      return day < 0 ? number(text) : day;
    }
    case 'dscp':
      return DSCP[text] ?? number(text);
    case 'ecn':
    case 'dccpType':
    case 'igmpType':
      return NAMES[type]?.[text] ?? number(text);
    case 'hex':
      return /^(?:0x[0-9a-f]+|\d+)$/i.test(text) ? BigInt(text).toString(16) : null;
    case 'exists':
      return text === 'exists' || text === '1' ? 1 : text === 'missing' || text === '0' ? 0 : null;
    case 'hour':
      return secondsOfDay(text);
    case 'time':
      return secondsOfDate(text);
    case 'ctState':
    case 'ctStatus':
    case 'tcpFlags':
      return BITS[type]?.[text] ?? number(text);
    case 'port':
    case 'number':
      return number(text);
    case 'mac':
      return text.toLowerCase();
    case 'interface':
    case 'symbol':
      return text;
  }
}

/** Flags such as `established,related` as one number; null when one is not known. */
export function readFlags(type: ValueType, items: readonly string[]): number | null {
  let bits = 0;
  for (const i of items) {
    const b = readLiteral(type, i);
    if (typeof b !== 'number') return null;
    bits |= b;
  }
  return bits;
}

const isIp = (v: number | string | Ip): v is Ip => typeof v === 'object';

/** Text that is equal for equal values: the key of exact set elements. */
export function keyOf(v: number | string | Ip): string {
  return isIp(v) ? ipText(v) : String(v);
}

export function sameValue(a: number | string | Ip, b: number | string | Ip): boolean {
  if (isIp(a)) return isIp(b) && sameIp(a, b);
  return a === b;
}

function order(a: number | string | Ip, b: number | string | Ip): number | null {
  if (isIp(a)) return isIp(b) && a.family === b.family ? compareIp(a, b) : null;
  if (typeof a === 'string' && typeof b === 'string') return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
  return typeof a === 'number' && typeof b === 'number' ? a - b : null;
}

/** Is the value what a single literal, prefix or range says? null: the literal is not understood. */
export function literalHolds(v: Value, e: NftExpr): boolean | null {
  switch (e.kind) {
    case 'value': {
      // `fib … oif exists`: whether there is a route at all
      if (v.type === 'interface' && (e.text === 'exists' || e.text === 'missing'))
        return (v.value !== '') === (e.text === 'exists');
      if (v.type === 'interface' && typeof v.value === 'string' && e.text.endsWith('*'))
        return v.value.startsWith(e.text.slice(0, -1));
      const wanted = readLiteral(v.type, e.text);
      return wanted === null ? null : sameValue(v.value, wanted);
    }
    case 'prefix': {
      const p = parsePrefix(`${e.address}/${e.length}`);
      return p && isIp(v.value) ? contains(p, v.value) : null;
    }
    case 'flags': {
      const bits = readFlags(v.type, e.items);
      return bits === null ? null : v.value === bits;
    }
    case 'range': {
      const low = readLiteral(v.type, e.from);
      const high = readLiteral(v.type, e.to);
      if (low === null || high === null) return null;
      const a = order(v.value, low);
      const b = order(v.value, high);
      return a !== null && b !== null && a >= 0 && b <= 0;
    }
    default:
      return null;
  }
}

/** Compares by an ordering operator; null when it makes no sense. */
export function compares(v: Value, op: string, text: string): boolean | null {
  const wanted = readLiteral(v.type, text);
  const d = wanted === null ? null : order(v.value, wanted);
  if (d === null) return null;
  if (op === '<') return d < 0;
  if (op === '>') return d > 0;
  if (op === '<=') return d <= 0;
  return op === '>=' ? d >= 0 : null;
}
