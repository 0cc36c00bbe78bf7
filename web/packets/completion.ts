// Completion of field names in a display filter: the word at the cursor, and the names that go on from it. Pure.

export interface Word {
  start: number;
  end: number;
  text: string;
}

/** The name being typed where the cursor is; null inside a string, and where no name stands. */
export function wordAt(filter: string, cursor: number): Word | null {
  const before = filter.slice(0, cursor);
  if ((before.match(/"/g) ?? []).length % 2 === 1) return null;
  const [head] = /[a-z_][\w.-]*$/i.exec(before) ?? [];
  if (head === undefined || /[\w."]$/.test(before.slice(0, before.length - head.length))) return null;
  const [tail = ''] = /^[\w.-]*/.exec(filter.slice(cursor)) ?? [];
  return { start: cursor - head.length, end: cursor + tail.length, text: head };
}

/** Names that begin with the word, then those that have it after a dot; shorter first, and none once it is complete. */
export function completionsOf(word: string, names: readonly string[], most = 8): string[] {
  const lower = word.toLowerCase();
  const rank = (name: string) => (name.startsWith(lower) ? 0 : name.includes(`.${lower}`) ? 1 : 2);
  return names
    .filter((name) => rank(name) < 2 && name !== lower)
    .sort((a, b) => rank(a) - rank(b) || a.length - b.length || a.localeCompare(b))
    .slice(0, most);
}

export const completed = (filter: string, word: Word, name: string): string =>
  filter.slice(0, word.start) + name + filter.slice(word.end);

/** The newest first, each once. */
export const withRecent = (recent: readonly string[], filter: string, most = 12): string[] =>
  [filter, ...recent.filter((other) => other !== filter)].slice(0, most);
