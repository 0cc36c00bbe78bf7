// Turns a pcapng time stamp, 64 bits in units of if_tsresol, into seconds and nanoseconds without BigInt.
// Surprise: the 64-bit count does not fit a double, so decimal resolutions are divided in 32-bit steps, and exactly.
import type { CaptureRecord } from './record.ts';

export class TimestampScale {
  /** Units a second when the resolution is decimal and below 2^32; 0 otherwise. */
  private readonly units: number;
  private readonly nanosPerUnit: number;
  private readonly binary: boolean;
  private readonly exponent: number;
  private readonly offsetSeconds: number;

  constructor(resolution: number, offsetSeconds: number) {
    this.binary = (resolution & 0x80) !== 0;
    this.exponent = resolution & 0x7f;
    this.units = !this.binary && this.exponent <= 9 ? 10 ** this.exponent : 0;
    this.nanosPerUnit = this.units === 0 ? 0 : 1e9 / this.units;
    this.offsetSeconds = offsetSeconds;
  }

  apply(high: number, low: number, record: CaptureRecord): void {
    const { units } = this;
    if (units === 0) {
      this.applySlowly(high, low, record);
      return;
    }
    // high * 2^32 + low, divided by units: long division in two digits of base 2^16, each remainder × 2^16 below 2^53.
    const first = Math.floor(high / units);
    let rest = high - first * units;
    const middle = rest * 0x10000 + (low >>> 16);
    const second = Math.floor(middle / units);
    rest = middle - second * units;
    const last = rest * 0x10000 + (low & 0xffff);
    const third = Math.floor(last / units);
    record.seconds = first * 0x1_0000_0000 + second * 0x10000 + third + this.offsetSeconds;
    record.nanos = (last - third * units) * this.nanosPerUnit;
  }

  /** Finer than a nanosecond, or powers of two: rare enough for BigInt. */
  private applySlowly(high: number, low: number, record: CaptureRecord): void {
    const count = (BigInt(high) << 32n) | BigInt(low);
    const units = this.binary ? 1n << BigInt(this.exponent) : 10n ** BigInt(this.exponent);
    record.seconds = Number(count / units) + this.offsetSeconds;
    record.nanos = Number(((count % units) * 1_000_000_000n) / units);
  }
}
