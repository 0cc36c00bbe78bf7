// The display-filter language, in the page: checked without asking the server. Loaded when it is first needed.

import { useEffect, useState } from 'react';

export interface FilterProblem {
  message: string;
  /** Where in the text, in characters. */
  position: number;
}

/** What is wrong with a display filter, or null. */
async function displayFilterProblem(text: string): Promise<FilterProblem | null> {
  if (text.trim() === '') return null;
  const { compileFilter } = await import('../../parsers/filter/compile-filter.ts');
  const compiled = compileFilter(text);
  return compiled.ok ? null : compiled;
}

/** The problem of the text, null when it has none, undefined until that is known. */
export function useFilterProblem(text: string): FilterProblem | null | undefined {
  const [checked, setChecked] = useState<{ text: string; problem: FilterProblem | null } | null>(null);
  useEffect(() => {
    let stale = false;
    void displayFilterProblem(text).then((problem) => !stale && setChecked({ text, problem }));
    return () => {
      stale = true;
    };
  }, [text]);
  return checked?.text === text ? checked.problem : undefined;
}
