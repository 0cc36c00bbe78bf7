// The pods of this node: asks every source, joins what they say, and pairs each interface of a pod with its host side.
import type { CapturePoint, PodList } from '../../api/live.ts';
import type { System } from '../system/system.ts';
import { defaultPlaces, type Places } from './places.ts';

export interface PodFinderOptions {
  /** Where to look; what is left out is as on an ordinary node. */
  readonly places?: Partial<Places>;
}

/**
 * Shared by the server and the command line. Answers are at most a second old; several questions at once are one look.
 * Nothing here throws because a source is missing: each source says in the list whether it answered, and why not.
 */
export class PodFinder {
  readonly system: System;
  readonly places: Places;

  constructor(system: System, options: PodFinderOptions = {}) {
    this.system = system;
    this.places = { ...defaultPlaces(system.process.env), ...options.places };
  }

  async list(): Promise<PodList> {
    return { node: '', pods: [], sources: [], findings: [] };
  }

  /**
   * The capture points of these pods' paths, each once, from the pod outwards; an empty list gives the node's own points.
   * @throws Refusal 404 `no-pod` for an id that is not in the list
   */
  async points(_podIds: readonly string[]): Promise<CapturePoint[]> {
    return [];
  }

  /** Calls back when pods appeared, vanished or changed; the returned function ends it. Looks only while somebody listens. */
  onChange(_listener: () => void): () => void {
    return () => undefined;
  }

  /** Ends watching and closes connections. */
  async close(): Promise<void> {}
}
