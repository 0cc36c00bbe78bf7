// The display-filter language, in the page: checked and completed without asking the server. Loaded when it is first needed.

/** What is wrong with a display filter, or null. Where captures start there is no case yet that the server could try it on. */
export async function displayFilterProblem(text: string): Promise<string | null> {
  if (text.trim() === '') return null;
  const { compileFilter } = await import('../../parsers/filter/compile-filter.ts');
  const compiled = compileFilter(text);
  return compiled.ok ? null : compiled.message;
}

/** Every field name of the filter language, sorted. */
export async function filterFieldNames(): Promise<readonly string[]> {
  const { fieldNames } = await import('../../parsers/filter/fields.ts');
  return fieldNames();
}
