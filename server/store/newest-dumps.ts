// Which dumps of a case are the node's state. A capture keeps one snapshot from before, one for each change of the rules and one from
// after, in dumps/GROUP/; they describe the same node at different times, so that only the newest may be read as its state. One that is
// still arriving, or that a killed server left half, is not the newest yet.

const grouped = /^dumps\/([^/]+)\//;

/** A group with fewer files than this part of the largest is not whole. */
const wholePart = 0.8;

/** All files that are in no group, and those of the whole group that came last. */
export function newestDumps<T>(files: readonly T[], pathOf: (file: T) => string): T[] {
  const groupOf = (file: T) => grouped.exec(pathOf(file))?.[1] ?? null;
  const sizes = new Map<string, number>();
  for (const file of files) {
    const group = groupOf(file);
    if (group !== null) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  }
  const largest = Math.max(0, ...sizes.values());
  const newest = [...sizes].findLast(([, size]) => size >= largest * wholePart)?.[0] ?? null;
  return files.filter((file) => groupOf(file) === null || groupOf(file) === newest);
}
