// Dates and times of filters, as Wireshark takes and prints them, to nanoseconds since the epoch.
// Surprise: without a zone UTC is meant, as everywhere in vethscope; Wireshark takes the local zone.

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$/;
const NAMED =
  /^([A-Z][a-z]{2})\s+(\d{1,2}), (\d{4}) (\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `2026-11-24`, `2026-11-24 12:34:56.789 UTC`, `2026-11-24T12:34Z`, `Nov 24, 2026 12:34:56`; null for anything else. */
export function dateOf(text: string): bigint | null {
  const iso = ISO.exec(text);
  if (iso !== null) {
    const [, year, month, day, hours, minutes, seconds, decimals, zone] = iso;
    return instant(Number(year), Number(month), Number(day), hours, minutes, seconds, decimals, zone);
  }
  const [, name = '', day, year, hours, minutes, seconds, decimals, zone] = NAMED.exec(text) ?? [];
  const month = MONTHS.indexOf(name) + 1;
  return month === 0 ? null : instant(Number(year), month, Number(day), hours, minutes, seconds, decimals, zone);
}

function instant(
  year: number,
  month: number,
  day: number,
  hours = '0',
  minutes = '0',
  seconds = '0',
  decimals = '',
  zone = 'Z',
): bigint | null {
  const ms = Date.UTC(year, month - 1, day, Number(hours), Number(minutes), Number(seconds));
  const date = new Date(ms);
  const isReal = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && Number(hours) < 24;
  if (Number.isNaN(ms) || !isReal || Number(minutes) > 59 || Number(seconds) > 60) return null;
  const [, sign, zoneHours, zoneMinutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone) ?? [];
  const offset = sign === undefined ? 0 : (Number(zoneHours) * 60 + Number(zoneMinutes)) * (sign === '-' ? -60 : 60);
  return BigInt(ms / 1000 - offset) * 1_000_000_000n + BigInt(decimals.padEnd(9, '0'));
}
