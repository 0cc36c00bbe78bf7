// The names of values that a filter may write for numbers and flags (`ip.proto == TCP`, `tcp.flags.syn == Set`), as tshark 4.0 has them.
// Surprise: a name is all of tshark's text, capitals or not (`dns.qry.type == "AAAA (IPv6 Address)"`, never `AAAA`), and a word that is
// also a field or protocol (`tcp`) means that.
import { FLAG_NAMES, NUMBER_NAMES } from './value-names.gen.ts';

export interface NamedValue {
  readonly value: number;
  readonly name: string;
}

/** The text of a field's table; made into values when it is first asked for. */
const tables = new Map<string, { readonly text: string; readonly isFlag: boolean }>();
for (const [fields, text] of NUMBER_NAMES)
  for (const field of fields.split(' ')) tables.set(field, { text, isFlag: false });
for (const [fields, text] of FLAG_NAMES)
  for (const field of fields.split(' ')) tables.set(field, { text, isFlag: true });

const read = new Map<string, readonly NamedValue[]>();

export function hasValueNames(field: string, of: 'number' | 'boolean'): boolean {
  return tables.get(field)?.isFlag === (of === 'boolean');
}

/** Every named value of a field, in tshark's order; none where it has no names. */
export function valueNames(field: string): readonly NamedValue[] {
  const table = tables.get(field);
  if (table === undefined) return [];
  const known = read.get(table.text);
  if (known !== undefined) return known;
  const lines = table.text.split('\n');
  const values = table.isFlag
    ? lines.map((name, i) => ({ value: i === 0 ? 1 : 0, name }))
    : lines.map((line) => ({ value: Number.parseInt(line, 10), name: line.slice(line.indexOf(' ') + 1) }));
  read.set(table.text, values);
  return values;
}

/** The number with this name; null when no value has it. */
export function valueNamed(field: string, name: string): number | null {
  const wanted = name.toLowerCase();
  return valueNames(field).find((one) => one.name.toLowerCase() === wanted)?.value ?? null;
}
