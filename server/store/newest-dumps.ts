// Which dumps of a case are the node's state. A capture keeps one snapshot from before, one for each change of the rules and one from
// after, in dumps/GROUP/; they describe the same node at different times, so that only the newest may be read as its state.

const grouped = /^dumps\/([^/]+)\//;

/** All files that are in no group, and those of the group that came last. */
export function newestDumps<T>(files: readonly T[], pathOf: (file: T) => string): T[] {
  const groupOf = (file: T) => grouped.exec(pathOf(file))?.[1] ?? null;
  const newest = files.map(groupOf).findLast((group) => group !== null) ?? null;
  return files.filter((file) => groupOf(file) === null || groupOf(file) === newest);
}
