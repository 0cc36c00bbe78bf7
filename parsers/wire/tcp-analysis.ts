// What the flow says of a TCP segment, as nodes of its tree: times, acknowledged segment, bytes in flight, flags, completeness.
// Surprise: like Wireshark, what is known of the whole stream stands only where there is something to say of this packet.
import { type Dissection, type FlowContext, secondsOf } from './dissection.ts';
import type { FieldNode } from './field.ts';

const FIN = 1;
const SYN = 2;
const RST = 4;
const ACK = 0x10;

export function timeNodes(d: Dissection, layer: FieldNode, { timing }: FlowContext): void {
  if (timing === null) return;
  const node = d.generated(layer, null, 'Timestamps', null);
  const first = secondsOf(timing.sinceFirst);
  const before = secondsOf(timing.sinceBefore);
  d.generated(node, 'tcp.time_relative', `Time since first frame in this TCP stream: ${first} seconds`, first);
  d.generated(node, 'tcp.time_delta', `Time since previous frame in this TCP stream: ${before} seconds`, before);
}

export function analysisNodes(d: Dissection, layer: FieldNode, flow: FlowContext): void {
  const { initialRtt, notes, timing } = flow;
  const acked = timing?.acked ?? null;
  const inFlight = timing?.inFlight ?? null;
  const pushed = timing?.pushed ?? null;
  // As Wireshark: what is known of the whole stream is repeated only where there is something to say of this packet.
  if (notes.length === 0 && acked === null && pushed === null && !flow.remarked) return;
  const node = d.generated(layer, 'tcp.analysis', 'SEQ/ACK analysis', null);
  if (acked !== null) {
    const rtt = secondsOf(acked.ns);
    d.generated(
      node,
      'tcp.analysis.acks_frame',
      `This is an ACK to the segment in frame: ${acked.no}`,
      String(acked.no),
    );
    if (acked.ns !== 0)
      d.generated(node, 'tcp.analysis.ack_rtt', `The RTT to ACK the segment was: ${rtt} seconds`, rtt);
  }
  if (initialRtt !== null)
    d.generated(node, 'tcp.analysis.initial_rtt', `iRTT: ${initialRtt.toFixed(9)} seconds`, initialRtt.toFixed(9));
  if (inFlight !== null)
    d.generated(node, 'tcp.analysis.bytes_in_flight', `Bytes in flight: ${inFlight}`, String(inFlight));
  if (pushed !== null && inFlight !== null)
    d.generated(node, 'tcp.analysis.push_bytes_sent', `Bytes sent since last PSH flag: ${pushed}`, String(pushed));
  if (notes.length === 0) return;
  const flags = d.generated(node, 'tcp.analysis.flags', 'TCP Analysis Flags', null);
  for (const note of notes) {
    const noted = d.generated(flags, note.filter, note.text, null);
    noted.severity = note.severity;
    if (note.filter === 'tcp.analysis.retransmission' && timing?.rto) rtoNodes(d, noted, timing.rto);
    if (note.filter === 'tcp.analysis.duplicate_ack' && flow.duplicate) duplicateNodes(d, node, flow.duplicate);
    if (layer.severity === null || note.severity === 'warn') layer.severity = note.severity;
  }
}

function rtoNodes(d: Dissection, node: FieldNode, { no, ns }: { readonly no: number; readonly ns: number }): void {
  const rto = secondsOf(ns);
  d.generated(node, 'tcp.analysis.rto', `The RTO for this segment was: ${rto} seconds`, rto);
  d.generated(node, 'tcp.analysis.rto_frame', `RTO based on delta from frame: ${no}`, String(no));
}

function duplicateNodes(
  d: Dissection,
  node: FieldNode,
  { original, count }: NonNullable<FlowContext['duplicate']>,
): void {
  d.generated(node, 'tcp.analysis.duplicate_ack_num', `Duplicate ACK #: ${count}`, String(count));
  const text = `Duplicate to the ACK in frame: ${original}`;
  d.generated(node, 'tcp.analysis.duplicate_ack_frame', text, String(original));
}

/** What the flags mean for the connection, as Wireshark's expert says it. */
export function connectionNodes(d: Dissection, layer: FieldNode, flags: number, known: FlowContext | null): void {
  if (known === null) return;
  const add = (filter: string, text: string, severity: 'chat' | 'note' | 'warn'): void => {
    d.generated(layer, filter, text, null).severity = severity;
  };
  if ((flags & SYN) !== 0) {
    if ((flags & ACK) !== 0) add('tcp.connection.synack', 'Connection establish acknowledge (SYN+ACK)', 'chat');
    else add('tcp.connection.syn', 'Connection establish request (SYN)', 'chat');
  }
  if ((flags & FIN) !== 0) {
    add('tcp.connection.fin', 'Connection finish (FIN)', 'chat');
    if (known.timing?.closesFirst)
      add('tcp.connection.fin_active', 'This frame initiates the connection closing', 'note');
    else add('tcp.connection.fin_passive', 'This frame undergoes the connection closing', 'note');
  }
  if ((flags & RST) !== 0) add('tcp.connection.rst', 'Connection reset (RST)', 'warn');
}

const STEPS = [
  [1, 'SYN'],
  [2, 'SYN-ACK'],
  [4, 'ACK'],
  [8, 'DATA'],
  [16, 'FIN'],
  [32, 'RST'],
] as const;

export function completenessText(value: number): string {
  const steps = STEPS.filter(([bit]) => (value & bit) !== 0).map(([, name]) => name);
  return `Conversation completeness: ${steps.length === 0 ? 'nothing before' : steps.join(', ')} (${value})`;
}
