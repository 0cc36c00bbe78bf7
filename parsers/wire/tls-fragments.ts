// Puts together TLS handshake messages that go on in the next record of their direction (RFC 8446, 5.1).
// Surprise: records may be one byte each, so parts are kept in a list and joined once, when the message is whole.
import { HANDSHAKE_HEADER, handshakeLength } from './tls-handshake.ts';
import { HANDSHAKE_TYPES } from './tls-names.ts';

/** Longer ones are noise of a cipher; only a chain of certificates is longer than a record. */
export const MAX_MESSAGE = 1 << 20;

export interface HandshakePart {
  /** Type of the message that goes on from the record before; -1 without one. */
  readonly type: number;
  /** Bytes at the record's start that belong to it. */
  readonly size: number;
  /** The message, when it ends here; null while it goes on. */
  readonly whole: Uint8Array | null;
}

const NOTHING: HandshakePart = { type: -1, size: 0, whole: null };

/** True when a message whose header is at `at` is readable and its end lies beyond `end`. */
export function goesOn(bytes: Uint8Array, at: number, end: number): boolean {
  if (at + HANDSHAKE_HEADER > end || !HANDSHAKE_TYPES.has(bytes[at] ?? 0)) return false;
  const size = HANDSHAKE_HEADER + handshakeLength(bytes, at);
  return size <= MAX_MESSAGE && at + size > end;
}

export class HandshakeJoin {
  private parts: Uint8Array[] = [];
  private missing = 0;

  get isOpen(): boolean {
    return this.missing > 0;
  }

  /** Forgets what is open: another kind of record stood between. */
  reset(): void {
    this.parts = [];
    this.missing = 0;
  }

  /** Takes the body of a handshake record between `from` and `end`. */
  take(bytes: Uint8Array, from: number, end: number): HandshakePart {
    const part = this.isOpen ? this.goOn(bytes, from, end) : NOTHING;
    let at = from + part.size;
    while (at + HANDSHAKE_HEADER <= end && HANDSHAKE_TYPES.has(bytes[at] ?? 0)) {
      if (goesOn(bytes, at, end)) {
        this.parts = [bytes.slice(at, end)];
        this.missing = HANDSHAKE_HEADER + handshakeLength(bytes, at) - (end - at);
        break;
      }
      at += HANDSHAKE_HEADER + handshakeLength(bytes, at);
    }
    return part;
  }

  private goOn(bytes: Uint8Array, from: number, end: number): HandshakePart {
    const size = Math.min(this.missing, end - from);
    this.parts.push(bytes.slice(from, from + size));
    this.missing -= size;
    const type = this.parts[0]?.[0] ?? 0;
    if (this.isOpen) return { type, size, whole: null };
    const whole = new Uint8Array(this.parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const one of this.parts) {
      whole.set(one, at);
      at += one.length;
    }
    this.parts = [];
    return { type, size, whole };
  }
}
