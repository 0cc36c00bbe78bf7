// placeholder, replaced in the next commit
import type { PacketIndex } from '../index/packet-index.ts';
import type { Segment } from '../index/segment.ts';
import type { Flow } from './flow.ts';

export class FlowTable {
  count = 0;
  constructor(_index: PacketIndex, _splitByInterface: boolean) {}
  analyse(_segment: Segment, _from: number, _until: number): void {}
  flow(_id: number): Flow | null {
    return null;
  }
}
