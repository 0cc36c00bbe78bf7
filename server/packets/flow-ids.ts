// Flow ids of a case: each capture numbers its own flows from 0; a case hands out one number for all, in the order they were
// first asked for. An id keeps its meaning while captures grow.
import type { Capture } from './capture.ts';

export interface FlowPlace {
  readonly capture: Capture;
  readonly captureNumber: number;
  readonly local: number;
}

export class FlowIds {
  private places: FlowPlace[] = [];
  /** Case-wide id of each capture's flows. */
  private ids = new Map<Capture, number[]>();

  idOf(capture: Capture, captureNumber: number, local: number): number {
    let known = this.ids.get(capture);
    if (known === undefined) {
      known = [];
      this.ids.set(capture, known);
    }
    while (known.length <= local) {
      known.push(this.places.length);
      this.places.push({ capture, captureNumber, local: known.length - 1 });
    }
    return known[local] ?? 0;
  }

  placeOf(id: number): FlowPlace | null {
    return this.places[id] ?? null;
  }

  forget(): void {
    this.places = [];
    this.ids = new Map();
  }
}
