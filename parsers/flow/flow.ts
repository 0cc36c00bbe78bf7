// A conversation: two endpoints of one protocol at one capture point, both directions, as the flow list shows it.
// Surprise: the client is the sender of the first SYN when one was seen, otherwise of the first packet, whatever the ports say.
import type { Ip } from '../core/address.ts';

export interface FlowEnd {
  readonly ip: Ip;
  /** Null for protocols without ports. */
  readonly port: number | null;
}

export interface Flow {
  /** 0, 1, 2, … in order of the first packet; stable while the capture grows. */
  readonly id: number;
  /** IP protocol number, and its name as shown: `TCP`, `UDP`, `ICMP`, …. */
  readonly ipProtocol: number;
  readonly protocol: string;
  readonly interfaceId: number;
  readonly client: FlowEnd;
  readonly server: FlowEnd;
  readonly packets: number;
  /** Bytes on the wire, link headers included, as Wireshark counts them. */
  readonly bytes: number;
  readonly packetsToServer: number;
  readonly packetsToClient: number;
  readonly bytesToServer: number;
  readonly bytesToClient: number;
  readonly firstNs: bigint;
  readonly lastNs: bigint;
  /** Row of the first packet. */
  readonly firstRow: number;
  /** Seconds from the SYN to the first ACK of the handshake; null when not TCP or not seen. */
  readonly initialRtt: number | null;
  /** TCP flags seen in each direction, in the order of `SAPFRUEC`. */
  readonly flagsToServer: string;
  readonly flagsToClient: string;
  readonly retransmissions: number;
  /** `established`, `refused (RST)`, `no answer`, `closed`, … */
  readonly state: string;
}
