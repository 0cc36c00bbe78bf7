// The incremental reader of capture files, pcap and pcapng alike: append a chunk, read records until there are none, repeat.
// Surprise: how the bytes were split into chunks never shows; a property test holds every split equal to the whole.
import type { DecodeIssue } from '../core/issue.ts';
import { Carry } from './carry.ts';
import { type CaptureFormat, DETECT_BYTES, detectCapture } from './detect.ts';
import { MAX_FILE_ISSUES } from './limits.ts';
import type { CaptureNotes } from './notes.ts';
import { PcapReader } from './pcap.ts';
import { PcapngReader } from './pcapng.ts';
import { type CaptureInterface, CaptureRecord } from './record.ts';

const NO_INTERFACES: readonly CaptureInterface[] = [];

export class CaptureReader {
  /** The record of the last `read()`; lent until the next one. */
  readonly record: CaptureRecord;
  /** What was wrong with the file, in file order; never more than a hundred. */
  readonly issues: DecodeIssue[];
  format: CaptureFormat | null;
  /** Bytes given so far. */
  bytesRead: number;
  private readonly carry: Carry;
  private inner: PcapReader | PcapngReader | null;
  private stopped: boolean;
  private ended: boolean;

  constructor() {
    this.record = new CaptureRecord();
    this.issues = [];
    this.format = null;
    this.bytesRead = 0;
    this.carry = new Carry();
    this.inner = null;
    this.stopped = false;
    this.ended = false;
  }

  /** What the file says beside its packets; null until a pcapng header was seen, and for other formats. */
  get notes(): CaptureNotes | null {
    return this.inner instanceof PcapngReader ? this.inner.notes : null;
  }

  get interfaces(): readonly CaptureInterface[] {
    return this.inner === null ? NO_INTERFACES : this.inner.interfaces;
  }

  /** True when the file was damaged beyond reading on; further bytes are counted and ignored. */
  get damaged(): boolean {
    return this.stopped;
  }

  /** Gives the next bytes of the file. The chunk must stay unchanged until `read()` has answered false. */
  append(chunk: Uint8Array): void {
    this.bytesRead += chunk.length;
    if (!this.stopped && !this.ended && chunk.length > 0) this.carry.append(chunk);
  }

  /** Moves `record` to the next packet; false when more bytes are needed, the file ended or it cannot be read on. */
  read(): boolean {
    if (this.stopped) return false;
    if (this.inner === null && !this.open()) return false;
    const result = this.inner === null ? 'more' : this.inner.step(this.record);
    if (result === 'stop') this.stop();
    return result === 'packet';
  }

  /** Says that no bytes follow; whatever is cut off becomes an issue. */
  end(): void {
    if (this.ended) return;
    while (this.read());
    this.ended = true;
    if (this.stopped) return;
    const available = this.carry.pending;
    const missing = this.carry.skipping;
    if (this.inner === null) {
      if (available > 0 || this.bytesRead === 0) {
        this.report({
          kind: 'truncated',
          protocol: 'capture',
          where: 'file',
          offset: 0,
          needed: DETECT_BYTES,
          available,
          limitedBy: 'file',
          message: 'The file is too short to be a capture.',
        });
      }
    } else if (available > 0 || missing > 0 || this.interfaces.length === 0) {
      this.report({
        kind: 'truncated',
        protocol: this.format ?? 'capture',
        where: 'file',
        offset: missing > 0 ? this.carry.skippedFrom : this.carry.offset,
        available,
        limitedBy: 'file',
        message: `The file ends in the middle of a ${this.inner.unit}; the packets before it are good.`,
      });
    }
  }

  private open(): boolean {
    const { carry } = this;
    if (!carry.want(DETECT_BYTES)) return false;
    const found = detectCapture(carry.bytes.subarray(carry.start, carry.start + DETECT_BYTES));
    const issue = (problem: DecodeIssue): void => this.report(problem);
    if (found === 'pcap') this.inner = new PcapReader(carry, issue);
    else if (found === 'pcapng') this.inner = new PcapngReader(carry, issue);
    else {
      this.report({
        kind: 'unsupported',
        protocol: found ?? 'capture',
        where: 'file',
        offset: 0,
        message:
          found === null
            ? 'The file is neither pcap nor pcapng.'
            : `The file is compressed (${found}); unpack it first.`,
      });
      this.stop();
      return false;
    }
    this.format = found;
    return true;
  }

  private stop(): void {
    this.stopped = true;
    this.carry.discard();
  }

  private report(issue: DecodeIssue): void {
    if (this.issues.length < MAX_FILE_ISSUES) this.issues.push(issue);
  }
}
