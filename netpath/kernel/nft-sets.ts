// Sets and maps of a table, asked with values. Exact elements are found by key, so that a map of ten thousand services costs one look-up;
// prefixes, ranges and wildcards are tried one by one.
import type { NftElement, NftExpr } from '../../parsers/nodestate/nft-syntax.ts';
import { keyOf, literalHolds, readLiteral, type Value } from './nft-value.ts';

const partsOf = (e: NftExpr): readonly NftExpr[] => (e.kind === 'concat' ? e.items : [e]);

/** The element's key as one text, when every part is an exact literal of the values' types. */
function exactKey(e: NftElement, values: readonly Value[]): string | null {
  const parts = partsOf(e.key);
  const out: string[] = [];
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i];
    const v = values[i];
    if (part?.kind !== 'value' || !v || (v.type === 'interface' && part.text.endsWith('*'))) return null;
    const read = readLiteral(v.type, part.text);
    if (read === null) return null;
    out.push(keyOf(read));
  }
  return out.join(' . ');
}

const isRest = (e: NftElement): boolean => e.key.kind === 'value' && e.key.text === '*';

interface Index {
  readonly exact: Map<string, NftElement>;
  readonly rest: NftElement[];
}

export class NftElements {
  readonly #elements: readonly NftElement[];
  /** One index for each combination of types that asked: it is one in practice. */
  readonly #indexes = new Map<string, Index>();

  /** The element `*`, for all that no other one holds. */
  readonly otherwise: NftElement | null;

  constructor(elements: readonly NftElement[]) {
    this.otherwise = elements.find(isRest) ?? null;
    this.#elements = this.otherwise ? elements.filter((e) => !isRest(e)) : elements;
  }

  #indexFor(values: readonly Value[]): Index {
    const types = values.map((v) => v.type).join();
    let index = this.#indexes.get(types);
    if (!index) {
      index = { exact: new Map(), rest: [] };
      for (const e of this.#elements) {
        const key = exactKey(e, values);
        if (key === null) index.rest.push(e);
        else index.exact.set(key, e);
      }
      this.#indexes.set(types, index);
    }
    return index;
  }

  /** The element that holds the values; null for none; a string when an element on the way is not understood. */
  find(values: readonly Value[]): NftElement | null | string {
    const index = this.#indexFor(values);
    const exact = index.exact.get(values.map((v) => keyOf(v.value)).join(' . '));
    if (exact) return exact;
    let problem: string | null = null;
    for (const e of index.rest) {
      const parts = partsOf(e.key);
      if (parts.length !== values.length) continue;
      let all: boolean | null = true;
      for (let i = 0; i < parts.length && all !== false; i++) {
        const part = parts[i];
        const v = values[i];
        const holds = part && v ? literalHolds(v, part) : false;
        if (holds === null) problem ??= `an element is not understood: ${JSON.stringify(part)}`;
        all = holds === null ? all && null : holds && all;
      }
      if (all) return e;
    }
    return problem ?? this.otherwise;
  }

  /** Could an element hold values of which some (null) are not known? */
  mayHold(values: readonly (Value | null)[]): boolean {
    return this.#elements.some((e) => {
      const parts = partsOf(e.key);
      return (
        parts.length === values.length &&
        parts.every((part, i) => {
          const v = values[i];
          return !v || literalHolds(v, part) !== false;
        })
      );
    });
  }
}
