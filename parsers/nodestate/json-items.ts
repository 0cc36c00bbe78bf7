// Splits the JSON that `ip -j`, `bridge -j` and kubectl print into its items with their places, so that each item can cite
// its line, and so that a file cut in the middle still gives the items before the cut.

export interface JsonItem {
  readonly value: unknown;
  /** Offsets into the text, [from, to). */
  readonly from: number;
  readonly to: number;
}

export interface JsonItems {
  readonly items: JsonItem[];
  /** Where and why reading stopped early; null when all was read. */
  readonly problem: { readonly offset: number; readonly message: string } | null;
}

/** End of the value that starts at `from` (one past its last character), or -1 when the text ends first. */
function endOfValue(text: string, from: number): number {
  let depth = 0;
  let inString = false;
  for (let i = from; i < text.length; i++) {
    const c = text[i];
    if (inString) {
      if (c === '\\') i++;
      else if (c === '"') {
        inString = false;
        if (depth === 0) return i + 1;
      }
    } else if (c === '"') inString = true;
    else if (c === '{' || c === '[') depth++;
    else if (c === '}' || c === ']') {
      depth--;
      if (depth === 0) return i + 1;
      if (depth < 0) return i;
    } else if (depth === 0 && (c === ',' || c === '\n')) return i;
  }
  return depth === 0 && !inString ? text.length : -1;
}

const isSpace = (c: string | undefined): boolean => c === ' ' || c === '\n' || c === '\r' || c === '\t';

/** iproute2 prints names of interfaces as they are: a pod may name one with control characters, which JSON does not allow. */
function parsed(item: string): unknown {
  try {
    return JSON.parse(item);
  } catch (error) {
    let escaped = '';
    for (const c of item) {
      const code = c.charCodeAt(0);
      escaped += code < 0x20 && c !== '\n' && c !== '\r' && c !== '\t' ? `\\u${code.toString(16).padStart(4, '0')}` : c;
    }
    if (escaped === item) throw error;
    return JSON.parse(escaped);
  }
}

function readElements(
  text: string,
  start: number,
  into: JsonItem[],
): (JsonItems['problem'] & object) | { end: number } {
  let i = start;
  for (;;) {
    while (isSpace(text[i]) || text[i] === ',') i++;
    if (i >= text.length) return { offset: text.length, message: 'the file ends inside the list' };
    if (text[i] === ']') return { end: i + 1 };
    const to = endOfValue(text, i);
    if (to < 0) return { offset: i, message: 'the file ends inside this item' };
    try {
      into.push({ value: parsed(text.slice(i, to)), from: i, to });
    } catch (e) {
      return { offset: i, message: `not valid JSON (${e instanceof Error ? e.message : 'parse error'})` };
    }
    i = to;
  }
}

/** Start of the array under the key `items` of the object at `from`, or -1. */
function itemsArray(text: string, from: number): number {
  let i = from + 1;
  while (i < text.length) {
    while (isSpace(text[i]) || text[i] === ',') i++;
    if (text[i] !== '"') return -1;
    const keyEnd = endOfValue(text, i);
    if (keyEnd < 0) return -1;
    const key = text.slice(i + 1, keyEnd - 1);
    i = keyEnd;
    while (isSpace(text[i]) || text[i] === ':') i++;
    if (key === 'items' && text[i] === '[') return i;
    const valueEnd =
      text[i] === '{' || text[i] === '[' || text[i] === '"' ? endOfValue(text, i) : text.slice(i).search(/[,}]/) + i;
    if (valueEnd <= i) return -1;
    i = valueEnd;
  }
  return -1;
}

/**
 * The items of a text: elements of an array, of an object's `items`, or the object itself; several documents one after the
 * other are read as one list.
 */
export function jsonItems(text: string): JsonItems {
  const items: JsonItem[] = [];
  let i = 0;
  for (;;) {
    while (isSpace(text[i])) i++;
    if (i >= text.length) return { items, problem: null };
    if (text[i] === '[') {
      const r = readElements(text, i + 1, items);
      if (!('end' in r)) return { items, problem: r };
      i = r.end;
    } else if (text[i] === '{') {
      const list = itemsArray(text, i);
      if (list >= 0) {
        const r = readElements(text, list + 1, items);
        if (!('end' in r)) return { items, problem: r };
        const to = endOfValue(text, i);
        if (to < 0) return { items, problem: { offset: text.length, message: 'the file ends inside the object' } };
        i = to;
        continue;
      }
      const to = endOfValue(text, i);
      if (to < 0) return { items, problem: { offset: i, message: 'the file ends inside this object' } };
      try {
        items.push({ value: parsed(text.slice(i, to)), from: i, to });
      } catch (e) {
        return {
          items,
          problem: { offset: i, message: `not valid JSON (${e instanceof Error ? e.message : 'parse error'})` },
        };
      }
      i = to;
    } else return { items, problem: { offset: i, message: 'JSON expected' } };
  }
}

/** A typed look into parsed JSON: undefined for whatever is not there or of another type. */
export class Json {
  readonly value: unknown;
  constructor(value: unknown) {
    this.value = value;
  }
  get(key: string): Json {
    const v = this.value;
    return new Json(
      typeof v === 'object' && v !== null && !Array.isArray(v) ? (v as Record<string, unknown>)[key] : undefined,
    );
  }
  has(key: string): boolean {
    return this.get(key).value !== undefined;
  }
  get string(): string | null {
    return typeof this.value === 'string' ? this.value : null;
  }
  get number(): number | null {
    return typeof this.value === 'number' ? this.value : null;
  }
  get boolean(): boolean | null {
    return typeof this.value === 'boolean' ? this.value : null;
  }
  get array(): Json[] {
    return Array.isArray(this.value) ? this.value.map((v: unknown) => new Json(v)) : [];
  }
  get strings(): string[] {
    return this.array.flatMap((j) => (j.string === null ? [] : [j.string]));
  }
  get entries(): [string, Json][] {
    const v = this.value;
    return typeof v === 'object' && v !== null && !Array.isArray(v)
      ? Object.entries(v).map(([k, x]) => [k, new Json(x)])
      : [];
  }
}
