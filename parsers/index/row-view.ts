// placeholder, replaced in the next commit
import { ipText } from '../core/address.ts';
import { protocolName } from '../core/protocol-numbers.ts';
import type { CaptureIndex, PacketDissection, PacketSummary } from './capture-index.ts';

export function summaryOf(index: CaptureIndex, row: number, _frame: Uint8Array): PacketSummary {
  const ends = index.endpoints(row);
  return {
    source: ends ? ipText(ends.src) : '',
    destination: ends ? ipText(ends.dst) : '',
    protocol: ends ? protocolName(ends.protocol).toUpperCase() : '',
    info: '',
    color: null,
  };
}

export function treeOf(_index: CaptureIndex, _row: number, _frame: Uint8Array): PacketDissection {
  return { layers: [], issues: [] };
}
