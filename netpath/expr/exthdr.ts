// Parts of a packet that may be absent: options of IP and TCP, extension headers of IPv6, chunks of SCTP. Without a field it is asked whether
// the part is there. A packet that is typed in has no IP options and no extension headers; what its TCP options are is not known.
//
// Surprise: a field of a part that is not there ends the rule, but `missing` holds.
import { SCTP, TCP } from '../../parsers/core/protocol-numbers.ts';
import { EXTENSION_FIELDS, type Field } from '../kernel/nft-fields.ts';
import type { Evaluated, ExprModule } from '../kernel/nft-value.ts';
import { capturedAnswers, type Packet } from '../kernel/packet.ts';
import { bytesOf, extensionsOf, transportAt } from '../kernel/packet-bytes.ts';
import { fieldAt } from '../kernel/packet-fields.ts';
import { unknown } from '../tri.ts';

const TCP_OPTIONS: Readonly<Record<string, number>> = {
  ...{ eol: 0, nop: 1, maxseg: 2, mss: 2, window: 3, 'sack-perm': 4, 'sack-permitted': 4, sack: 5, sack0: 5 },
  ...{ sack1: 5, sack2: 5, sack3: 5, timestamp: 8, md5sig: 19, mptcp: 30, fastopen: 34 },
};
const IP_OPTIONS: Readonly<Record<string, number>> = { rr: 7, lsrr: 131, ssrr: 137, ra: 148 };
const HEADERS: Readonly<Record<string, number>> = {
  ...{ hbh: 0, rt: 43, rt0: 43, rt2: 43, srh: 43, frag: 44, dst: 60, mh: 135 },
};
const CHUNKS: Readonly<Record<string, number>> = {
  ...{ data: 0, init: 1, 'init-ack': 2, sack: 3, heartbeat: 4, 'heartbeat-ack': 5, abort: 6, shutdown: 7 },
  ...{ 'shutdown-ack': 8, error: 9, 'cookie-echo': 10, 'cookie-ack': 11, ecne: 12, cwr: 13, 'shutdown-complete': 14 },
  ...{ asconf: 193, 'asconf-ack': 128, 'forward-tsn': 192 },
};

/** Fields of options, in bits from the option's kind. */
const FIELDS: Readonly<Record<string, Field>> = {
  'maxseg size': [16, 16, 'number'],
  'window count': [16, 8, 'number'],
  'timestamp tsval': [16, 32, 'number'],
  'timestamp tsecr': [48, 32, 'number'],
  'mptcp subtype': [16, 4, 'number'],
  'ra value': [16, 16, 'number'],
};

function fieldOf(name: string, field: string): Field | null {
  const bits = /^@(\d+),(\d+)$/.exec(field);
  if (bits) return [Number(bits[1]), Number(bits[2]), Number(bits[2]) > 48 ? 'hex' : 'number'];
  const block = /^sack(\d?)$/.exec(name);
  if (block && (field === 'left' || field === 'right'))
    return [16 + Number(block[1] || '0') * 64 + (field === 'right' ? 32 : 0), 32, 'number'];
  if (field === 'type' || field === 'kind') return [0, 8, 'number'];
  if (field === 'length') return [8, 8, 'number'];
  return field === 'ptr' ? [16, 8, 'number'] : (FIELDS[`${name} ${field}`] ?? null);
}

type Bytes = readonly (number | null)[];

/** The offset of an option of this kind between two offsets; null for none, undefined where a byte on the way is not known. */
function findOption(bytes: Bytes, from: number, to: number, kind: number): number | null | undefined {
  for (let at = from; at < to; ) {
    const here = bytes[at];
    if (here === null || here === undefined) return undefined;
    if (here === kind) return at;
    if (here === 0) return null;
    const length = here === 1 ? 1 : bytes[at + 1];
    if (length === null || length === undefined) return undefined;
    if (length < 1 || (here !== 1 && length < 2)) return null;
    at += length;
  }
  return null;
}

function findChunk(bytes: Bytes, from: number, type: number): number | null | undefined {
  for (let at = from; at + 4 <= bytes.length; ) {
    const [here, high, low] = [bytes[at], bytes[at + 2], bytes[at + 3]];
    if (here == null || high == null || low == null) return undefined;
    if (here === type) return at;
    const length = (high << 8) | low;
    if (length < 4) return null;
    at += (length + 3) & ~3;
  }
  return null;
}

/** What the places say of a part: `at` as findOption gives it. */
function answer(
  p: Packet,
  bytes: Bytes,
  at: number | null | undefined,
  name: string,
  field: string | null,
  place: Field | null,
): Evaluated {
  if (at === undefined) return unknown(`whether the packet has ${name}`, 'a capture of the packet');
  if (p.seen?.bytes) capturedAnswers(p, name);
  if (field === null) return { type: 'exists', value: at === null ? 0 : 1 };
  if (at === null) return null;
  if (place === null) return unknown(`the packet's ${name} ${field}`, 'support for it');
  return fieldAt(p, bytes, at, place, `${name} ${field}`);
}

export const expr: ExprModule = {
  kind: 'exthdr',
  evaluate(e, c) {
    if (e.kind !== 'exthdr') return null;
    const p = c.packet;
    const name = `${e.of} ${e.name}`;
    const place = e.field === null ? null : fieldOf(e.name, e.field);
    const kindOf = (known: Readonly<Record<string, number>>) =>
      known[e.name] ?? (/^\d+$/.test(e.name) ? Number(e.name) : null);
    switch (e.of) {
      case 'tcp option': {
        // nft adds no check of the protocol here: of other packets an option is missing
        if (p.protocol !== TCP) return e.field === null ? { type: 'exists', value: 0 } : null;
        const kind = kindOf(TCP_OPTIONS);
        if (kind === null) return unknown(`what ${name} is`, 'support for it');
        const bytes = bytesOf(p);
        const transport = transportAt(p, bytes);
        const dataOffset = bytes[transport + 12] ?? null;
        const end = dataOffset === null ? null : transport + (dataOffset >> 4) * 4;
        const at = end === null ? undefined : findOption(bytes, transport + 20, end, kind);
        return answer(p, bytes, at, name, e.field, place);
      }
      case 'ip option': {
        if (p.family !== 4) return null;
        const kind = kindOf(IP_OPTIONS);
        if (kind === null) return unknown(`what ${name} is`, 'support for it');
        const bytes = bytesOf(p);
        return answer(p, bytes, findOption(bytes, 20, transportAt(p, bytes), kind), name, e.field, place);
      }
      case 'exthdr': {
        if (p.family !== 6) return null;
        const wanted = HEADERS[e.name];
        if (wanted === undefined) return unknown(`what ${name} is`, 'support for it');
        const at = extensionsOf(p).find((x) => x.protocol === wanted)?.at ?? null;
        const field =
          e.field === null ? null : (EXTENSION_FIELDS[e.name]?.[e.field] ?? EXTENSION_FIELDS['rt']?.[e.field] ?? null);
        return answer(p, Array.from(p.seen?.bytes ?? []), at, name, e.field, field);
      }
      case 'sctp chunk': {
        if (p.protocol !== SCTP) return e.field === null ? { type: 'exists', value: 0 } : null;
        const type = kindOf(CHUNKS);
        if (type === null) return unknown(`what ${name} is`, 'support for it');
        const bytes = bytesOf(p);
        const first = transportAt(p, bytes) + 12;
        const at = p.length === null ? undefined : findChunk(bytes, first, type);
        const field =
          e.field === 'flags'
            ? ([8, 8, 'number'] as const)
            : e.field === 'length'
              ? ([16, 16, 'number'] as const)
              : place;
        return answer(p, bytes, at, name, e.field, field);
      }
      case 'dccp option':
        return p.protocol === 33
          ? unknown(`whether the packet has ${name}`, 'a capture of the packet')
          : { type: 'exists', value: 0 };
    }
  },
};
