// Which flows are shown where there are too many to show all.
import type { CaptureIndex } from '../../parsers/index/capture-index.ts';

export interface BusiestFlows {
  /** Ids in each capture, ascending. */
  readonly picked: readonly (readonly number[])[];
  /** Flows that there are. */
  readonly total: number;
}

/** Those with the most packets, all of them where there are no more than `most`; of equals the earlier. */
export function busiestFlows(
  captures: readonly { readonly index: Pick<CaptureIndex, 'flowCount' | 'flowPackets'> }[],
  most: number,
): BusiestFlows {
  const counts = captures.map(({ index }) =>
    Uint32Array.from({ length: index.flowCount }, (_, id) => index.flowPackets(id)),
  );
  const total = counts.reduce((sum, { length }) => sum + length, 0);
  if (total <= most) return { picked: counts.map((of) => Array.from(of, (_, id) => id)), total };
  if (most <= 0) return { picked: counts.map(() => []), total };
  const all = new Uint32Array(total);
  let at = 0;
  for (const of of counts) {
    all.set(of, at);
    at += of.length;
  }
  all.sort();
  const least = all[total - most] ?? 0;
  let equals = most - (total - firstAbove(all, least));
  const picked = counts.map((of) => {
    const ids: number[] = [];
    for (let id = 0; id < of.length; id++) {
      const packets = of[id] ?? 0;
      if (packets > least || (packets === least && equals-- > 0)) ids.push(id);
    }
    return ids;
  });
  return { picked, total };
}

/** First place in an ascending list that holds more than `value`. */
function firstAbove(ascending: Uint32Array, value: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
