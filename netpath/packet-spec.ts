// A packet written down as tcpdump would: `tcp 10.244.1.2:40500 > 10.96.0.80:80 in cni0`. Options may follow in any order:
// mark 0x4000, ttl 63, length 60, df 0 (may be fragmented), flags SA, tos 0x10, type 8, code 0, mac aa:bb:cc:dd:ee:ff, vlan 5
// (or 5:3 with its priority),
// at 2026-11-24T15:00:00Z.
import { endpointText, type Ip, parseIp } from '../parsers/core/address.ts';
import { hasPorts, ICMP, ICMPV6, protocolName, protocolNumber, TCP } from '../parsers/core/protocol-numbers.ts';
import { TCP_FLAGS, type VlanTag } from './kernel/packet.ts';
import type { Seen } from './seen.ts';

export type Where =
  | { readonly kind: 'in'; readonly device: string }
  | { readonly kind: 'pod'; readonly name: string }
  | { readonly kind: 'local' };

export interface PacketSpec {
  readonly protocol: number;
  /** Null: a local packet whose source the node chooses. */
  readonly src: Ip | null;
  readonly sport: number | null;
  readonly dst: Ip;
  readonly dport: number | null;
  readonly where: Where;
  readonly mark: number;
  /** Null when not given: what the capture tells, else 64. */
  readonly ttl: number | null;
  readonly length: number | null;
  /** Don't Fragment, which Linux sets unless a program asks for the contrary. */
  readonly df: boolean;
  readonly tcpFlags: number;
  /** Null when not given: what the capture tells, else 0. */
  readonly tos: number | null;
  readonly icmpType: number | null;
  readonly icmpCode: number | null;
  readonly mac: string | null;
  /** 802.1Q tag of the frame; absent without one. */
  readonly vlan?: VlanTag | null;
  /** When it is seen, Unix seconds; null when not given. */
  readonly at: number | null;
  /** What a capture tells beside; never typed. */
  readonly seen?: Seen | null;
}

const FORM = 'PROTO SRC[:PORT] > DST[:PORT] in INTERFACE | from pod NAMESPACE/NAME | local';
const FLAG_LETTERS: Readonly<Record<string, number>> = {
  F: TCP_FLAGS.FIN,
  S: TCP_FLAGS.SYN,
  R: TCP_FLAGS.RST,
  P: TCP_FLAGS.PSH,
  A: TCP_FLAGS.ACK,
  '.': TCP_FLAGS.ACK,
  U: TCP_FLAGS.URG,
  E: TCP_FLAGS.ECE,
  W: TCP_FLAGS.CWR,
};

type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };
const fail = (message: string): { readonly ok: false; readonly message: string } => ({ ok: false, message });

function endpoint(text: string, ports: boolean): Result<{ ip: Ip | null; port: number | null }> {
  const m = /^(?:\[([^\]]+)\]|(\*|any|[0-9.]*|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*))(?::(\d+))?$/.exec(text);
  const host = m?.[1] ?? m?.[2] ?? null;
  if (!m || host === null)
    return fail(`"${text}" is no address${ports ? ':port' : ''}; IPv6 with a port stands in brackets, [fd00::1]:80`);
  const ip = host === '' || host === '*' || host === 'any' ? null : parseIp(host);
  if (host !== '' && host !== '*' && host !== 'any' && !ip) return fail(`"${host}" is no IP address`);
  const port = m[3] === undefined ? null : Number(m[3]);
  if (port !== null && (port < 0 || port > 65535)) return fail(`port ${port} is out of range 0–65535`);
  if (port !== null && !ports) return fail(`"${text}": this protocol has no ports`);
  return { ok: true, value: { ip, port } };
}

function number(text: string | undefined, max: number): number | null {
  return text !== undefined && /^(?:0x[0-9a-fA-F]+|\d+)$/.test(text) && Number(text) <= max ? Number(text) : null;
}

/** Reads a packet spec; the message of a failure says what is wrong and what was expected. */
export function parsePacketSpec(text: string): Result<PacketSpec> {
  const words = text
    .trim()
    .replace(/\s*>\s*/, ' > ')
    .split(/\s+/);
  const [proto = '', from = '', arrow, to = ''] = words;
  if (arrow !== '>') return fail(`a packet is written ${FORM}`);
  const protocol = protocolNumber(proto === 'icmp6' ? 'icmpv6' : proto);
  if (protocol === null || protocol === 0)
    return fail(`"${proto}" is no protocol: tcp, udp, icmp, icmpv6, sctp or a number`);
  const ports = hasPorts(protocol);
  const src = endpoint(from, ports);
  if (!src.ok) return src;
  const dst = endpoint(to, ports);
  if (!dst.ok) return dst;
  if (!dst.value.ip) return fail('the destination address is missing');
  if (src.value.ip && src.value.ip.family !== dst.value.ip.family)
    return fail('source and destination are of different IP versions');
  if (ports && dst.value.port === null)
    return fail(`${proto} needs a destination port: ${endpointText(dst.value.ip, 80)}`);
  const options = {
    mark: 0,
    ttl: null as number | null,
    length: null as number | null,
    df: true,
    flags: protocol === TCP ? TCP_FLAGS.SYN : 0,
    tos: null as number | null,
    type: null as number | null,
    code: null as number | null,
    mac: null as string | null,
    vlan: null as VlanTag | null,
    at: null as number | null,
  };
  let where: Where | null = null;
  for (let i = 4; i < words.length; ) {
    const key = words[i] ?? '';
    const value = words[i + 1];
    if (key === 'local') {
      where = { kind: 'local' };
      i += 1;
      continue;
    }
    if (key === 'from' && value === 'pod' && words[i + 2] !== undefined) {
      where = { kind: 'pod', name: words[i + 2] ?? '' };
      i += 3;
      continue;
    }
    if (value === undefined) return fail(`"${key}" has no value`);
    if (key === 'in') where = { kind: 'in', device: value };
    else if (key === 'mark') {
      const n = number(value, 0xffffffff);
      if (n === null) return fail(`mark ${value} is no 32-bit number`);
      options.mark = n;
    } else if (key === 'ttl' || key === 'tos' || key === 'type' || key === 'code') {
      const n = number(value, 255);
      if (n === null) return fail(`${key} ${value} is no number from 0 to 255`);
      options[key] = n;
    } else if (key === 'length') {
      const n = number(value, 65535);
      if (n === null) return fail(`length ${value} is no number from 0 to 65535`);
      options.length = n;
    } else if (key === 'df') {
      const n = number(value, 1);
      if (n === null) return fail(`df ${value}: 1 (do not fragment) or 0 expected`);
      options.df = n === 1;
    } else if (key === 'flags') {
      let bits = 0;
      for (const letter of value.toUpperCase()) {
        const bit = FLAG_LETTERS[letter];
        if (bit === undefined) return fail(`flags ${value}: letters are F S R P A U E W`);
        bits |= bit;
      }
      options.flags = bits;
    } else if (key === 'mac') {
      if (!/^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(value))
        return fail(`mac ${value}: six pairs of hex digits expected`);
      options.mac = value.toLowerCase();
    } else if (key === 'vlan') {
      const m = /^(\d+)(?::(\d))?$/.exec(value);
      const tag = { id: Number(m?.[1] ?? '4096'), pcp: Number(m?.[2] ?? '0') };
      if (tag.id > 4094 || tag.pcp > 7) return fail(`vlan ${value}: a number from 0 to 4094, or with its priority 5:3`);
      options.vlan = tag;
    } else if (key === 'at') {
      const ms = /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : Number.NaN;
      if (Number.isNaN(ms)) return fail(`at ${value}: a time such as 2026-11-24T15:00:00Z expected`);
      options.at = ms / 1000;
    } else
      return fail(
        `"${key}" is not understood: ${FORM}, then mark, ttl, length, df, flags, tos, type, code, mac, vlan, at`,
      );
    i += 2;
  }
  if (!where) return fail(`where it arrives is missing: "in INTERFACE", "from pod NAMESPACE/NAME" or "local"`);
  if (!src.value.ip && where.kind !== 'local') return fail('the source address is missing');
  const icmp = protocol === ICMP || protocol === ICMPV6;
  return {
    ok: true,
    value: {
      protocol,
      src: src.value.ip,
      sport: ports ? (src.value.port ?? 40000) : null,
      dst: dst.value.ip,
      dport: dst.value.port,
      where,
      mark: options.mark,
      ttl: options.ttl,
      length: options.length,
      df: options.df,
      tcpFlags: options.flags,
      tos: options.tos,
      icmpType: icmp ? (options.type ?? (protocol === ICMP ? 8 : 128)) : null,
      icmpCode: icmp ? (options.code ?? 0) : null,
      mac: options.mac,
      vlan: options.vlan,
      at: options.at,
    },
  };
}

export function whereText(w: Where): string {
  if (w.kind === 'local') return 'local';
  return w.kind === 'in' ? `in ${w.device}` : `from pod ${w.name}`;
}

/** The spec in its shortest form, which parses to the same packet. */
export function specText(s: PacketSpec): string {
  const src = s.src ? endpointText(s.src, s.sport) : s.sport === null ? '*' : `*:${s.sport}`;
  return `${protocolName(s.protocol)} ${src} > ${endpointText(s.dst, s.dport)} ${whereText(s.where)}`;
}
