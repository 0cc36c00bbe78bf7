// The pcapng file: blocks with a length at both ends. Follows draft-ietf-opsawg-pcapng (SHB, IDB, EPB, SPB, NRB, ISB, and the
// obsolete Packet Block). Sections may differ in byte order, and each starts its interface numbers again at 0.
// Surprise: if_tsresol counts in powers of 2 when its top bit is set, and its default is microseconds, not nanoseconds.
import type { DecodeIssue } from '../core/issue.ts';
import type { Carry } from './carry.ts';
import { MAX_BLOCK_BYTES, MAX_FRAME_BYTES, MAX_INTERFACES } from './limits.ts';
import { linkTypeName } from './link-types.ts';
import { CaptureNotes } from './notes.ts';
import type { StepResult } from './pcap.ts';
import type { CaptureInterface, CaptureRecord } from './record.ts';
import { TimestampScale } from './timestamp-scale.ts';
import { decodeUtf8 } from './utf8.ts';

const SECTION = 0x0a0d0d0a;
const INTERFACE = 1;
const PACKET_OBSOLETE = 2;
const SIMPLE_PACKET = 3;
const STATISTICS = 5;
const ENHANCED_PACKET = 6;

const BLOCK_HEAD = 8;
const BLOCK_OVERHEAD = 12;
const SECTION_FIXED = 28;
const INTERFACE_FIXED = 16;
/** Type, length, and the fixed fields of EPB and of the obsolete PB: interface, time high, time low, caplen, length. */
const PACKET_FIXED = 28;
const SIMPLE_FIXED = 12;
const STATISTICS_FIXED = 20;

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const OPT_END = 0;
const OPT_COMMENT = 1;
const IF_NAME = 2;
const IF_DESCRIPTION = 3;
const IF_TSRESOL = 9;
const IF_FILTER = 11;
const IF_TSOFFSET = 14;
const ISB_IFDROP = 5;
const ISB_OSDROP = 7;

export class PcapngReader {
  readonly interfaces: CaptureInterface[];
  readonly notes: CaptureNotes;
  private readonly scales: TimestampScale[];
  private readonly carry: Carry;
  private readonly issue: (issue: DecodeIssue) => void;
  private little: boolean;
  private sectionBase: number;
  private sectionSeen: boolean;
  private packets: number;

  constructor(carry: Carry, issue: (issue: DecodeIssue) => void) {
    this.interfaces = [];
    this.notes = new CaptureNotes();
    this.packets = 0;
    this.scales = [];
    this.carry = carry;
    this.issue = issue;
    this.little = true;
    this.sectionBase = 0;
    this.sectionSeen = false;
  }

  get unit(): string {
    return 'block';
  }

  /** Reads blocks up to and including the next packet. */
  step(record: CaptureRecord): StepResult {
    const { carry } = this;
    for (;;) {
      if (!carry.want(BLOCK_OVERHEAD)) return 'more';
      const isSection = carry.view.getUint32(carry.start, false) === SECTION;
      if (isSection) {
        if (!this.readByteOrder()) return 'stop';
      } else if (!this.sectionSeen) {
        return this.stop(0, 'The file does not begin with a section header.');
      }
      const type = carry.view.getUint32(carry.start, this.little);
      const total = carry.view.getUint32(carry.start + 4, this.little);
      if (total < BLOCK_OVERHEAD || (total & 3) !== 0) {
        return this.stop(
          4,
          `A block claims a length of ${total} bytes, which no block can have; what follows cannot be read.`,
        );
      }
      const isPacket = type === ENHANCED_PACKET || type === PACKET_OBSOLETE || type === SIMPLE_PACKET;
      if (isPacket && total > MAX_FRAME_BYTES + MAX_BLOCK_BYTES) {
        return this.stop(4, `A packet block claims ${total} bytes, which no packet has; what follows cannot be read.`);
      }
      if (!isPacket && (total > MAX_BLOCK_BYTES || (type !== INTERFACE && type !== STATISTICS && !isSection))) {
        // Names, secrets and blocks of other tools: nothing we need, so their bytes are never held.
        if (isSection) this.beginSection(0);
        else if (type !== INTERFACE) this.noteBlock(type, total);
        carry.take(total);
        continue;
      }
      if (!carry.want(total)) return 'more';
      const closing = carry.view.getUint32(carry.start + total - 4, this.little);
      if (closing !== total) {
        return this.stop(
          total - 4,
          `The lengths at the two ends of a block differ (${total} and ${closing}); what follows cannot be read.`,
        );
      }
      let found = false;
      if (isSection) this.beginSection(total);
      else if (type === INTERFACE) this.readInterface(total);
      else if (type === STATISTICS) this.readStatistics(total);
      else if (type === SIMPLE_PACKET) found = this.readSimplePacket(total, record);
      else found = this.readPacket(total, type, record);
      carry.take(total);
      if (found) {
        this.packets++;
        return 'packet';
      }
    }
  }

  private stop(at: number, message: string): StepResult {
    this.issue({ kind: 'malformed', protocol: 'pcapng', where: 'file', offset: this.carry.offset + at, message });
    return 'stop';
  }

  private skipBlock(at: number, message: string): false {
    this.issue({ kind: 'malformed', protocol: 'pcapng', where: 'file', offset: this.carry.offset + at, message });
    return false;
  }

  private readByteOrder(): boolean {
    const { carry } = this;
    const magic = carry.view.getUint32(carry.start + BLOCK_HEAD, false);
    if (magic === BYTE_ORDER_MAGIC) this.little = false;
    else if (magic === 0x4d3c2b1a) this.little = true;
    else {
      this.stop(BLOCK_HEAD, 'The byte-order mark of a section header is neither order; what follows cannot be read.');
      return false;
    }
    const total = carry.view.getUint32(carry.start + 4, this.little);
    if (total < SECTION_FIXED) {
      this.stop(4, `A section header claims a length of ${total} bytes, less than its fixed part.`);
      return false;
    }
    return true;
  }

  /** `total` is 0 where the header is too large to be held. */
  private beginSection(total: number): void {
    const { start } = this.carry;
    this.sectionSeen = true;
    this.sectionBase = this.interfaces.length;
    const comments = total === 0 ? [] : this.comments(start + SECTION_FIXED - 4, start + total - 4);
    this.notes.section({ comments, little: this.little });
  }

  private noteBlock(type: number, length: number): void {
    const { offset } = this.carry;
    this.notes.block({ type, offset, length, little: this.little, firstInterface: this.sectionBase });
  }

  /** The comments among the options between two places. */
  private comments(from: number, end: number): string[] {
    const { view, bytes } = this.carry;
    const found: string[] = [];
    for (let at = from; at + 4 <= end; ) {
      const code = view.getUint16(at, this.little);
      const length = view.getUint16(at + 2, this.little);
      if (code === OPT_END || at + 4 + length > end) break;
      if (code === OPT_COMMENT) found.push(optionText(bytes.subarray(at + 4, at + 4 + length)));
      at += 4 + length + (-length & 3);
    }
    return found;
  }

  /** Hot only for packets with options: no text is made. */
  private hasComment(from: number, end: number): boolean {
    const { view } = this.carry;
    for (let at = from; at + 4 <= end; ) {
      const code = view.getUint16(at, this.little);
      const length = view.getUint16(at + 2, this.little);
      if (code === OPT_COMMENT) return at + 4 + length <= end;
      if (code === OPT_END) return false;
      at += 4 + length + (-length & 3);
    }
    return false;
  }

  private readInterface(total: number): void {
    const { carry, little } = this;
    const { view, start } = carry;
    if (total < INTERFACE_FIXED + 4) {
      this.skipBlock(4, `An interface block of ${total} bytes is too short for its fixed part.`);
      return;
    }
    if (this.interfaces.length >= MAX_INTERFACES) return;
    let name: string | null = null;
    let description: string | null = null;
    let filter: string | null = null;
    let resolution = 6;
    let offsetSeconds = 0;
    let at = start + INTERFACE_FIXED;
    const end = start + total - 4;
    while (at + 4 <= end) {
      const code = view.getUint16(at, little);
      const length = view.getUint16(at + 2, little);
      if (code === OPT_END) break;
      const value = at + 4;
      if (value + length > end) {
        this.skipBlock(
          at - start,
          'An option of an interface block reaches beyond the block; it and the rest are ignored.',
        );
        break;
      }
      if (code === IF_NAME) name = optionText(carry.bytes.subarray(value, value + length));
      else if (code === IF_DESCRIPTION) description = optionText(carry.bytes.subarray(value, value + length));
      // A first byte of 0 says that text in libpcap's syntax follows; 1 would be BPF instructions.
      else if (code === IF_FILTER && length >= 1 && view.getUint8(value) === 0)
        filter = optionText(carry.bytes.subarray(value + 1, value + length));
      else if (code === IF_TSRESOL && length >= 1) resolution = view.getUint8(value);
      else if (code === IF_TSOFFSET && length >= 8) offsetSeconds = signed64(view, value, little);
      at = value + length + (-length & 3);
    }
    const linkType = view.getUint16(start + BLOCK_HEAD, little);
    this.interfaces.push({
      id: this.interfaces.length,
      name,
      description,
      linkType,
      linkTypeName: linkTypeName(linkType),
      snaplen: view.getUint32(start + BLOCK_HEAD + 4, little),
      filter: filter === '' ? null : filter,
      resolution,
      offsetSeconds,
      comments: this.comments(start + INTERFACE_FIXED, end),
      dropped: null,
    });
    this.scales.push(new TimestampScale(resolution, offsetSeconds));
  }

  /** Counters grow from block to block: the last one counts. */
  private readStatistics(total: number): void {
    const { carry, little } = this;
    const { view, start } = carry;
    if (total < STATISTICS_FIXED + 4) return;
    this.noteBlock(STATISTICS, total);
    const owner = this.interfaces[this.sectionBase + view.getUint32(start + BLOCK_HEAD, little)];
    if (owner === undefined) return;
    const end = start + total - 4;
    let dropped: number | null = null;
    for (let at = start + STATISTICS_FIXED; at + 4 <= end; ) {
      const code = view.getUint16(at, little);
      const length = view.getUint16(at + 2, little);
      if (code === OPT_END || at + 4 + length > end) break;
      if ((code === ISB_IFDROP || code === ISB_OSDROP) && length === 8)
        dropped = (dropped ?? 0) + Number(view.getBigUint64(at + 4, little));
      at += 4 + length + (-length & 3);
    }
    if (dropped !== null) owner.dropped = dropped;
  }

  private readPacket(total: number, type: number, record: CaptureRecord): boolean {
    const { carry, little } = this;
    const { view, start } = carry;
    if (total < PACKET_FIXED + 4)
      return this.skipBlock(4, `A packet block of ${total} bytes is too short for its fixed part.`);
    // The obsolete block keeps a drop count in the upper half of the interface field (in file order).
    const local = type === ENHANCED_PACKET ? view.getUint32(start + 8, little) : view.getUint16(start + 8, little);
    const id = this.sectionBase + local;
    const scale = this.scales[id];
    const owner = this.interfaces[id];
    if (!scale || !owner)
      return this.skipBlock(8, `A packet names interface ${local}, which the section did not describe.`);
    const caplen = view.getUint32(start + 20, little);
    if (caplen > total - PACKET_FIXED - 4) {
      return this.skipBlock(
        20,
        `A packet claims ${caplen} captured bytes, more than its block of ${total} bytes holds.`,
      );
    }
    scale.apply(view.getUint32(start + 12, little), view.getUint32(start + 16, little), record);
    record.length = view.getUint32(start + 24, little);
    const options = PACKET_FIXED + caplen + (-caplen & 3);
    if (options + 4 < total && this.hasComment(start + options, start + total - 4)) this.notes.comment(this.packets);
    this.fill(record, PACKET_FIXED, caplen, owner);
    return true;
  }

  private readSimplePacket(total: number, record: CaptureRecord): boolean {
    const { carry, little } = this;
    if (total < SIMPLE_FIXED + 4)
      return this.skipBlock(4, `A packet block of ${total} bytes is too short for its fixed part.`);
    const owner = this.interfaces[this.sectionBase];
    if (!owner) return this.skipBlock(0, 'A packet stands before the interface it belongs to.');
    const length = carry.view.getUint32(carry.start + 8, little);
    const limit = owner.snaplen === 0 ? length : Math.min(length, owner.snaplen);
    record.seconds = 0;
    record.nanos = 0;
    record.length = length;
    this.fill(record, SIMPLE_FIXED, Math.min(limit, total - SIMPLE_FIXED - 4), owner);
    return true;
  }

  private fill(record: CaptureRecord, headLength: number, caplen: number, owner: CaptureInterface): void {
    const { carry } = this;
    record.bytes = carry.bytes;
    record.view = carry.view;
    record.start = carry.start + headLength;
    record.fileOffset = carry.offset + headLength;
    record.caplen = caplen;
    record.interfaceId = owner.id;
    record.linkType = owner.linkType;
  }
}

function optionText(bytes: Uint8Array): string {
  // Some writers count the closing zero into the length.
  const end = bytes.indexOf(0);
  return decodeUtf8(end < 0 ? bytes : bytes.subarray(0, end));
}

function signed64(view: DataView, at: number, little: boolean): number {
  const high = view.getInt32(little ? at + 4 : at, little);
  const low = view.getUint32(little ? at : at + 4, little);
  return high * 0x1_0000_0000 + low;
}
