// `conntrack -L`, with or without `-o extended` (the `ipv4     2` in front), and /proc/net/nf_conntrack, which prints the same.
// The first tuple is the original direction, the second the reply: where they do not mirror each other, NAT was applied.
import { parseIp } from '../core/address.ts';
import type { SourceRef } from '../core/issue.ts';
import { protocolNumber } from '../core/protocol-numbers.ts';
import type { DumpFormat } from './dump-format.ts';
import type { ConntrackEntry, Tuple } from './state.ts';

const LINE = /^(?:ipv[46]\s+\d+\s+)?(\S+)\s+(\d+)\s+(?:(\d+)\s+)?(?:([A-Z_0-9]+)\s+)?(src=.*)$/;

function readTuple(words: string[]): Tuple | null {
  const get = (key: string): string | null => words.find((w) => w.startsWith(`${key}=`))?.slice(key.length + 1) ?? null;
  const src = parseIp(get('src') ?? '');
  const dst = parseIp(get('dst') ?? '');
  if (!src || !dst) return null;
  const number = (key: string): number | null => {
    const v = get(key);
    return v === null ? null : Number(v);
  };
  return { src, dst, sport: number('sport'), dport: number('dport'), icmpId: number('id') };
}

/** A line as `conntrack -L` prints it; null when it is none. */
export function conntrackEntry(line: string, source: SourceRef): ConntrackEntry | null {
  const m = LINE.exec(line);
  const words = m?.[5]?.split(/\s+/) ?? [];
  const second = words.findIndex((w, k) => k > 0 && w.startsWith('src='));
  const original = readTuple(words.slice(0, second));
  const reply = readTuple(words.slice(second));
  const protocol = protocolNumber(m?.[2] ?? '');
  if (!m || second < 0 || !original || !reply || protocol === null) return null;
  const value = (key: string) => Number(words.find((w) => w.startsWith(`${key}=`))?.slice(key.length + 1) ?? '0');
  return {
    protocol,
    state: m[4] ?? null,
    timeout: m[3] === undefined ? null : Number(m[3]),
    original,
    reply,
    unreplied: words.includes('[UNREPLIED]'),
    assured: words.includes('[ASSURED]'),
    mark: value('mark'),
    zone: { original: value('zone-orig') || value('zone'), reply: value('zone-reply') || value('zone') },
    source,
  };
}

export const dumpFormat: DumpFormat = {
  name: 'conntrack',
  command: 'conntrack -L -o extended',
  emptyName: /conntrack/i,
  detect: (file) =>
    /^(?:ipv[46]\s+\d+\s+)?(?:tcp|udp|icmp|icmpv6|sctp|dccp|udplite|gre|unknown)\s+\d+\s.*\bsrc=\S+ dst=\S+.*\bsrc=\S+ dst=\S+/m.test(
      file.head,
    ),
  read(file, state, warn) {
    state.conntrack ??= [];
    for (let i = 0; i < file.lines.length; i++) {
      const line = (file.lines[i] ?? '').trim();
      if (line === '' || line.startsWith('conntrack v')) continue;
      const entry = conntrackEntry(line, file.ref(i + 1));
      if (entry === null) warn('syntax', file.ref(i + 1), 'not a line of conntrack -L: it was not used');
      else state.conntrack.push(entry);
    }
  },
};
