// All field names a filter may use, with their kinds: the protocols' own lists, the frame's, and the protocol names themselves.
// Surprise: a misspelt field is an error, not an empty result; the nearest name is offered.
import { FRAME_FIELDS } from '../index/frame-layer.ts';
import type { Media } from '../wire/media/media.ts';
import { MEDIA } from '../wire/media/registry.gen.ts';
import { PROTOCOLS } from '../wire/registry.gen.ts';
import { OWN, OWN_FIELDS } from './own-fields.ts';
import { type FieldType, type OwnKind, typeOf } from './types.ts';

export interface FilterField {
  readonly name: string;
  readonly kind: OwnKind;
  readonly type: FieldType;
  /** Names of the tree's nodes that carry the values. */
  readonly nodes: ReadonlySet<string>;
  /** Bit position in the header of protocol `number` of the registry, when the value can be read there; null otherwise. */
  readonly header: { readonly number: number; readonly first: number; readonly width: number } | null;
  /** Display-filter name of the protocol whose file declares it; `frame` for the frame's. */
  readonly owner: string;
  /** All of them where several carry the same message, as TCP and UDP carry LDAP. */
  readonly owners: readonly string[];
}

/** Layers that have no file of their own in wire/media. */
const OTHER_BODIES: readonly Pick<Media, 'filter' | 'fields'>[] = [
  { filter: 'media', fields: [{ name: 'media.type', kind: 'bytes' }] },
];

const fields = new Map<string, FilterField>();

function add(field: Omit<FilterField, 'type' | 'owners'>): void {
  const owners = [...(fields.get(field.name)?.owners ?? []), field.owner];
  fields.set(field.name, { ...field, owners, type: typeOf(field.name, field.kind) });
}

for (const [place, protocol] of PROTOCOLS.entries()) {
  add({
    name: protocol.filter,
    kind: 'protocol',
    nodes: new Set([protocol.filter]),
    header: null,
    owner: protocol.filter,
  });
  for (const { name, kind, either, bits } of protocol.fields) {
    const header = bits === undefined ? null : { number: place + 1, first: bits[0], width: bits[1] };
    // A bare name, as `json` or `mdns`, is a layer of its own.
    const isLayer = kind === 'none' && !name.includes('.');
    add({
      name,
      kind: isLayer ? 'protocol' : kind,
      nodes: new Set(either ?? [name]),
      header,
      owner: protocol.filter,
    });
  }
}
const carriers = PROTOCOLS.filter(({ attach }) => attach.bodies);
for (const { filter, fields: specs } of [...MEDIA, ...OTHER_BODIES]) {
  for (const { filter: owner } of carriers) {
    add({ name: filter, kind: 'protocol', nodes: new Set([filter]), header: null, owner });
    for (const { name, kind: own } of specs) {
      const kind = own === 'none' && !name.includes('.') ? 'protocol' : own;
      add({ name, kind, nodes: new Set([name]), header: null, owner });
    }
  }
}
for (const { name, kind } of FRAME_FIELDS) {
  add({
    name,
    kind: name === 'frame' ? 'protocol' : kind,
    nodes: new Set([name]),
    header: null,
    owner: 'frame',
  });
}
add({ name: 'data', kind: 'protocol', nodes: new Set(['data']), header: null, owner: 'data' });
add({ name: 'data.len', kind: 'uint', nodes: new Set(['data.len']), header: null, owner: 'data' });

for (const { name, kind, either } of OWN_FIELDS) {
  const nodes = new Set(either ?? [name]);
  add({ name, kind: kind === 'none' ? 'protocol' : kind, nodes, header: null, owner: OWN });
}

export function fieldNamed(name: string): FilterField | null {
  return fields.get(name) ?? null;
}

/** Every name, sorted; for completion in the filter bar. */
export function fieldNames(): readonly string[] {
  return [...fields.keys()].sort();
}

/** The known name most like this one; null when none is near. */
export function nearestField(name: string): string | null {
  let best: string | null = null;
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of fields.keys()) {
    if (Math.abs(candidate.length - name.length) >= bestDistance) continue;
    const distance = editDistance(name, candidate);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (previous[j - 1] ?? 0) + (a.charAt(i - 1) === b.charAt(j - 1) ? 0 : 1);
      row.push(Math.min(swap, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
