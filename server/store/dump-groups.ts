// Which dumps of a case are the node's state, and at what time. A capture keeps one snapshot from before, one for each change of the
// rules and one from after, in dumps/NAME-TIME/; they describe the same node at different times, so that only one may be read as its
// state. One that is still arriving, or that a killed server left half, does not count.

export interface DumpGroup {
  /** `dumps/change-01-20261124T060000.000Z` */
  readonly path: string;
  /** When the snapshot began; null where the name does not say. */
  readonly takenMs: number | null;
}

// Deeper than at the top only what is surely ours: somebody's folder may be called dumps as well.
const grouped = /^dumps\/[^/]+(?=\/)|^.*?\/dumps\/(?:before|after|change-\d+)-\d{8}T\d{6}\.\d{3}Z(?=\/)/;
const timed = /-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d\.\d{3})Z$/;

/** A group with fewer files than this part of the largest is not whole. */
const wholePart = 0.8;

/** The folder of a snapshot that begins now. */
export function groupPath(name: string, begun: Date): string {
  return `dumps/${name}-${begun.toISOString().replace(/[-:]/g, '')}`;
}

function takenMs(group: string): number | null {
  const [, year, month, day, hour, minute, second] = timed.exec(group) ?? [];
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(ms) ? null : ms;
}

const groupOf = (path: string): string | null => grouped.exec(path)?.[0] ?? null;

/** The whole groups by their time; those without one keep their order and stand before. */
export function dumpGroups(paths: readonly string[]): DumpGroup[] {
  const sizes = new Map<string, number>();
  for (const path of paths) {
    const group = groupOf(path);
    if (group !== null) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  }
  const largest = Math.max(0, ...sizes.values());
  const whole = [...sizes].filter(([, size]) => size >= largest * wholePart);
  return whole
    .map(([path]) => ({ path, takenMs: takenMs(path) }))
    .sort((x, y) => (x.takenMs ?? Number.NEGATIVE_INFINITY) - (y.takenMs ?? Number.NEGATIVE_INFINITY) || 0);
}

/** All files that are in no group, and those of this one. */
export function dumpsOf<T extends { readonly path: string }>(files: readonly T[], group: DumpGroup | null): T[] {
  return files.filter(({ path }) => [null, group?.path].includes(groupOf(path)));
}

/** The newest that began at or before this time, or else the earliest that has a time; null where none has one. */
export function groupInForce(groups: readonly DumpGroup[], ms: number): DumpGroup | null {
  const dated = groups.filter((g) => g.takenMs !== null);
  return dated.findLast((g) => g.takenMs !== null && g.takenMs <= ms) ?? dated[0] ?? null;
}
