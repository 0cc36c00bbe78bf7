// Pairs ping replies with their requests, by flow, identifier and sequence number.
// Surprise: unanswered requests would pile up for ever in a flood, so only the youngest ones are remembered.

import { BoundedMap } from '../core/bounded-map.ts';

/** Are remembered for certain. */
const MAX_OPEN = 65_536;

export class EchoPairs {
  private readonly open = new BoundedMap<string, number>(2 * MAX_OPEN);

  /** Packet number (from 1) of the request that this packet answers; 0 for everything else. `kind` is type << 8 | code. */
  take(flow: number, kind: number, idAndSequence: number, row: number): number {
    const type = kind >> 8;
    if (type === 8 || type === 128) {
      this.open.set(`${flow} ${idAndSequence}`, row + 1);
      return 0;
    }
    if (kind !== 0 && type !== 129) return 0;
    return this.open.get(`${flow} ${idAndSequence}`) ?? 0;
  }
}
