// What rules have put into sets and taken out of them while this packet went by: a later rule finds it there. Kept with the world, because
// it is part of what one run of the packet has done.
import type { NftElement } from '../../parsers/nodestate/nft-syntax.ts';
import { type Unknown, unknown } from '../tri.ts';
import type { NftElements } from './nft-sets.ts';
import { keyOf, type Value } from './nft-value.ts';
import type { World } from './world.ts';

interface Updates {
  /** By key: there now, or not. */
  readonly known: Map<string, boolean>;
  /** A key that was not known went in or out. */
  open: boolean;
}

const all = new WeakMap<World, Map<NftElements, Updates>>();

const textOf = (values: readonly Value[]): string => values.map((v) => keyOf(v.value)).join(' . ');

/** Notes what a rule did to a set. @param values null where a part of the key is not known */
export function noteUpdate(world: World, set: NftElements, isThere: boolean, values: readonly Value[] | null): void {
  const sets = all.get(world) ?? new Map<NftElements, Updates>();
  all.set(world, sets);
  const updates = sets.get(set) ?? { known: new Map(), open: false };
  sets.set(set, updates);
  if (values === null) updates.open = true;
  else updates.known.set(textOf(values), isThere);
}

const ADDED: NftElement = { key: { kind: 'other', text: 'added by a rule' }, value: null, verdict: null, source: null };

/** What a rule before has made of a key: an element, none (null), or nothing at all (undefined). */
export function updated(
  world: World,
  set: NftElements,
  values: readonly Value[],
): NftElement | null | undefined | Unknown {
  const updates = all.get(world)?.get(set);
  if (!updates) return undefined;
  const isThere = updates.known.get(textOf(values));
  if (isThere === undefined && updates.open)
    return unknown('whether a rule before has changed the set for this packet', 'a capture of the packet');
  return isThere === undefined ? undefined : isThere ? ADDED : null;
}
