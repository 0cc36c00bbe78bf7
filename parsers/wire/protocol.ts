// The interface that every protocol file implements. Adding a protocol is adding one file that exports `protocol`: it says where
// it is attached, which fields it has, and brings two decoders of the same bytes.
// Surprise: protocols never call each other. A decoder names a table and a key (`next`, `nextKey`), the driver looks the rest up.
import type { DatagramReader } from './datagram-reading.ts';
import type { Dissection } from './dissection.ts';
import type { FrameFacts } from './facts.ts';
import type { StreamReader } from './stream-reading.ts';

/** Where a protocol is found. Ports are looked up lower port first, as Wireshark does. */
export interface Attachments {
  readonly linkTypes?: readonly number[];
  readonly etherTypes?: readonly number[];
  readonly ipProtocols?: readonly number[];
  /** Destination service access points of LLC, and protocol numbers of PPP. */
  readonly llcSaps?: readonly number[];
  readonly pppProtocols?: readonly number[];
  readonly tcpPorts?: readonly number[];
  readonly udpPorts?: readonly number[];
  /** Asked about payloads on ports that no table knows, or whose protocol says no; must recognise its own bytes. */
  readonly tcpAnyPort?: boolean;
  /** `last`: its bytes say little, and the others are asked before it. */
  readonly udpAnyPort?: boolean | 'last';
  /** Other conversations announce those of this one: it is not looked for on ports that nobody named. */
  readonly announced?: boolean;
  /** Protocols (display-filter names) inside whose TCP connections this one turns up, as WebSocket after an upgrade of HTTP. */
  readonly within?: readonly string[];
  /** Its messages have bodies of a media type (media/): what filters ask of those is looked for in its packets. */
  readonly bodies?: boolean;
}

/** How the display filter compares a field. `none` has no value: it is there or it is not. */
export type FieldKind = 'uint' | 'bool' | 'ipv4' | 'ipv6' | 'mac' | 'text' | 'bytes' | 'seconds' | 'none';

/** Field names by kind; a name with several sources, as `ip.addr`, lists them under `either`. */
export interface FieldSpec {
  readonly name: string;
  readonly kind: FieldKind;
  readonly either?: readonly string[];
  /**
   * Where the value stands in a fixed header: first bit counted from the header's start, and width. Lets filters read it without a
   * tree; a test holds both equal. Left out where the value is scaled, optional or comes from another place.
   */
  readonly bits?: readonly [first: number, width: number];
}

export interface Protocol {
  /** Display-filter name of the layer, `ip`. */
  readonly filter: string;
  /** Full name, as the tree shows it. */
  readonly name: string;
  readonly attach: Attachments;
  readonly fields: readonly FieldSpec[];
  /** Hot: reads `facts.at` … `facts.end`, fills columns. False when the bytes are not this protocol after all. */
  index(facts: FrameFacts): boolean;
  /**
   * Cold: the same bytes as a tree, with the columns of the packet list. Over TCP one message a call: `d.note` is what `stream` gave
   * for it, null when segments were not put together. Adds no layer when the bytes are not this protocol.
   */
  dissect(d: Dissection): void;
  /** How its messages follow one another over TCP; without it every segment is read by itself. `byPort`: one of its ports led here. */
  readonly stream?: (byPort: boolean) => StreamReader;
  /**
   * Wireshark shows what a segment has of this protocol as one item, and has that item also for a message that only begins there.
   * Otherwise each whole message is an item of its own. Counts of layers follow it.
   */
  readonly oneItem?: boolean;
  /** Over UDP, when a datagram needs to know of earlier ones: begins a conversation. Its notes come as `d.note`; null without. */
  readonly datagrams?: () => DatagramReader;
}
