// What tshark's `-z expert` says of TCP and HTTP, grouped and counted. TCP's items come from the index's columns.
// Surprise: this is a part of Wireshark's expert system: `COVERED` names what is known, other protocols' items are not there.
import { ANALYSIS_FLAGS, DUPLICATE_ACK } from '../flow/analysis-flags.ts';
import { dissectPacket } from '../index/capture-index.ts';
import { SEGMENT_MASK, type Segment, TCP_FLAG_BITS } from '../index/segment.ts';
import { HAS_ICMP, HAS_TCP } from '../wire/facts.ts';
import type { FieldNode } from '../wire/field.ts';
import { carriersOf, numbersOf } from '../wire/tables.ts';
import type { CountedPacket, Statistic } from './counted.ts';

export type Severity = 'error' | 'warn' | 'note' | 'chat';

export interface ExpertItem {
  readonly severity: Severity;
  /** Wireshark's group: `Sequence`, `Protocol`. */
  readonly group: string;
  readonly protocol: string;
  readonly summary: string;
  readonly packets: number;
  /** A display filter that finds them; null where there is none. */
  readonly filter: string | null;
}

/** What the items can be about; everything else Wireshark would say is not covered. */
export const COVERED: readonly string[] = ['TCP', 'HTTP'];

const FIN = 1;
const SYN = 2;
const RST = 4;
const ACK = 0x10;
const SEVERAL = 255;
const MAX_ITEMS = 10_000;
const SEVERITIES: readonly Severity[] = ['error', 'warn', 'note', 'chat'];
const HTTP = numbersOf('http');
const HTTP_CARRIERS = new Set([...HTTP, ...carriersOf('http')]);

/** Wireshark's sentences for the analysis flags, by field. */
const SENTENCES: ReadonlyMap<string, string> = new Map([
  ['reused_ports', 'A new tcp session is started with the same ports as an earlier session in this trace'],
  ['retransmission', 'This frame is a (suspected) retransmission'],
  ['fast_retransmission', 'This frame is a (suspected) fast retransmission'],
  ['spurious_retransmission', 'This frame is a (suspected) spurious retransmission'],
  ['out_of_order', 'This frame is a (suspected) out-of-order segment'],
  ['lost_segment', 'Previous segment(s) not captured (common at capture start)'],
  ['ack_lost_segment', "ACKed segment that wasn't captured (common at capture start)"],
  ['window_update', 'TCP window update'],
  ['window_full', 'TCP window specified by the receiver is now completely full'],
  ['keep_alive', 'TCP keep-alive segment'],
  ['keep_alive_ack', 'ACK to a TCP keep-alive segment'],
  ['zero_window_probe', 'TCP Zero Window Probe'],
  ['zero_window', 'TCP Zero Window segment'],
  ['zero_window_probe_ack', 'ACK to a TCP Zero Window Probe'],
]);

interface Item {
  readonly severity: Severity;
  readonly group: string;
  readonly protocol: string;
  readonly summary: string;
  readonly filter: string | null;
  packets: number;
}

export class Expert implements Statistic<readonly ExpertItem[]> {
  private readonly items = new Map<string, Item>();
  /** Flows of a capture of which one side has closed, and which (direction + 1). */
  private readonly closers: number[][] = [];

  take(packet: CountedPacket): void {
    const { index, row } = packet;
    const segment = index.segmentOf(row);
    const at = row & SEGMENT_MASK;
    const layers = segment.layers[at] ?? 0;
    if ((layers & HAS_TCP) === 0 || (layers & HAS_ICMP) !== 0) return;
    this.takeFlags(packet, segment, at);
    this.takeAnalysis(packet, segment.analysis[at] ?? 0);
    const application = index.flowTable.applicationOf(segment.flow[at] ?? 0);
    if (application === SEVERAL || HTTP_CARRIERS.has(application)) this.takeHttp(packet);
  }

  private takeFlags(packet: CountedPacket, segment: Segment, at: number): void {
    const flags = (segment.tcpFlags[at] ?? 0) & TCP_FLAG_BITS;
    if ((flags & SYN) !== 0) {
      const answers = (flags & ACK) !== 0;
      const port = answers ? segment.sport[at] : segment.dport[at];
      const what = answers ? 'acknowledge (SYN+ACK)' : 'request (SYN)';
      const filter = `tcp.flags.syn == 1 && tcp.flags.ack == ${answers ? 1 : 0} && tcp.${answers ? 'srcport' : 'dstport'} == ${port}`;
      this.add('chat', 'Sequence', 'TCP', `Connection establish ${what}: server port ${port}`, filter);
      this.takeSyn(packet, segment.flow[at] ?? 0, answers ? (segment.ack[at] ?? 0) : null);
    }
    if ((flags & FIN) !== 0) this.takeFin(packet, segment.flow[at] ?? 0);
    if ((flags & RST) !== 0) this.add('warn', 'Sequence', 'TCP', 'Connection reset (RST)', 'tcp.flags.reset == 1');
    if ((flags & ACK) === 0 && segment.ack[at] !== 0)
      this.add(
        'note',
        'Protocol',
        'TCP',
        'The acknowledgment number field is nonzero while the ACK flag is not set',
        'tcp.flags.ack == 0 && tcp.ack_raw != 0',
      );
  }

  /** `ack` is what a SYN, ACK acknowledges: more than the SYN means that data in it was taken. */
  private takeSyn({ index, row, frame }: CountedPacket, flow: number, ack: number | null): void {
    const end = flow * 2 + index.flowTable.directionOf(flow, row);
    const base = index.flowTable.tcp.baseAt(end ^ 1, row + 1);
    if (ack !== null && base !== null && (ack - base) >>> 0 > 1)
      this.add('note', 'Sequence', 'TCP', 'TCP SYN-ACK accepting TFO data', null);
    const tcp = dissectPacket(index, row, frame())
      .layers.filter(({ filter }) => filter === 'tcp')
      .at(-1);
    const options = tcp?.children.find(({ filter }) => filter === 'tcp.options');
    if (options !== undefined && !holds(options, 'tcp.options.mss_val'))
      this.add(
        'note',
        'Protocol',
        'TCP',
        'The SYN packet does not contain a MSS option',
        'tcp.flags.syn == 1 && !tcp.options.mss_val',
      );
  }

  private takeFin({ index, row, capture }: CountedPacket, flow: number): void {
    this.add('chat', 'Sequence', 'TCP', 'Connection finish (FIN)', 'tcp.flags.fin == 1');
    const closers = this.closers[capture] ?? [];
    this.closers[capture] = closers;
    const side = index.flowTable.directionOf(flow, row) + 1;
    closers[flow] ??= side;
    const initiates = closers[flow] === side;
    this.add(
      'note',
      'Sequence',
      'TCP',
      `This frame ${initiates ? 'initiates' : 'undergoes'} the connection closing`,
      null,
    );
  }

  private takeAnalysis({ index, row }: CountedPacket, analysis: number): void {
    if (analysis === 0) return;
    for (const { field, severity, bit } of ANALYSIS_FLAGS) {
      if ((analysis & field.bits) === 0) continue;
      if (bit === DUPLICATE_ACK) {
        const number = index.flowTable.duplicates.of(row)?.count ?? 1;
        this.add('note', 'Sequence', 'TCP', `Duplicate ACK (#${number})`, field.name);
        continue;
      }
      const sentence = SENTENCES.get(field.name.slice('tcp.analysis.'.length));
      if (sentence !== undefined) this.add(severity, 'Sequence', 'TCP', sentence, field.name);
    }
  }

  private takeHttp(packet: CountedPacket): void {
    const { layers } = dissectPacket(packet.index, packet.row, packet.frame());
    for (const layer of layers) {
      if (layer.filter !== 'http') continue;
      const line = startLine(layer);
      if (line !== null) this.add('chat', 'Sequence', 'HTTP', line, null);
    }
  }

  private add(severity: Severity, group: string, protocol: string, summary: string, filter: string | null): void {
    const key = `${severity} ${group} ${protocol} ${summary}`;
    const found = this.items.get(key);
    if (found !== undefined) found.packets++;
    else if (this.items.size < MAX_ITEMS)
      this.items.set(key, { severity, group, protocol, summary, filter, packets: 1 });
  }

  /** Errors first, then warnings, notes and chats; within each in the order they were met. */
  result(): readonly ExpertItem[] {
    const all = [...this.items.values()];
    return SEVERITIES.flatMap((severity) => all.filter((item) => item.severity === severity)).map((item) => ({
      ...item,
    }));
  }
}

function holds(node: FieldNode, filter: string): boolean {
  return node.filter === filter || node.children.some((child) => holds(child, filter));
}

/** The request or status line; null for a layer without one. */
function startLine(layer: FieldNode): string | null {
  const isStart = (node: FieldNode): boolean =>
    node.children.some(({ filter }) => filter === 'http.response.code' || filter === 'http.request.method');
  return layer.children.find(isStart)?.label ?? null;
}
