// Sentences are built from fragments, each linked to where it was read. Nothing here knows about packets.
import type { SourceRef } from '../../parsers/core/issue.ts';
import type { Owner } from '../owner.ts';
import type { Fragment } from '../trace.ts';

export interface Sentence {
  readonly text: string;
  readonly fragments: readonly Fragment[];
  readonly sources: readonly SourceRef[];
}

export function code(text: string, source?: SourceRef | null): Fragment {
  return source ? { kind: 'code', text, source } : { kind: 'code', text };
}

export function strong(text: string, owner?: Owner): Fragment {
  return owner ? { kind: 'strong', text, owner } : { kind: 'strong', text };
}

/** `file:line` as a link. */
export function ref(source: SourceRef): Fragment {
  return { kind: 'code', text: `${source.file}:${source.line}`, source };
}

type Part = string | Fragment | readonly Fragment[] | null;

/** Joins parts to a sentence; null parts are left out. The sources are those of the fragments, in order, each once. */
export function sentence(...parts: readonly Part[]): Sentence {
  const fragments: Fragment[] = [];
  for (const p of parts) {
    if (p === null || p === '') continue;
    if (typeof p === 'string') fragments.push({ kind: 'text', text: p });
    else if ('kind' in p) fragments.push(p);
    else fragments.push(...p);
  }
  const sources: SourceRef[] = [];
  for (const f of fragments) {
    const s = f.source;
    if (s && !sources.some((x) => x.file === s.file && x.line === s.line)) sources.push(s);
  }
  return { text: fragments.map((f) => f.text).join(''), fragments, sources };
}

/** "a", "a and b", "a, b and c". */
export function list(words: readonly string[], last = 'and'): string {
  if (words.length <= 1) return words[0] ?? '';
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}
