// IP addresses and prefixes as four 32-bit words (an IPv4 address lives in the last). Text follows RFC 5952.

export type Family = 4 | 6;

/** An IP address. Compare with `sameIp`, print with `ipText`; the words are unsigned, in network order. */
export interface Ip {
  readonly family: Family;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

/** An address with a prefix length, as `10.0.0.0/8`. `length` counts bits of the family (0–32 or 0–128). */
export interface Prefix {
  readonly ip: Ip;
  readonly length: number;
}

export function ipv4(value: number): Ip {
  return { family: 4, a: 0, b: 0, c: 0, d: value >>> 0 };
}

function parseIpv4(text: string): number | null {
  const m = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (!m) return null;
  let value = 0;
  for (let i = 1; i <= 4; i++) {
    const part = Number(m[i]);
    if (part > 255) return null;
    value = value * 256 + part;
  }
  return value >>> 0;
}

function parseIpv6(text: string): Ip | null {
  const zone = text.indexOf('%');
  let body = zone < 0 ? text : text.slice(0, zone);
  const lastColon = body.lastIndexOf(':');
  if (lastColon < 0) return null;
  if (body.includes('.')) {
    const v4 = parseIpv4(body.slice(lastColon + 1));
    if (v4 === null) return null;
    body = `${body.slice(0, lastColon + 1)}${(v4 >>> 16).toString(16)}:${(v4 & 0xffff).toString(16)}`;
  }
  const halves = body.split('::');
  if (halves.length > 2) return null;
  const group = (s: string): number[] | null => {
    if (s === '') return [];
    const out: number[] = [];
    for (const g of s.split(':')) {
      if (!/^[0-9a-fA-F]{1,4}$/.test(g)) return null;
      out.push(Number.parseInt(g, 16));
    }
    return out;
  };
  const head = group(halves[0] ?? '');
  const tail = halves.length === 2 ? group(halves[1] ?? '') : [];
  if (!head || !tail) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const all = [...head, ...new Array<number>(missing).fill(0), ...tail];
  const word = (i: number) => (((all[i] ?? 0) << 16) | (all[i + 1] ?? 0)) >>> 0;
  return { family: 6, a: word(0), b: word(2), c: word(4), d: word(6) };
}

/** Reads `10.0.0.1` or `fd00::1` (a zone like `%eth0` is dropped); null when it is neither. */
export function parseIp(text: string): Ip | null {
  const v4 = parseIpv4(text);
  return v4 === null ? parseIpv6(text) : ipv4(v4);
}

function ipv4Text(v: number): string {
  return `${v >>> 24}.${(v >>> 16) & 255}.${(v >>> 8) & 255}.${v & 255}`;
}

export function ipText(ip: Ip): string {
  if (ip.family === 4) return ipv4Text(ip.d);
  if (ip.a === 0 && ip.b === 0 && ip.c === 0xffff) return `::ffff:${ipv4Text(ip.d)}`;
  const groups = [
    ip.a >>> 16,
    ip.a & 0xffff,
    ip.b >>> 16,
    ip.b & 0xffff,
    ip.c >>> 16,
    ip.c & 0xffff,
    ip.d >>> 16,
    ip.d & 0xffff,
  ];
  let bestStart = -1;
  let bestLength = 1;
  for (let i = 0; i < 8; i++) {
    let n = 0;
    while (i + n < 8 && groups[i + n] === 0) n++;
    if (n > bestLength) {
      bestStart = i;
      bestLength = n;
    }
  }
  const hex = (from: number, to: number) =>
    groups
      .slice(from, to)
      .map((g) => g.toString(16))
      .join(':');
  return bestStart < 0 ? hex(0, 8) : `${hex(0, bestStart)}::${hex(bestStart + bestLength, 8)}`;
}

/** The 4 or 16 bytes of an address, in network order. */
export function ipBytes(ip: Ip): number[] {
  const words = ip.family === 4 ? [ip.d] : [ip.a, ip.b, ip.c, ip.d];
  return words.flatMap((w) => [w >>> 24, (w >>> 16) & 255, (w >>> 8) & 255, w & 255]);
}

export function sameIp(x: Ip, y: Ip): boolean {
  return x.d === y.d && x.c === y.c && x.b === y.b && x.a === y.a && x.family === y.family;
}

const maskWord = (bits: number): number =>
  bits <= 0 ? 0 : bits >= 32 ? 0xffffffff : (0xffffffff << (32 - bits)) >>> 0;

/** The address with its host bits cleared. */
export function networkOf(ip: Ip, length: number): Ip {
  if (ip.family === 4) return ipv4((ip.d & maskWord(length)) >>> 0);
  return {
    family: 6,
    a: (ip.a & maskWord(length)) >>> 0,
    b: (ip.b & maskWord(length - 32)) >>> 0,
    c: (ip.c & maskWord(length - 64)) >>> 0,
    d: (ip.d & maskWord(length - 96)) >>> 0,
  };
}

export function contains(prefix: Prefix, ip: Ip): boolean {
  return prefix.ip.family === ip.family && sameIp(networkOf(ip, prefix.length), networkOf(prefix.ip, prefix.length));
}

/** Reads `10.0.0.0/8`, `10.0.0.1`, `10.0.0.0/255.0.0.0` or the IPv6 forms; null when it is none (or a mask has holes). */
export function parsePrefix(text: string): Prefix | null {
  const slash = text.indexOf('/');
  const ip = parseIp(slash < 0 ? text : text.slice(0, slash));
  if (!ip) return null;
  const width = ip.family === 4 ? 32 : 128;
  if (slash < 0) return { ip, length: width };
  const suffix = text.slice(slash + 1);
  if (/^\d+$/.test(suffix)) {
    const length = Number(suffix);
    return length <= width ? { ip, length } : null;
  }
  const mask = parseIp(suffix);
  if (!mask || mask.family !== ip.family) return null;
  for (let length = 0; length <= width; length++) {
    const ones: Ip = { family: ip.family, a: 0xffffffff, b: 0xffffffff, c: 0xffffffff, d: 0xffffffff };
    if (sameIp(networkOf(ones, length), mask)) return { ip, length };
  }
  return null;
}

export function prefixText(p: Prefix): string {
  return `${ipText(p.ip)}/${p.length}`;
}

/** `10.0.0.1:80`, `[fd00::1]:80`, or the bare address when there is no port. */
export function endpointText(ip: Ip, port: number | null): string {
  if (port === null) return ipText(ip);
  return ip.family === 4 ? `${ipText(ip)}:${port}` : `[${ipText(ip)}]:${port}`;
}

/** -1, 0 or 1 in numeric order; IPv4 sorts before IPv6. */
export function compareIp(x: Ip, y: Ip): number {
  return Math.sign(x.family - y.family || x.a - y.a || x.b - y.b || x.c - y.c || x.d - y.d);
}

export function isLoopback(ip: Ip): boolean {
  return ip.family === 4 ? ip.d >>> 24 === 127 : ip.a === 0 && ip.b === 0 && ip.c === 0 && ip.d === 1;
}

export function isMulticast(ip: Ip): boolean {
  return ip.family === 4 ? ip.d >>> 28 === 0xe : ip.a >>> 24 === 0xff;
}
