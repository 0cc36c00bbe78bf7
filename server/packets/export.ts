// The packets that pass a filter, as a file: pcapng with their times, interfaces, comments, names and secrets; CSV; or JSON lines.
// Surprise: interfaces are written in the order in which the first packet of each turns up, so a filter may leave some out.
import type { OtherBlock } from '../../parsers/capture/notes.ts';
import { withComments } from '../../parsers/capture/packet-options.ts';
import { PcapngBuilder } from '../../parsers/capture/pcapng-builder.ts';
import { isStatistics, keptBlock, keptStatistics, MAX_KEPT_BYTES } from '../../parsers/capture/rewrite-blocks.ts';
import type { Capture } from './capture.ts';
import type { Packets } from './packets.ts';

export const exportFormats = ['pcapng', 'csv', 'jsonl'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export const exportTypes: Readonly<Record<ExportFormat, string>> = {
  pcapng: 'application/x-pcapng',
  csv: 'text/csv; charset=utf-8',
  jsonl: 'application/x-ndjson',
};

export interface ExportRequest {
  readonly filter: string;
  readonly format: ExportFormat;
  /** The program that writes, `vethscope 0.1.0`. */
  readonly application: string;
}

/** Chunks of the file, as fast as somebody takes them. */
export async function* exported(packets: Packets, { filter, format, application }: ExportRequest) {
  if (format === 'pcapng') yield* pcapngOf(packets, filter, application);
  else yield* linesOf(packets, filter, format);
}

async function* pcapngOf(packets: Packets, filter: string, application: string): AsyncGenerator<Uint8Array> {
  const builder = new PcapngBuilder();
  const numbers = new Map<Capture, Map<number, number>>();
  let count = 0;
  const said = filter.trim() === '' ? [] : [`packets that pass ${filter.trim()}`];
  builder.section({ application, comments: [...sectionComments(packets), ...said] });
  for (const capture of packets.all) {
    for (const block of capture.index.notes?.blocks ?? []) {
      const kept = block.length > MAX_KEPT_BYTES ? null : keptBlock(block, capture.blockBytes(block));
      if (kept === null) continue;
      builder.raw(kept);
      if (builder.length > 1 << 20) yield builder.take();
    }
  }
  for await (const places of packets.passing(filter)) {
    for (const place of places) {
      const { capture, row } = packets.list.at(place);
      const { index } = capture;
      const id = index.interfaceOf(row);
      const known = numbers.get(capture) ?? new Map<number, number>();
      numbers.set(capture, known);
      let number = known.get(id);
      if (number === undefined) {
        number = count++;
        known.set(id, number);
        const point = index.interfaces[id];
        builder.interface({
          linkType: point?.linkType ?? 1,
          name: packets.pointOf(capture, id),
          comments: capture.commentsAt('interfaces', id),
          ...(point?.filter == null ? {} : { filter: point.filter }),
          ...(point?.description == null ? {} : { description: point.description }),
          ...(point === undefined || point.snaplen === 0 ? {} : { snaplen: point.snaplen }),
        });
      }
      const ns = index.timestampNs(row);
      const frame = capture.frame(row);
      const seconds = Number(ns / 1_000_000_000n);
      const nanos = Number(ns % 1_000_000_000n);
      const own = capture.optionsOf(row);
      const edited = capture.edits.get('packets', row + 1);
      const options = edited === null ? own : withComments(own, edited);
      builder.packet(number, seconds, nanos, frame, 0, frame.length, index.length(row), options);
    }
    yield builder.take();
  }
  for (const [capture, known] of numbers) {
    for (const block of capture.index.notes?.blocks ?? []) {
      const kept = isStatistics(block) ? statisticsOf(capture, block, known) : null;
      if (kept !== null) builder.raw(kept);
    }
  }
  if (builder.length > 0) yield builder.take();
}

/** What the captures say of themselves, each sentence once. */
function sectionComments(packets: Packets): string[] {
  const all = packets.all.flatMap((capture) => {
    const sections = Math.max(1, capture.index.notes?.sections.length ?? 0);
    return Array.from({ length: sections }, (_, number) => capture.commentsAt('sections', number)).flat();
  });
  return [...new Set(all)];
}

function statisticsOf(capture: Capture, block: OtherBlock, numbers: ReadonlyMap<number, number>): Uint8Array | null {
  if (block.length > MAX_KEPT_BYTES) return null;
  const bytes = capture.blockBytes(block);
  if (bytes.length < 12) return null;
  const local = new DataView(bytes.buffer, bytes.byteOffset).getUint32(8, block.little);
  const id = block.firstInterface + local;
  const of = capture.index.interfaces[id];
  const number = numbers.get(id);
  return of === undefined || number === undefined ? null : keptStatistics(block, bytes, of, number);
}

async function* linesOf(packets: Packets, filter: string, format: 'csv' | 'jsonl'): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  if (format === 'csv')
    yield encoder.encode('"No.","Time","Source","Destination","Protocol","Length","Point","Info"\n');
  else await packets.joining.upTo(packets.list.total, Number.POSITIVE_INFINITY);
  for await (const places of packets.passing(filter)) {
    let text = '';
    for (const place of places) {
      const row = packets.rowAt(place);
      if (format === 'jsonl') text += `${JSON.stringify(row)}\n`;
      else {
        const ns = BigInt(row.tsNs);
        const time = `${ns / 1_000_000_000n}.${(ns % 1_000_000_000n).toString().padStart(9, '0')}`;
        const cells = [String(row.no), time, row.source, row.destination, row.protocol, String(row.length)];
        text += `${[...cells, row.point, row.info].map(cell).join(',')}\n`;
      }
    }
    yield encoder.encode(text);
  }
}

function cell(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
