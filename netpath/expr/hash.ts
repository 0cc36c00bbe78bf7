// jhash: computed where the packet tells what it hashes and the rule its seed, which the kernel otherwise makes up and prints nowhere.
// symhash is keyed by a secret of the running kernel. Then every number is a world of its own.
//
// Surprise: it hashes registers, so that in a concatenation every part is padded to four bytes (nft_hash.c, jhash.h).
import { ipBytes } from '../../parsers/core/address.ts';
import { jhash } from '../kernel/jhash.ts';
import type { ExprModule, Value } from '../kernel/nft-value.ts';

/** The bytes of a value as they stand in registers; null where that depends on more than the value. */
function bytesOf(v: Value): readonly number[] | null {
  const { value } = v;
  if (typeof value === 'object') return ipBytes(value);
  if (v.type === 'port' && typeof value === 'number') return [value >> 8, value & 0xff];
  if (v.type === 'protocol' && typeof value === 'number') return [value];
  if (v.type === 'mac' && typeof value === 'string') return value.split(':').map((b) => Number.parseInt(b, 16));
  return null;
}

function registers(values: readonly Value[]): readonly number[] | null {
  const out: number[] = [];
  for (const v of values) {
    const bytes = bytesOf(v);
    if (bytes === null) return null;
    out.push(...bytes);
    if (values.length > 1) while (out.length % 4 !== 0) out.push(0);
  }
  return out;
}

export const expr: ExprModule = {
  kind: 'hash',
  evaluate(e, c, evaluateAll) {
    if (e.kind !== 'hash') return null;
    if (e.key !== null && evaluateAll) {
      const values = evaluateAll(e.key);
      if (values === null) return null;
      const known = values.filter((v): v is Value => !('unknown' in v));
      const bytes = known.length === values.length ? registers(known) : null;
      if (bytes !== null && e.seed !== null)
        // reciprocal_scale
        return { type: 'number', value: Math.floor((jhash(bytes, e.seed) * e.mod) / 2 ** 32) + e.offset };
    }
    const name = `${e.name} mod ${e.mod}`;
    const i = c.world.decide({
      source: null,
      why: `Which number ${name} gives ${e.name === 'jhash' ? 'depends on a seed that no dump tells' : 'depends on a secret of the running kernel'}; a capture or a conntrack entry of the flow tells.`,
      choices: Array.from({ length: Math.max(1, Math.min(e.mod, 256)) }, (_, k) => ({
        assumed: `${name} gives ${k + e.offset}`,
        probability: null,
      })),
    });
    return { type: 'number', value: i + e.offset };
  },
};
