// tshark as the oracle: which fields are compared, how it is asked, and the same fields from our own engine.
import { execFileSync, spawnSync } from 'node:child_process';
import { ANALYSIS_FLAGS } from '../../parsers/flow/analysis-flags.ts';
import { CaptureIndexer, describePacket, dissectPacket } from '../../parsers/index/capture-index.ts';
import type { DecodeAsRule } from '../../parsers/wire/decode-as.ts';
import type { FieldNode } from '../../parsers/wire/field.ts';

/** Fields that exist once at most in each packet we compare; the 15 analysis flags among them. */
export const FIELDS: readonly string[] = [
  'frame.number',
  'frame.time_epoch',
  'frame.len',
  'frame.cap_len',
  '_ws.col.Source',
  '_ws.col.Destination',
  '_ws.col.Protocol',
  '_ws.col.Info',
  'ip.src',
  'ip.dst',
  'ipv6.src',
  'ipv6.dst',
  'tcp.srcport',
  'tcp.dstport',
  'udp.srcport',
  'udp.dstport',
  'tcp.flags',
  'tcp.stream',
  'tcp.len',
  'tcp.seq',
  'tcp.ack',
  'tcp.window_size',
  'dns.qry.name',
  'dns.flags.rcode',
  'icmp.type',
  'http.response.code',
  'vlan.id',
  'tcp.completeness',
  'tcp.analysis.acks_frame',
  'tcp.analysis.ack_rtt',
  'tcp.analysis.initial_rtt',
  'tcp.analysis.bytes_in_flight',
  'tcp.analysis.push_bytes_sent',
  'tcp.analysis.rto',
  'tcp.analysis.rto_frame',
  'tcp.analysis.duplicate_ack_num',
  'tcp.analysis.duplicate_ack_frame',
  ...ANALYSIS_FLAGS.map((flag) => flag.field.name),
];

/** Columns whose values may repeat (a quoted or tunnelled header): compared as the list tshark prints. */
const SEPARATOR = '|';
/** Compared by presence alone: tshark prints the sub-fields of a duplicate ACK into the same column. */
const FLAG_NAMES: ReadonlySet<string> = new Set(ANALYSIS_FLAGS.map((flag) => flag.field.name));
const isFlag = (field: string): boolean => FLAG_NAMES.has(field);

export function tsharkVersion(): string | null {
  const run = spawnSync('tshark', ['--version'], { encoding: 'utf8' });
  return run.status === 0 ? (run.stdout.split('\n')[0] ?? '') : null;
}

/** One row of FIELDS a packet. Names are not resolved, but for the broadcast address, which everybody knows. */
export function askTshark(file: string, decodeAs: readonly string[] = []): string[][] {
  const fields = FIELDS.flatMap((field) => ['-e', field]);
  const rules = decodeAs.flatMap((rule) => ['-d', rule]);
  const args = [
    '-n',
    '-r',
    file,
    ...rules,
    '-T',
    'fields',
    '-E',
    'separator=/t',
    '-E',
    `aggregator=${SEPARATOR}`,
    ...fields,
  ];
  const out = execFileSync('tshark', args, { stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 30 }).toString();
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t').map((value, i) => normal(FIELDS[i] ?? '', value)))
    .map(withoutQuotedStream);
}

/** tshark looks up the stream of a segment quoted in an ICMP error; we show the error's own flow only. */
function withoutQuotedStream(row: string[]): string[] {
  if (row[FIELDS.indexOf('icmp.type')] !== '')
    for (const field of ['tcp.stream', 'tcp.completeness']) row[FIELDS.indexOf(field)] = '';
  return row;
}

function normal(field: string, value: string): string {
  if (isFlag(field)) return value === '' ? '' : '1';
  if (field.startsWith('_ws.col.') && value === 'ff:ff:ff:ff:ff:ff') return 'Broadcast';
  return value;
}

/** The same rows from our engine. `splitByInterface` is off: tshark knows no capture points. */
export function askOurselves(bytes: Uint8Array, decodeAs: readonly DecodeAsRule[] = []): string[][] {
  const indexer = new CaptureIndexer({ splitByInterface: false, decodeAs });
  indexer.append(bytes);
  indexer.end();
  const { index } = indexer;
  const frameOf = (row: number): Uint8Array =>
    bytes.subarray(index.fileOffset(row), index.fileOffset(row) + index.caplen(row));
  index.readFramesWith(frameOf);
  const rows: string[][] = [];
  for (let row = 0; row < index.packetCount; row++) {
    const frame = frameOf(row);
    const summary = describePacket(index, row, frame);
    const values = valuesOf(dissectPacket(index, row, frame).layers);
    values.set('_ws.col.Source', [summary.source]);
    values.set('_ws.col.Destination', [summary.destination]);
    values.set('_ws.col.Protocol', [summary.protocol]);
    values.set('_ws.col.Info', [summary.info]);
    rows.push(
      FIELDS.map((field) =>
        isFlag(field) ? (values.has(field) ? '1' : '') : (values.get(field) ?? []).join(SEPARATOR),
      ),
    );
  }
  return rows;
}

/** Values of a tree by field; a field without a value has an empty list. */
export function valuesOf(layers: readonly FieldNode[]): Map<string, string[]> {
  const values = new Map<string, string[]>();
  const walk = (node: FieldNode): void => {
    if (node.filter !== null) {
      const known = values.get(node.filter) ?? [];
      if (node.value !== null) known.push(node.value);
      values.set(node.filter, known);
    }
    node.children.forEach(walk);
  };
  layers.forEach(walk);
  return values;
}

/** Differences as sentences, empty when all agree. */
export function differences(theirs: readonly (readonly string[])[], ours: readonly (readonly string[])[]): string[] {
  const found: string[] = [];
  if (theirs.length !== ours.length) found.push(`tshark has ${theirs.length} packets, we have ${ours.length}`);
  theirs.forEach((row, i) => {
    FIELDS.forEach((field, k) => {
      const mine = ours[i]?.[k] ?? '';
      if ((row[k] ?? '') !== mine) found.push(`packet ${i + 1} ${field}: tshark "${row[k]}", we "${mine}"`);
    });
  });
  return found;
}
