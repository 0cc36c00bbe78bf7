// Finishes a capture file whose server was killed: cut after the last whole block, and a last block that says so.
// Surprise: nothing is parsed but the lengths of blocks. The file is ours, so it is little-endian, and a block that cannot be one ends it.
import { PcapngBuilder } from '../../parsers/capture/pcapng-builder.ts';
import type { System } from '../system/system.ts';

const INTERFACE = 1;
const PACKET = 6;
const largestBlock = 2 << 20;

interface Whole {
  readonly bytes: number;
  readonly interfaces: number;
  readonly packets: number;
}

async function wholeBlocks(source: AsyncIterable<Uint8Array>): Promise<Whole> {
  let bytes = 0;
  let interfaces = 0;
  let packets = 0;
  const head = new Uint8Array(8);
  const view = new DataView(head.buffer);
  let held = 0;
  /** Bytes of the current block that are still to come. */
  let left = 0;
  for await (const chunk of source) {
    let at = 0;
    while (at < chunk.length) {
      if (left > 0) {
        const step = Math.min(left, chunk.length - at);
        at += step;
        left -= step;
      } else {
        const step = Math.min(8 - held, chunk.length - at);
        head.set(chunk.subarray(at, at + step), held);
        at += step;
        held += step;
        if (held < 8) break;
        const total = view.getUint32(4, true);
        if (total < 12 || (total & 3) !== 0 || total > largestBlock) return { bytes, interfaces, packets };
        left = total - 8;
      }
      if (left === 0 && held === 8) {
        bytes += view.getUint32(4, true);
        if (view.getUint32(0, true) === INTERFACE) interfaces += 1;
        if (view.getUint32(0, true) === PACKET) packets += 1;
        held = 0;
      }
    }
  }
  return { bytes, interfaces, packets };
}

export async function finishCapture(
  system: System,
  file: string,
  why: string,
): Promise<{ bytes: number; packets: number }> {
  const { bytes, interfaces, packets } = await wholeBlocks(system.files.read(file));
  const builder = new PcapngBuilder(4096);
  if (bytes === 0) builder.section({ application: 'vethscope', comments: [why] });
  const endMs = (await system.files.stat(file))?.modifiedMs ?? system.clock.now().getTime();
  for (let interfaceId = 0; interfaceId < interfaces; interfaceId++) {
    builder.statistics({ interfaceId, startMs: null, endMs, received: null, dropped: null, comment: why });
  }
  const last = builder.take();
  const handle = await system.files.openAppend(file, bytes);
  await handle.write(last);
  await handle.close();
  return { bytes: bytes + last.length, packets };
}
