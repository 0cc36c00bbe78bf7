// The filter that runs at each point: widened by what the node's rules are now, and compiled by tcpdump to see that it can.
import type { CapturePoint, EffectiveFilter, FilterPreview } from '../../api/live.ts';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import type { NodeState } from '../../parsers/nodestate/state.ts';
import { takeSnapshot } from '../snapshot/snapshot.ts';
import type { System } from '../system/system.ts';
import { type NatPair, natPairs } from './nat-pairs.ts';
import { type OwnAddress, withoutOwn } from './own-connection.ts';
import { filterError } from './tcpdump.ts';
import { type LeavesAs, widen } from './widen.ts';

/** A look at the rules is good for so long: the preview is asked for while somebody types. */
const freshMs = 10_000;

export class EffectiveFilters {
  private readonly system: System;
  private readonly own: OwnAddress | null;
  private looked: { readonly ms: number; readonly state: Promise<NodeState> } | null = null;

  /** @param own where the server listens that a viewer watches; null without one */
  constructor(system: System, own: OwnAddress | null = null) {
    this.system = system;
    this.own = own;
  }

  state(): Promise<NodeState> {
    const now = this.system.clock.monotonicMs();
    if (this.looked === null || now - this.looked.ms > freshMs) {
      const state = takeSnapshot(this.system).then((snapshot) => readSnapshot([...snapshot.files]));
      state.catch(() => {
        this.looked = null;
      });
      this.looked = { ms: now, state };
    }
    return this.looked.state;
  }

  async pairs(): Promise<NatPair[]> {
    return natPairs(await this.state());
  }

  private async leavesAs(device: string): Promise<LeavesAs> {
    const { leavingOf } = await import('../trace/leaving.ts');
    const leaves = leavingOf(await this.state());
    return (address, peer) => {
      const out = leaves(address, peer);
      return out?.device === device && out.address !== address ? out.address : null;
    };
  }

  /** @param addressesOf the addresses of a pod by its id */
  async preview(
    points: readonly CapturePoint[],
    filter: string,
    addressesOf: (podId: string) => readonly string[],
  ): Promise<FilterPreview> {
    // What cannot be compiled as it was typed need not be widened; the words of the error are about what was typed.
    const error = await filterError(this.system, 'any', filter.trim());
    const pairs = error === null && filter.trim() !== '' ? await this.pairs() : [];
    const effective: EffectiveFilter[] = [];
    for (const point of points) {
      const own = point.podId === null ? [] : addressesOf(point.podId);
      const leavesAs = error === null && point.kind === 'uplink' ? await this.leavesAs(point.device) : undefined;
      const asked = error === null ? widen(filter, pairs, point, own, leavesAs) : { filter: filter.trim(), note: '' };
      const widened = error === null ? withoutOwn(asked, point, this.own) : asked;
      const shown = { point: point.id, label: point.label };
      const bad = error === null && (await filterError(this.system, point.device, widened.filter)) !== null;
      effective.push(
        bad
          ? { ...shown, filter: filter.trim(), note: 'As typed: the widened filter cannot be compiled.' }
          : { ...shown, ...widened },
      );
    }
    return { points: effective, error };
  }
}
