// The words of nftables rules: how a line is cut into them, which begin what, and literals.
import type { NftExpr } from './nft-syntax.ts';

export interface NftToken {
  readonly text: string;
  readonly quoted: boolean;
  /** Where it stands in the line, [from, to). */
  readonly from: number;
  readonly to: number;
}

/** Words, quoted strings and the signs that stand alone; null when a quote is not closed. */
export function nftTokens(line: string): NftToken[] | null {
  const out: NftToken[] = [];
  const re =
    /\s+|"((?:[^"\\]|\\.)*)"|([{}(),;]|!=|==|<=|>=|<<|>>|[&|^<>=!/](?=\s|$|\()|:(?=\s|$))|(@(?:ll|nh|th|ih|\d+),\d+,\d+|[^\s{}(),;"]+)/gy;
  let at = 0;
  while (at < line.length) {
    re.lastIndex = at;
    const m = re.exec(line);
    if (!m) return null;
    const from = at;
    at = re.lastIndex;
    const to = at;
    // nft 1.0.6 prints this after a conntrack port whose protocol is a set
    if (m[3] === '[invalid' && line.startsWith(' type]', at)) {
      at += ' type]'.length;
      continue;
    }
    const word = m[2] ?? m[3];
    if (m[1] !== undefined) out.push({ text: m[1], quoted: true, from, to });
    else if (word !== undefined) out.push({ text: word, quoted: false, from, to });
  }
  return out;
}

export const PAYLOADS = new Set([
  'ip',
  'ip6',
  'tcp',
  'udp',
  'udplite',
  'sctp',
  'dccp',
  'th',
  'icmp',
  'icmpv6',
  'ether',
  'arp',
  'vlan',
  'esp',
  'ah',
  'comp',
  'igmp',
  'vxlan',
  'geneve',
  'gre',
  'gretap',
]);
/** Meta keys that may stand without the word meta. */
export const BARE_META = new Set([
  'iif',
  'oif',
  'iifname',
  'oifname',
  'iiftype',
  'oiftype',
  'iifgroup',
  'oifgroup',
  'skuid',
  'skgid',
  'mark',
  'length',
  'protocol',
  'l4proto',
  'nfproto',
  'pkttype',
  'cgroup',
  'rtclassid',
  'cpu',
  'time',
  'day',
  'hour',
]);
export const VERDICTS = new Set(['accept', 'drop', 'return', 'continue', 'jump', 'goto', 'queue']);
export const OPERATORS = new Set(['==', '!=', '!', '<', '>', '<=', '>=']);
export const BINARY: Readonly<Record<string, string>> = {
  '&': '&',
  '|': '|',
  '^': '^',
  '<<': '<<',
  '>>': '>>',
  and: '&',
  or: '|',
  xor: '^',
  lshift: '<<',
  rshift: '>>',
};
export const CT_FAMILIES = new Set(['ip', 'ip6']);

export function literal(text: string): NftExpr {
  const prefix = /^([0-9A-Fa-f.:]+)\/(\d+)$/.exec(text);
  if (prefix?.[1] !== undefined) return { kind: 'prefix', address: prefix[1], length: Number(prefix[2]) };
  const range = /^([0-9A-Fa-f.:]+)-([0-9A-Fa-f.:]+)$/.exec(text);
  if (range?.[1] !== undefined && range[2] !== undefined && /\d/.test(range[1]))
    return { kind: 'range', from: range[1], to: range[2] };
  const marks = /^(0x[0-9a-f]+)-(0x[0-9a-f]+)$/i.exec(text);
  if (marks?.[1] !== undefined && marks[2] !== undefined) return { kind: 'range', from: marks[1], to: marks[2] };
  return { kind: 'value', text };
}

/** `10.0.0.1:80`, `[fd00::1]:80`, `:80`, `10.0.0.1-10.0.0.5` as address and port. */
export function splitNat(text: string): [NftExpr | null, NftExpr | null] {
  const m =
    /^(?:\[([^\]]+)\]|([0-9.]+(?:-[0-9.]+)?)|([0-9A-Fa-f:]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:]*))?(?::(\d+(?:-\d+)?))?$/.exec(
      text,
    );
  if (!m) return [{ kind: 'other', text }, null];
  const address = m[1] ?? m[2] ?? m[3];
  return [address === undefined ? null : literal(address), m[4] === undefined ? null : literal(m[4])];
}
