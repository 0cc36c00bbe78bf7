// -m string: a pattern in the bytes of the packet, IP header included. A packet that is typed in has no payload, so that only
// one too short for it, or all told, settles it; that of a captured one is in the capture.
import { type Clause, clause, type MatchModule } from '../kernel/clause.ts';
import { integer, signed } from '../kernel/option-values.ts';
import { capturedAnswers } from '../kernel/packet.ts';
import { bytesOf } from '../kernel/packet-bytes.ts';
import { isUnknown, type Tri, unknown } from '../tri.ts';

// iptables prints a pattern with anything else in it as hex
const ascii = (text: string): number[] => [...text].map((c) => c.charCodeAt(0) & 0xff);

function fromHex(text: string): number[] | null {
  const out: number[] = [];
  for (const [i, part] of text.split('|').entries()) {
    if (i % 2 === 0) out.push(...ascii(part));
    else {
      const digits = part.replace(/\s+/g, '');
      if (!/^(?:[0-9a-fA-F]{2})*$/.test(digits)) return null;
      for (let k = 0; k < digits.length; k += 2) out.push(Number.parseInt(digits.slice(k, k + 2), 16));
    }
  }
  return out;
}

const lower = (b: number): number => (b >= 65 && b <= 90 ? b + 32 : b);

/** Does the pattern begin between two places? Unknown where bytes that are not told could make it. */
function find(
  bytes: readonly (number | null)[],
  pattern: readonly number[],
  from: number,
  to: number,
  icase: boolean,
): Tri {
  const same = (b: number, wanted: number) => (icase ? lower(b) === lower(wanted) : b === wanted);
  let open = false;
  for (let at = from; at + pattern.length <= bytes.length && at <= to; at++) {
    let possible = true;
    let told = true;
    for (let i = 0; i < pattern.length && possible; i++) {
      const b = bytes[at + i] ?? null;
      if (b === null) told = false;
      else possible = same(b, pattern[i] ?? -1);
    }
    if (possible && told) return true;
    open ||= possible;
  }
  return open ? unknown('what the packet carries', 'a capture of the packet') : false;
}

export const match: MatchModule = {
  module: 'string',
  compile(options): Clause[] | string {
    const of = (name: string) => options.find((o) => o.name === name);
    const text = of('--string');
    const hex = of('--hex-string');
    const o = text ?? hex;
    const pattern = text ? ascii(text.values[0] ?? '') : fromHex(hex?.values[0] ?? '');
    const from = integer(of('--from')?.values[0] ?? '0');
    const to = integer(of('--to')?.values[0] ?? '65535');
    const icase = of('--icase') !== undefined;
    if (!o || !pattern || pattern.length === 0 || from === null || to === null) return 'the pattern is not understood';
    return [
      clause(({ packet }) => {
        if (packet.length === null) return unknown('what the packet carries', 'a capture of the packet');
        const found = find(bytesOf(packet), pattern, from, to, icase);
        if (typeof found !== 'boolean') return found;
        capturedAnswers(
          packet,
          '-m string',
          !isUnknown(find(bytesOf({ ...packet, seen: null }), pattern, from, to, icase)),
        );
        return signed(o, found);
      }),
    ];
  },
};
