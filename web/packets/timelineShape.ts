// The timeline's slices as SVG paths in a box of `slices` × 100. Square-root heights: a lone packet beside a burst is seen.

function heights(counts: readonly number[], most: number): number[] {
  return counts.map((n) => (n === 0 || most === 0 ? 0 : Math.max(4, Math.sqrt(n / most) * 76)));
}

export function trafficPaths(packets: readonly number[]): { area: string; top: string } {
  const most = Math.max(0, ...packets);
  const top = heights(packets, most)
    .map((height, i) => `${i === 0 ? 'M' : 'L'}${i} ${(100 - height).toFixed(1)}H${i + 1}`)
    .join('');
  return { area: top === '' ? '' : `${top}V100H0Z`, top };
}

/** Bars of the slices with bad packets, as high as those packets would be alone. */
export function badPath(packets: readonly number[], bad: readonly number[]): string {
  const most = Math.max(0, ...packets);
  return heights(bad, most)
    .map((height, i) => (height === 0 ? '' : `M${i} 100V${(100 - height).toFixed(1)}H${i + 1}V100Z`))
    .join('');
}

/** The slices in row order, for the map beside the scrollbar: `[first row, end row, share of bad packets]`. */
export function rowSlices(
  packets: readonly number[],
  bad: readonly number[],
): { from: number; to: number; bad: number }[] {
  let row = 0;
  return packets.flatMap((count, i) => {
    if (count === 0) return [];
    const from = row;
    row += count;
    return [{ from, to: row, bad: (bad[i] ?? 0) / count }];
  });
}
