// What the filter bar offers below itself: names that go on from the word at the cursor, or, in an empty bar, recent filters.
import { useEffect, useState } from 'react';
import { filterFieldNames } from '../sources/filterLanguage.ts';
import { usePreferences } from '../state/preferences.ts';
import { completed, completionsOf, wordAt } from './completion.ts';

export interface Suggestion {
  shown: string;
  /** The whole filter once it is taken, and where the cursor then stands. */
  filter: string;
  cursor: number;
}

export interface Suggestions {
  kind: 'names' | 'recent';
  list: readonly Suggestion[];
}

export function useSuggestions(text: string, cursor: number, focused: boolean): Suggestions {
  const recent = usePreferences(({ recentFilters }) => recentFilters);
  const [names, setNames] = useState<readonly string[]>([]);
  useEffect(() => {
    if (focused && names.length === 0) void filterFieldNames().then(setNames);
  }, [focused, names.length]);
  if (!focused) return { kind: 'names', list: [] };
  if (text === '') {
    return { kind: 'recent', list: recent.map((filter) => ({ shown: filter, filter, cursor: filter.length })) };
  }
  const word = wordAt(text, cursor);
  if (word === null || word.text.length < 2) return { kind: 'names', list: [] };
  const list = completionsOf(word.text, names).map((name) => ({
    shown: name,
    filter: completed(text, word, name),
    cursor: word.start + name.length,
  }));
  return { kind: 'names', list };
}
