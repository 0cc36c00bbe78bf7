// How a place in a dump is written in running text: the file's name without its folder, and after a link to the same file
// only the line, as in `iptables-save.txt:46 … :47`.
import type { Fragment } from '../../api/pieces.ts';

const baseName = (file: string) => file.slice(file.lastIndexOf('/') + 1);

export function placeText(source: { file: string; line: number }, before: string | null = null): string {
  return source.file === before ? `:${source.line}` : `${baseName(source.file)}:${source.line}`;
}

/** The fragments with their texts shortened where they are a place; the title of the link keeps all of it. */
export function shortPlaces(fragments: readonly Fragment[]): Fragment[] {
  let before: string | null = null;
  return fragments.map((fragment) => {
    const { source, text } = fragment;
    if (source === undefined) return fragment;
    const whole = text === `${source.file}:${source.line}`;
    const short = whole ? { ...fragment, text: placeText(source, before) } : fragment;
    if (whole) before = source.file;
    return short;
  });
}
