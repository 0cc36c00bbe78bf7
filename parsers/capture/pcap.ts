// The classic pcap file: one header, then records. Follows draft-ietf-opsawg-pcap; also reads nanosecond files (a1b23c4d) and
// Alexey Kuznetsov's modified ones (a1b2cd34), whose record headers are 24 bytes.
// Surprise: some writers store length and caplen swapped or a caplen above the snaplen; only a caplen beyond all reason stops us.
import type { DecodeIssue } from '../core/issue.ts';
import type { Carry } from './carry.ts';
import { MAX_FRAME_BYTES } from './limits.ts';
import { linkTypeName } from './link-types.ts';
import type { CaptureInterface, CaptureRecord } from './record.ts';

const FILE_HEADER = 24;
const AT_SNAPLEN = 16;
const AT_NETWORK = 20;

const RECORD_HEADER = 16;
const MODIFIED_RECORD_HEADER = 24;
const AT_SECONDS = 0;
const AT_FRACTION = 4;
const AT_CAPLEN = 8;
const AT_LENGTH = 12;

/** What a step of a reader came to: a packet, more bytes are needed, or the file cannot be read on from here. */
export type StepResult = 'packet' | 'more' | 'stop';

export class PcapReader {
  readonly interfaces: CaptureInterface[];
  private readonly carry: Carry;
  private readonly issue: (issue: DecodeIssue) => void;
  private little: boolean;
  private nano: boolean;
  private recordHeader: number;
  private linkType: number;
  private headerDone: boolean;

  constructor(carry: Carry, issue: (issue: DecodeIssue) => void) {
    this.interfaces = [];
    this.carry = carry;
    this.issue = issue;
    this.little = true;
    this.nano = false;
    this.recordHeader = RECORD_HEADER;
    this.linkType = 0;
    this.headerDone = false;
  }

  /** What the unit that is cut off at the end of the file is called, and the size it needed as far as that is known. */
  get unit(): string {
    return this.headerDone ? 'packet record' : 'file header';
  }

  step(record: CaptureRecord): StepResult {
    if (!this.headerDone && !this.readHeader()) return 'more';
    const { carry, little, recordHeader } = this;
    if (!carry.want(recordHeader)) return 'more';
    const caplen = carry.view.getUint32(carry.start + AT_CAPLEN, little);
    if (caplen > MAX_FRAME_BYTES) {
      this.issue({
        kind: 'malformed',
        protocol: 'pcap',
        where: 'file',
        offset: carry.offset + AT_CAPLEN,
        message: `The record claims ${caplen} captured bytes, which no packet has; what follows cannot be read.`,
      });
      return 'stop';
    }
    if (!carry.want(recordHeader + caplen)) return 'more';
    const { view, start } = carry;
    const fraction = view.getUint32(start + AT_FRACTION, little);
    const nanos = this.nano ? fraction : fraction * 1000;
    const carried = Math.floor(nanos / 1e9);
    record.bytes = carry.bytes;
    record.view = view;
    record.start = start + recordHeader;
    record.fileOffset = carry.offset + recordHeader;
    record.caplen = caplen;
    record.length = view.getUint32(start + AT_LENGTH, little);
    record.seconds = view.getUint32(start + AT_SECONDS, little) + carried;
    record.nanos = nanos - carried * 1e9;
    record.interfaceId = 0;
    record.linkType = this.linkType;
    carry.take(recordHeader + caplen);
    return 'packet';
  }

  private readHeader(): boolean {
    const { carry } = this;
    if (!carry.want(FILE_HEADER)) return false;
    const { view, start } = carry;
    const magic = view.getUint32(start, false);
    this.little = magic === 0xd4c3b2a1 || magic === 0x4d3cb2a1 || magic === 0x34cdb2a1;
    this.nano = magic === 0xa1b23c4d || magic === 0x4d3cb2a1;
    this.recordHeader = magic === 0xa1b2cd34 || magic === 0x34cdb2a1 ? MODIFIED_RECORD_HEADER : RECORD_HEADER;
    // The upper bits carry the FCS length and reserved flags.
    this.linkType = view.getUint32(start + AT_NETWORK, this.little) & 0xffff;
    this.interfaces.push({
      id: 0,
      name: null,
      description: null,
      linkType: this.linkType,
      linkTypeName: linkTypeName(this.linkType),
      snaplen: view.getUint32(start + AT_SNAPLEN, this.little),
      filter: null,
      resolution: this.nano ? 9 : 6,
      offsetSeconds: 0,
      comments: [],
      dropped: null,
    });
    carry.take(FILE_HEADER);
    this.headerDone = true;
    return true;
  }
}
