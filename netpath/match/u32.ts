// -m u32: arithmetic on four bytes of the packet, from the IP header on (xt_u32.c).
//
// Surprise: a place beyond the end of the packet is no, and "!" turns that into yes.
import { type Clause, clause, type MatchModule } from '../kernel/clause.ts';
import { signed } from '../kernel/option-values.ts';
import { capturedAnswers, type Packet } from '../kernel/packet.ts';
import { bytesOf } from '../kernel/packet-bytes.ts';
import { isUnknown, type Tri, unknown } from '../tri.ts';

interface Test {
  readonly start: number;
  readonly steps: readonly { readonly op: '&' | '<<' | '>>' | '@'; readonly by: number }[];
  readonly ranges: readonly (readonly [number, number])[];
}

const NUMBER = String.raw`(?:0x[0-9a-fA-F]+|\d+)`;
const LOCATION = new RegExp(`^(${NUMBER})((?:(?:&|<<|>>|@)${NUMBER})*)$`);
const STEP = new RegExp(`(&|<<|>>|@)(${NUMBER})`, 'g');
const RANGE = new RegExp(`^(${NUMBER})(?::(${NUMBER}))?$`);

function parseTest(text: string): Test | null {
  const [where = '', values, ...more] = text.split('=');
  const location = LOCATION.exec(where);
  if (!location || values === undefined || more.length > 0) return null;
  const steps = [...(location[2] ?? '').matchAll(STEP)].map((m) => ({ op: m[1] as '&', by: Number(m[2]) }));
  const ranges: [number, number][] = [];
  for (const v of values.split(',')) {
    const m = RANGE.exec(v);
    if (!m) return null;
    ranges.push([Number(m[1]), Number(m[2] ?? m[1])]);
  }
  return { start: Number(location[1]), steps, ranges };
}

/** A 32-bit value of which only the bits of `known` are told. */
interface Bits {
  readonly value: number;
  readonly known: number;
}

function read(bytes: readonly (number | null)[], at: number): Bits {
  let value = 0;
  let known = 0;
  for (let i = 0; i < 4; i++) {
    const b = bytes[at + i] ?? null;
    value = ((value << 8) | (b ?? 0)) >>> 0;
    known = ((known << 8) | (b === null ? 0 : 0xff)) >>> 0;
  }
  return { value, known };
}

const OPEN: Tri = unknown('what the packet holds where the rule looks', 'a capture of the packet');

function holds(t: Test, bytes: readonly (number | null)[], complete: boolean): Tri {
  let base = 0;
  const beyond = (at: number): Tri | null => (at + 4 > bytes.length ? (complete ? false : OPEN) : null);
  let bits: Bits;
  const first = beyond(t.start);
  if (first !== null) return first;
  bits = read(bytes, t.start);
  for (const { op, by } of t.steps) {
    const { value, known } = bits;
    if (op === '&') bits = { value: (value & by) >>> 0, known: (known | ~by) >>> 0 };
    else if (op === '<<')
      bits =
        by > 31
          ? { value: 0, known: ~0 >>> 0 }
          : { value: (value << by) >>> 0, known: ((known << by) | ((1 << by) - 1)) >>> 0 };
    else if (op === '>>')
      bits = by > 31 ? { value: 0, known: ~0 >>> 0 } : { value: value >>> by, known: ~(~known >>> by) >>> 0 };
    else {
      if (known !== 0xffffffff) return OPEN;
      base += value;
      const end = beyond(base + by);
      if (end !== null) return end;
      bits = read(bytes, base + by);
    }
  }
  const { value, known } = bits;
  if (known === 0xffffffff) return t.ranges.some(([low, high]) => value >= low && value <= high);
  // a single value may be ruled out by the bits that are told
  const possible = t.ranges.some(([low, high]) => low !== high || ((low ^ value) & known) === 0);
  return possible ? OPEN : false;
}

export const match: MatchModule = {
  module: 'u32',
  compile(options): Clause[] | string {
    const o = options[0];
    if (o?.name !== '--u32') return `${o?.name ?? 'no option'} is not understood`;
    const tests = o.values.join('').replace(/\s+/g, '').split('&&').map(parseTest);
    if (tests.some((t) => t === null)) return `--u32 ${o.values[0] ?? ''} is not understood`;
    return [
      clause(({ packet }) => {
        const all = (p: Packet): Tri => {
          const bytes = bytesOf(p);
          let result: Tri = true;
          for (const t of tests) {
            const r = t ? holds(t, bytes, p.length !== null) : OPEN;
            if (r === false) return false;
            if (typeof r === 'object') result = r;
          }
          return result;
        };
        const found = all(packet);
        if (typeof found !== 'boolean') return found;
        capturedAnswers(packet, '-m u32', packet.seen === null || !isUnknown(all({ ...packet, seen: null })));
        return signed(o, found);
      }),
    ];
  },
};
