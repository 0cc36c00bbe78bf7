// nftables expressions and statements from `nft -j`, into the same parts as the text form gives (nft-syntax.ts).
// Newer releases print lists where 1.0.6 prints single values; both are read.
import type { Json } from './json-items.ts';
import { parseNftRule } from './nft-rule.ts';
import { type NftElement, type NftExpr, type NftStatement, type NftVerdict, rejectFamily } from './nft-syntax.ts';

const text = (j: Json): string => j.string ?? (j.number === null ? JSON.stringify(j.value) : String(j.number));
const list = (j: Json): Json[] => (Array.isArray(j.value) ? j.array : [j]);
const other = (j: Json): NftExpr => ({ kind: 'other', text: JSON.stringify(j.value) });

/** The one key of `{"match": {…}}` and its value. */
function only(j: Json): [string, Json] | null {
  const [first] = j.entries;
  return first ?? null;
}

export function jsonVerdict(j: Json): NftVerdict | null {
  const entry = only(j);
  if (!entry) return null;
  const [key, value] = entry;
  switch (key) {
    case 'accept':
    case 'drop':
    case 'return':
    case 'continue':
      return { kind: key, chain: null };
    case 'queue':
      return { kind: 'queue', chain: null, bypass: list(value.get('flags')).some((f) => f.string === 'bypass') };
    case 'jump':
    case 'goto':
      return { kind: key, chain: value.get('target').string };
    default:
      return null;
  }
}

export function jsonElement(j: Json): NftElement {
  const pair = j.array;
  const [keyJson, data] =
    Array.isArray(j.value) && pair.length === 2 && pair[1]?.value !== undefined ? [pair[0] ?? j, pair[1]] : [j, null];
  const wrapped = keyJson.get('elem');
  const key = jsonExpr(wrapped.has('val') ? wrapped.get('val') : keyJson);
  if (!data) return { key, value: null, verdict: null, source: null };
  const verdict = jsonVerdict(data);
  return { key, value: verdict ? null : jsonExpr(data), verdict, source: null };
}

const BINARY = new Set(['&', '|', '^', '<<', '>>']);

function flagsOf(j: Json): string[] | null {
  // 1.0.6 prints a list, later releases {"|": [a, b]}
  const items = Array.isArray(j.value) ? j.array : j.get('|').array;
  return items.length > 0 && items.every((x) => x.string !== null) ? items.map(text) : null;
}

export function jsonExpr(j: Json): NftExpr {
  if (j.string !== null)
    return j.string.startsWith('@') ? { kind: 'setRef', name: j.string.slice(1) } : { kind: 'value', text: j.string };
  if (j.number !== null) return { kind: 'value', text: text(j) };
  if (j.boolean !== null) return { kind: 'value', text: j.boolean ? 'exists' : 'missing' };
  const flags = flagsOf(j);
  if (flags) return { kind: 'flags', items: flags };
  const entry = only(j);
  if (!entry) return other(j);
  const [key, v] = entry;
  switch (key) {
    case 'payload':
      if (v.has('field')) {
        const field = text(v.get('field'));
        // a header inside a tunnel
        return v.has('tunnel')
          ? { kind: 'payload', protocol: text(v.get('tunnel')), field: `${text(v.get('protocol'))} ${field}` }
          : { kind: 'payload', protocol: text(v.get('protocol')), field };
      }
      return v.has('base')
        ? {
            kind: 'raw',
            base: text(v.get('base')),
            offset: v.get('offset').number ?? 0,
            length: v.get('len').number ?? 0,
          }
        : other(j);
    case 'meta':
      return { kind: 'meta', key: text(v.get('key')) };
    case 'ct': {
      const dir = v.get('dir').string;
      return { kind: 'ct', key: text(v.get('key')), direction: dir === 'original' || dir === 'reply' ? dir : null };
    }
    case 'fib':
      return { kind: 'fib', flags: list(v.get('flags')).map(text), result: text(v.get('result')) };
    case 'numgen':
      return {
        kind: 'numgen',
        mode: text(v.get('mode')),
        mod: v.get('mod').number ?? 1,
        offset: v.get('offset').number ?? 0,
      };
    case 'jhash':
    case 'symhash':
      return {
        kind: 'hash',
        name: key,
        key: v.has('expr') ? jsonExpr(v.get('expr')) : null,
        mod: v.get('mod').number ?? 1,
        seed: v.get('seed').number,
        offset: v.get('offset').number ?? 0,
      };
    case 'socket':
      return { kind: 'socket', key: text(v.get('key')), level: v.get('level').number };
    case 'ip option':
    case 'tcp option':
    case 'dccp option':
    case 'sctp chunk':
    case 'exthdr': {
      const bits = v.has('base') ? `@${text(v.get('offset'))},${text(v.get('len'))}` : null;
      const name = v.has('base') ? text(v.get('base')) : v.has('type') ? text(v.get('type')) : text(v.get('name'));
      return { kind: 'exthdr', of: key, name, field: bits ?? v.get('field').string };
    }
    case 'rt':
      return { kind: 'rt', key: withFamily(v) };
    case 'ipsec':
      return { kind: 'ipsec', direction: text(v.get('dir')), key: withFamily(v) };
    case 'osf':
      return { kind: 'osf', key: text(v.get('key')) };
    case 'prefix':
      return { kind: 'prefix', address: text(v.get('addr')), length: v.get('len').number ?? 0 };
    case 'range':
      return { kind: 'range', from: text(v.array[0] ?? v), to: text(v.array[1] ?? v) };
    case 'set':
      return { kind: 'set', elements: list(v).map(jsonElement) };
    case 'concat':
      return { kind: 'concat', items: v.array.map(jsonExpr) };
    case 'map':
      return { kind: 'map', key: jsonExpr(v.get('key')), data: jsonExpr(v.get('data')) };
    case 'elem':
      return jsonExpr(v.get('val'));
    default:
      if (BINARY.has(key)) {
        const [left, right] = v.array;
        if (left && right) return { kind: 'binary', op: key, left: jsonExpr(left), right: jsonExpr(right) };
      }
      return other(j);
  }
}

const withFamily = (v: Json): string => {
  const family = v.get('family').string;
  return `${family === null ? '' : `${family} `}${text(v.get('key'))}`;
};

function match(v: Json): NftStatement {
  return {
    kind: 'match',
    left: jsonExpr(v.get('left')),
    op: v.get('op').string ?? '==',
    right: jsonExpr(v.get('right')),
  };
}

/** nft prints what its JSON has no form for as a string: the text of the statement. */
export function jsonStatements(j: Json): readonly NftStatement[] {
  return j.string === null ? [jsonStatement(j)] : parseNftRule(j.string.replace(/\n\s*/g, ' ; ')).statements;
}

const familyOf = (v: Json): 4 | 6 | null =>
  v.get('family').string === 'ip' ? 4 : v.get('family').string === 'ip6' ? 6 : null;

/** A limit or quota of this rule, or one of the table by its name. */
const LIMITS = new Set(['limit', 'quota', 'ct count']);

function jsonStatement(j: Json): NftStatement {
  const verdict = jsonVerdict(j);
  if (verdict) return { kind: 'verdict', verdict };
  const entry = only(j);
  if (!entry) return { kind: 'other', text: JSON.stringify(j.value) };
  const [key, v] = entry;
  switch (key) {
    case 'match':
      return match(v);
    case 'vmap':
      return { kind: 'vmap', key: jsonExpr(v.get('key')), data: jsonExpr(v.get('data')) };
    case 'mangle':
      return v.get('key').has('tcp option')
        ? { kind: 'tcpOption', text: `set ${JSON.stringify(v.get('key').get('tcp option').value)}` }
        : { kind: 'mangle', key: jsonExpr(v.get('key')), value: jsonExpr(v.get('value')) };
    case 'dnat':
    case 'snat':
    case 'masquerade':
    case 'redirect':
      return {
        kind: 'nat',
        type: key,
        family: familyOf(v),
        address: v.has('addr') ? jsonExpr(v.get('addr')) : null,
        port: v.has('port') ? jsonExpr(v.get('port')) : null,
        flags: v.has('flags') ? list(v.get('flags')).map(text) : [],
      };
    case 'reject': {
      const type = v.get('type').string;
      if (type === 'tcp reset') return { kind: 'reject', family: null, how: 'tcp-reset' };
      return {
        kind: 'reject',
        family: rejectFamily(type ?? ''),
        how: type === null ? 'icmp-port-unreachable' : `${type}-${v.get('expr').string ?? ''}`,
      };
    }
    case 'notrack':
      return { kind: 'notrack' };
    case 'reset':
      return v.has('tcp option')
        ? { kind: 'tcpOption', text: `reset ${JSON.stringify(v.value)}` }
        : { kind: 'other', text: JSON.stringify(j.value) };
    case 'tproxy':
      return {
        kind: 'tproxy',
        family: familyOf(v),
        address: v.has('addr') ? jsonExpr(v.get('addr')) : null,
        port: v.has('port') ? jsonExpr(v.get('port')) : null,
      };
    case 'synproxy':
      return { kind: 'synproxy' };
    case 'flow':
      return { kind: 'flow' };
    case 'counter':
    case 'last':
    case 'log':
      return { kind: 'passive', text: key };
    case 'set':
    case 'map':
    case 'meter':
      return {
        kind: 'update',
        text:
          key === 'meter'
            ? `meter ${v.get('name').string ?? ''}`
            : `${v.get('op').string ?? 'add'} ${v.get(key).string ?? ''}`,
        key: v.has('elem') || v.has('key') ? jsonExpr(v.has('elem') ? v.get('elem') : v.get('key')) : null,
        stateful: list(v.get('stmt')).some((x) => LIMITS.has(only(x)?.[0] ?? '')),
      };
    case 'fwd':
      return { kind: 'fwd', device: jsonExpr(v.get('dev')) };
    case 'dup':
      return { kind: 'passive', text: 'dup' };
    case 'limit':
    case 'quota':
    case 'ct count':
      return { kind: 'stateful', text: key };
    default:
      return { kind: 'other', text: JSON.stringify(j.value) };
  }
}
