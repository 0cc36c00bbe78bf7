// What a parser says about bad input. Bad input never throws: it yields the facts read so far and one of these.
// `throw` is for our own bugs.

/** Where a piece of text came from: the file as the user named it, 1-based line, and the line as it stood. */
export interface SourceRef {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** Why bytes could not be decoded. Offsets are from the start of the record (frame) or of the file, as `where` says. */
export interface DecodeIssue {
  readonly kind: 'truncated' | 'malformed' | 'unsupported';
  /** Protocol or file format, lower case: `ipv4`, `pcapng`. */
  readonly protocol: string;
  readonly where: 'frame' | 'file';
  /** Byte offset of the place that is wrong. */
  readonly offset: number;
  /** Bytes that were needed from `offset`, where that is known. */
  readonly needed?: number;
  /** Bytes that were there. */
  readonly available?: number;
  /** Which length cut it: the captured length, a header's own length field, or the end of the file. */
  readonly limitedBy?: 'caplen' | 'header' | 'file';
  /** One plain sentence. */
  readonly message: string;
}

/** A line of a dump that was kept but not understood, or that looks wrong. */
export interface DumpWarning {
  readonly kind: 'syntax' | 'unsupported' | 'suspicious';
  readonly source: SourceRef;
  /** One plain sentence, with the remedy where there is one. */
  readonly message: string;
}

/** Marks the impossible branch of a closed union; reaching it is a bug of ours. */
export function assertNever(value: never): never {
  throw new Error(`impossible value: ${JSON.stringify(value)}`);
}
