// Three-valued answers. Unknown is carried with the reason and the dump that would settle it, and is never rounded to yes or no.

export interface Unknown {
  /** What is not known, as a sentence: "whether a process of uid 0 sent it". */
  readonly unknown: string;
  /** The dump or fact that would settle it. */
  readonly settle: string;
}

export type Tri = boolean | Unknown;

export function unknown(what: string, settle: string): Unknown {
  return { unknown: what, settle };
}

export function isUnknown(t: Tri): t is Unknown {
  return typeof t === 'object';
}
