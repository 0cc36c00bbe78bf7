// The packets that pass a filter, as a file: pcapng with their times, interfaces and comments; CSV; or JSON lines.
// Surprise: interfaces are written in the order in which the first packet of each turns up, so a filter may leave some out.
import { PcapngBuilder } from '../../parsers/capture/pcapng-builder.ts';
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
  const comment = filter.trim() === '' ? {} : { comment: `packets that pass ${filter.trim()}` };
  builder.section({ application, ...comment });
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
          ...(point?.description == null ? {} : { description: point.description }),
          ...(point === undefined || point.snaplen === 0 ? {} : { snaplen: point.snaplen }),
        });
      }
      const ns = index.timestampNs(row);
      const frame = capture.frame(row);
      const seconds = Number(ns / 1_000_000_000n);
      const nanos = Number(ns % 1_000_000_000n);
      builder.packet(number, seconds, nanos, frame, 0, frame.length, index.length(row), capture.optionsOf(row));
    }
    yield builder.take();
  }
  if (builder.length > 0) yield builder.take();
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
