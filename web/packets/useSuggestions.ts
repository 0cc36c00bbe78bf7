// What the filter bar offers below itself: what may stand at the cursor, as the server says, or, in an empty bar, recent filters.
import { useCompletions } from '../sources/queries.ts';
import { usePreferences } from '../state/preferences.ts';

export interface Suggestion {
  shown: string;
  /** A field's type, or the number of a named value. */
  type: string;
  description: string;
  /** The whole filter once it is taken, and where the cursor then stands. */
  filter: string;
  cursor: number;
}

export interface Suggestions {
  title: string;
  list: readonly Suggestion[];
}

const nothing: Suggestions = { title: '', list: [] };

export function useSuggestions(text: string, cursor: number, focused: boolean): Suggestions {
  const recent = usePreferences(({ recentFilters }) => recentFilters);
  const { data } = useCompletions(text, cursor, focused && text !== '');
  if (!focused) return nothing;
  if (text === '') {
    const list = recent.map((filter) => ({ shown: filter, type: '', description: '', filter, cursor: filter.length }));
    return { title: 'Filters used before', list };
  }
  if (data === undefined || data.kind === 'none') return nothing;
  const { kind, field, from, to, items } = data;
  const list = items.map(({ text: shown, insert, type, description }) => ({
    shown,
    type,
    description,
    filter: text.slice(0, from) + insert + text.slice(to),
    cursor: from + insert.length,
  }));
  const titles = {
    field: 'Fields',
    operator: 'Operators',
    value: `Values of ${field ?? 'the field'}`,
    join: 'Go on with',
  };
  return { title: titles[kind], list };
}
