// NAT in a row of the list: what an address was before this point, or becomes behind it.
import type { Rewritten } from '../../api/joined.ts';

export interface RewriteNote {
  /** `dst was 10.96.0.80:80`, `src → 10.244.1.1:40580` */
  readonly text: string;
  readonly title: string;
}

export function rewriteNotes(rewritten: Rewritten): RewriteNote[] {
  const notes: RewriteNote[] = [];
  for (const [side, other] of [
    ['before', rewritten.before],
    ['after', rewritten.after],
  ] as const) {
    if (other === null) continue;
    for (const [name, long, address] of [
      ['src', 'source', other.source],
      ['dst', 'destination', other.destination],
    ] as const) {
      if (address === null) continue;
      const was = side === 'before';
      notes.push({
        text: was ? `${name} was ${address}` : `${name} → ${address}`,
        title: `The ${long} ${was ? 'was' : 'becomes'} ${address}: packet ${other.no} at ${other.point} (NAT)`,
      });
    }
  }
  return notes;
}
