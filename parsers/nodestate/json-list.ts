// The part that all `-j` dumps share: read the items, say where reading stopped.
import type { DumpFile, Warn } from './dump-format.ts';
import { Json, type JsonItem, jsonItems } from './json-items.ts';

function read(file: DumpFile, warn: Warn): JsonItem[] {
  const { items, problem } = jsonItems(file.text);
  if (problem) {
    warn(
      'syntax',
      file.refAt(problem.offset, problem.offset + 80),
      `${problem.message}: ${items.length} items before it were used; take the dump again`,
    );
  }
  return items.filter((i) => new Json(i.value).entries.length > 0);
}

/** Reads the items of a JSON dump, warning where it breaks off. */
export const readJsonList = Object.assign(read, {
  /** True when the first item of a JSON list satisfies `test`. */
  looksLike(file: DumpFile, test: (first: Json) => boolean): boolean {
    const head = /^\s*[[{]/.test(file.text.slice(0, 200));
    if (!head) return false;
    for (const item of firstItems(file)) {
      const j = new Json(item.value);
      if (j.entries.length > 0) return test(j);
    }
    return false;
  },
});

const cache = new WeakMap<DumpFile, readonly JsonItem[]>();

/** Detection asks every format: parse the list once. */
function firstItems(file: DumpFile): readonly JsonItem[] {
  let items = cache.get(file);
  if (!items) {
    items = jsonItems(file.text).items.slice(0, 3);
    cache.set(file, items);
  }
  return items;
}
