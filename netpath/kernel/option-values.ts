// Values of rule options that several modules share: numbers, ranges, marks, interface patterns.
import type { RuleOption } from '../../parsers/nodestate/state.ts';

/** `10`, `0x10`; null when it is no number. */
export function integer(text: string | undefined): number | null {
  return text !== undefined && /^(?:0x[0-9a-fA-F]+|\d+)$/.test(text) ? Number(text) : null;
}

/** `80`, `80:90`, `:90`, `80:` as an inclusive range. */
export function range(text: string | undefined, max: number, separator = ':'): readonly [number, number] | null {
  if (text === undefined) return null;
  const [from = '', to] = text.split(separator);
  if (to === undefined) {
    const n = integer(from);
    return n === null ? null : [n, n];
  }
  const low = from === '' ? 0 : integer(from);
  const high = to === '' ? max : integer(to);
  return low === null || high === null ? null : [low, high];
}

/** `0x4000/0x4000` or `0x1`: value and mask (all ones when absent). */
export function valueAndMask(text: string | undefined): { value: number; mask: number } | null {
  if (text === undefined) return null;
  const [v, m] = text.split('/');
  const value = integer(v);
  const mask = m === undefined ? 0xffffffff : integer(m);
  return value === null || mask === null ? null : { value, mask };
}

/** `eth0`, or `cali+` for every name that begins so. A name that is not set never matches, but `+` always does. */
export function interfaceMatches(pattern: string, name: string | null): boolean {
  if (pattern.endsWith('+')) return (name ?? '').startsWith(pattern.slice(0, -1));
  return name === pattern;
}

/** Applies an option's `!`. */
export function signed(option: RuleOption, matched: boolean): boolean {
  return matched !== option.negated;
}
