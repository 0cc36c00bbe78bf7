// Fields of a packet by their place in it: what a capture kept, and what the packet's own description tells.
import { type Ip, ipv4 } from '../../parsers/core/address.ts';
import { unknown } from '../tri.ts';
import { type Field, readBits } from './nft-fields.ts';
import type { Evaluated } from './nft-value.ts';
import { capturedAnswers, type Packet } from './packet.ts';
import { bytesOf, transportAt } from './packet-bytes.ts';

const CAPTURE = 'a capture of the packet';

function addressOf(value: number | string, bits: number): Ip {
  if (bits === 32) return ipv4(Number(value));
  const hex = String(value).padStart(32, '0');
  const word = (i: number) => Number.parseInt(hex.slice(i * 8, i * 8 + 8), 16);
  return { family: 6, a: word(0), b: word(1), c: word(2), d: word(3) };
}

/** A field that begins so many bytes into the packet; null where the packet ends before it. */
export function fieldAt(
  p: Packet,
  bytes: readonly (number | null)[],
  from: number,
  [at, bits, type]: Field,
  name: string,
): Evaluated {
  const value = readBits(bytes, from, at, bits);
  // a packet whose length is not told ends nowhere that is known
  if (value === 'beyond' && p.length !== null) return null;
  if (value === null || value === 'beyond') return unknown(`the packet's ${name}`, CAPTURE);
  capturedAnswers(p, name);
  return type === 'address' ? { type, value: addressOf(value, bits) } : { type, value };
}

/** Of the network header (`nh`) or of the transport header (`th`). */
export function headerField(p: Packet, base: 'nh' | 'th', field: Field, name: string): Evaluated {
  const bytes = bytesOf(p);
  return fieldAt(p, bytes, base === 'nh' ? 0 : transportAt(p, bytes), field, name);
}
