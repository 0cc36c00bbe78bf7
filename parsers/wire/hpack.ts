// Header compression of HTTP/2 (RFC 7541): one decoder a direction of a connection, fed block by block in the order they were sent.
// Surprise: entries are counted from the newest, so a capture that begins late knows the entries it saw added and lacks the older ones.
// A block that cannot be read at all ends it for good: later ones may mean anything.
import { huffmanText, STATIC_TABLE } from './hpack-tables.ts';

export interface HeaderField {
  readonly name: string;
  readonly value: string;
  /** How it was written, as Wireshark words it. */
  readonly representation: string;
  /** Entry of the tables that it names; 0 for none. */
  readonly index: number;
  /** Its bytes in the block; a field that an earlier frame began starts at 0. */
  readonly from: number;
  readonly to: number;
}

export interface HeaderBlock {
  readonly fields: readonly HeaderField[];
  /** Sizes that the sender's table was changed to. */
  readonly tableSizes: readonly number[];
  /** Why the fields are not all; null when they are. */
  readonly problem: string | null;
}

const FIRST_TABLE_SIZE = 4096;
/** Larger than what any implementation offers by default; it bounds what one connection can make us keep. */
const MAX_TABLE_SIZE = 1 << 18;
const ENTRY_OVERHEAD = 32;
const MAX_FIELDS = 200;
const MAX_TEXT = 1 << 18;
const MAX_STRING = 1 << 16;

const UNKNOWN_NAME = '<unknown>';
const MISSED = 'A field refers to an entry of the header table that was added before the capture began, or was lost.';

/** Bytes ran out in the middle of a field. */
const SHORT = Symbol('short');
const BROKEN = Symbol('broken');

interface Entry {
  readonly name: string;
  readonly value: string;
}

const statics: readonly Entry[] = STATIC_TABLE.map((line) => {
  const [name = '', value = ''] = line.split('\t');
  return { name, value };
});

/** Entries that a sender's blocks add; the newest is number 1. */
class DynamicTable {
  private readonly entries: Entry[] = [];
  /** Entries before this one are gone. */
  private gone = 0;
  private size = 0;
  private limit = FIRST_TABLE_SIZE;

  get(n: number): Entry | null {
    const place = this.entries.length - n;
    return place < this.gone ? null : (this.entries[place] ?? null);
  }

  add(entry: Entry): void {
    const size = sizeOf(entry);
    this.evict(this.limit - size);
    if (size > this.limit) return;
    this.entries.push(entry);
    this.size += size;
  }

  resize(limit: number): void {
    this.limit = limit;
    this.evict(limit);
  }

  private evict(room: number): void {
    while (this.size > Math.max(0, room)) {
      const oldest = this.entries[this.gone];
      if (oldest === undefined) break;
      this.size -= sizeOf(oldest);
      this.gone++;
    }
    if (this.gone < 64 || this.gone * 2 < this.entries.length) return;
    this.entries.splice(0, this.gone);
    this.gone = 0;
  }
}

function sizeOf({ name, value }: Entry): number {
  return name.length + value.length + ENTRY_OVERHEAD;
}

export class HeaderDecoder {
  private readonly table = new DynamicTable();
  /** The start of a field that goes on in the next fragment. */
  private rest = new Uint8Array(256);
  private held = 0;
  private problem: string | null = null;

  /** Reads a block, or a fragment of one; `isLast` when no fragment follows. */
  read(bytes: Uint8Array, at: number, end: number, isLast: boolean): HeaderBlock {
    if (this.problem !== null) return { fields: [], tableSizes: [], problem: this.problem };
    const before = this.held;
    this.hold(bytes.subarray(at, end));
    const reader = new BlockReader(this.rest, this.held, this.table, before);
    const outcome = reader.run();
    const left = this.held - reader.done;
    if (outcome === BROKEN || (outcome === SHORT && (isLast || left > MAX_STRING)))
      this.problem = 'A header block cannot be read, so the fields of this and of later blocks are not known.';
    this.rest.copyWithin(0, reader.done, this.held);
    this.held = this.problem === null ? left : 0;
    return {
      fields: reader.fields,
      tableSizes: reader.tableSizes,
      problem: this.problem ?? reader.cutBy ?? reader.lacking,
    };
  }

  private hold(bytes: Uint8Array): void {
    if (this.held + bytes.length > this.rest.length) {
      const grown = new Uint8Array(Math.max(this.held + bytes.length, this.rest.length * 2));
      grown.set(this.rest.subarray(0, this.held));
      this.rest = grown;
    }
    this.rest.set(bytes, this.held);
    this.held += bytes.length;
  }
}

class BlockReader {
  readonly fields: HeaderField[] = [];
  readonly tableSizes: number[] = [];
  /** Where the last whole field ended. */
  done = 0;
  cutBy: string | null = null;
  /** Why a field is not known. */
  lacking: string | null = null;
  private at = 0;
  private text = 0;
  private readonly bytes: Uint8Array;
  private readonly end: number;
  private readonly table: DynamicTable;
  private readonly before: number;

  constructor(bytes: Uint8Array, end: number, table: DynamicTable, before: number) {
    this.bytes = bytes;
    this.end = end;
    this.table = table;
    this.before = before;
  }

  /** Reads fields until the bytes are used up (null), or end within one, or are none. */
  run(): typeof SHORT | typeof BROKEN | null {
    while (this.at < this.end) {
      const outcome = this.field(this.bytes[this.at] ?? 0);
      if (outcome !== null) return outcome;
      this.done = this.at;
    }
    return null;
  }

  private field(byte: number): typeof SHORT | typeof BROKEN | null {
    if (byte >= 0x80) {
      const index = this.integer(7);
      if (typeof index !== 'number') return index;
      if (index === 0) return BROKEN;
      const entry = this.entry(index);
      if (entry === null) this.lacking = MISSED;
      this.push(entry ?? { name: UNKNOWN_NAME, value: '' }, 'Indexed Header Field', index);
      return null;
    }
    if (byte >= 0x40) return this.literal(6, 'Literal Header Field with Incremental Indexing', true);
    if (byte >= 0x20) {
      const size = this.integer(5);
      if (typeof size !== 'number') return size;
      if (size > MAX_TABLE_SIZE) return BROKEN;
      this.table.resize(size);
      this.tableSizes.push(size);
      return null;
    }
    const kind = byte >= 0x10 ? 'Literal Header Field never Indexed' : 'Literal Header Field without Indexing';
    return this.literal(4, kind, false);
  }

  private literal(bits: number, kind: string, isKept: boolean): typeof SHORT | typeof BROKEN | null {
    const index = this.integer(bits);
    if (typeof index !== 'number') return index;
    const name = index === 0 ? this.string() : (this.entry(index)?.name ?? UNKNOWN_NAME);
    if (typeof name !== 'string') return name;
    if (name === UNKNOWN_NAME) this.lacking = MISSED;
    const value = this.string();
    if (typeof value !== 'string') return value;
    const entry = { name, value };
    if (isKept) this.table.add(entry);
    this.push(entry, `${kind} - ${index === 0 ? 'New' : 'Indexed'} Name`, index);
    return null;
  }

  private entry(index: number): Entry | null {
    return statics[index - 1] ?? this.table.get(index - statics.length);
  }

  private push({ name, value }: Entry, representation: string, index: number): void {
    this.text += name.length + value.length;
    if (this.fields.length >= MAX_FIELDS) this.cutBy = `More than ${MAX_FIELDS} header fields.`;
    else if (this.text > MAX_TEXT) this.cutBy = `More than ${MAX_TEXT} bytes of header fields.`;
    if (this.cutBy !== null) return;
    const from = Math.max(0, this.done - this.before);
    this.fields.push({ name, value, representation, index, from, to: this.at - this.before });
  }

  /** An integer with a prefix of so many bits (section 5.1). */
  private integer(bits: number): number | typeof SHORT | typeof BROKEN {
    if (this.at >= this.end) return SHORT;
    const most = 2 ** bits - 1;
    let value = (this.bytes[this.at++] ?? 0) & most;
    if (value < most) return value;
    for (let factor = 1; factor <= 2 ** 21; factor *= 128) {
      if (this.at >= this.end) return SHORT;
      const byte = this.bytes[this.at++] ?? 0;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    return BROKEN;
  }

  private string(): string | typeof SHORT | typeof BROKEN {
    if (this.at >= this.end) return SHORT;
    const isCoded = (this.bytes[this.at] ?? 0) >= 0x80;
    const size = this.integer(7);
    if (typeof size !== 'number') return size;
    if (size > MAX_STRING) return BROKEN;
    const from = this.at;
    if (from + size > this.end) return SHORT;
    this.at = from + size;
    if (isCoded) return huffmanText(this.bytes, from, this.at) ?? BROKEN;
    let text = '';
    for (let i = from; i < this.at; i++) text += String.fromCharCode(this.bytes[i] ?? 0);
    return text;
  }
}
