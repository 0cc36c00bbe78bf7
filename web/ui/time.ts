// Times of packets: nanoseconds since the epoch as decimal text, which no number holds exactly.

const perSecond = 1_000_000_000n;

export function secondsBetween(fromNs: string, toNs: string): number {
  return Number(BigInt(toNs) - BigInt(fromNs)) / 1e9;
}

/** Seconds with six digits, exact however long ago the first packet was: `5.001402`. */
export function relativeTime(fromNs: string, tsNs: string): string {
  const ns = BigInt(tsNs) - BigInt(fromNs);
  const size = ns < 0n ? -ns : ns;
  const micros = (size % perSecond) / 1000n;
  return `${ns < 0n ? '−' : ''}${size / perSecond}.${micros.toString().padStart(6, '0')}`;
}

/** `05:55:14.123456`, the time of day in UTC. */
export function utcTime(tsNs: string): string {
  const ns = BigInt(tsNs);
  const clock = new Date(Number(ns / 1_000_000n)).toISOString().slice(11, 19);
  return `${clock}.${((ns % perSecond) / 1000n).toString().padStart(6, '0')}`;
}

/** `2026-11-24 05:55:14.123456789 UTC`. */
export function utcDateTime(tsNs: string): string {
  const ns = BigInt(tsNs);
  const date = new Date(Number(ns / 1_000_000n)).toISOString().slice(0, 19).replace('T', ' ');
  return `${date}.${(ns % perSecond).toString().padStart(9, '0')} UTC`;
}

/** A duration as a person says it: `58 µs`, `1.4 ms`, `5.00 s`, `3 min 20 s`. */
export function durationText(seconds: number): string {
  if (seconds < 0.001) return `${Math.round(seconds * 1e6)} µs`;
  if (seconds < 1) return `${(seconds * 1e3).toFixed(seconds < 0.01 ? 2 : 1)} ms`;
  if (seconds < 120) return `${seconds.toFixed(2)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return `${minutes} min ${Math.round(seconds - minutes * 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Nanoseconds as a person says them: `800 ns`, `58 µs`, `1.40 ms`. */
export function offsetText(ns: number): string {
  return Math.abs(ns) < 1000 ? `${ns} ns` : durationText(ns / 1e9);
}

/** `today 14:02`, `3 Nov 2026`: when a case was made. */
export function dayText(iso: string, now: Date): string {
  const then = new Date(iso);
  if (Number.isNaN(then.getTime())) return '';
  const clock = then.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  if (then.toDateString() === now.toDateString()) return `today ${clock}`;
  return then.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
}
