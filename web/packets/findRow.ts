// The row of a packet number in a filtered list. Numbers rise with rows, so halving finds it in 24 requests of one row at
// worst in ten million; without a filter the row is the number less one.

export type NumberAt = (row: number) => Promise<number | null>;

export async function findRow(no: number, matched: number, numberAt: NumberAt): Promise<number | null> {
  let low = 0;
  let high = Math.min(matched, no) - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = await numberAt(middle);
    if (found === null) return null;
    if (found === no) return middle;
    if (found < no) low = middle + 1;
    else high = middle - 1;
  }
  return null;
}
