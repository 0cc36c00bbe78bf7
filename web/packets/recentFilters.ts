// The filters used before, as the filter bar offers them. Pure.

/** The newest first, each once. */
export const withRecent = (recent: readonly string[], filter: string, most = 12): string[] =>
  [filter, ...recent.filter((other) => other !== filter)].slice(0, most);
