// The TCP analysis flags of one packet as bits of a 16-bit column, with the names and texts that tshark 4.0 gives them.
// Surprise: Wireshark prepends the texts one after the other, so the list shows them in the reverse of this table's order.

export const RETRANSMISSION = 1;
export const FAST_RETRANSMISSION = 2;
export const SPURIOUS_RETRANSMISSION = 4;
export const OUT_OF_ORDER = 8;
export const DUPLICATE_ACK = 0x10;
export const LOST_SEGMENT = 0x20;
export const ACK_LOST_SEGMENT = 0x40;
export const ZERO_WINDOW = 0x80;
export const ZERO_WINDOW_PROBE = 0x100;
export const ZERO_WINDOW_PROBE_ACK = 0x200;
export const WINDOW_FULL = 0x400;
export const WINDOW_UPDATE = 0x800;
export const KEEP_ALIVE = 0x1000;
export const KEEP_ALIVE_ACK = 0x2000;
export const REUSED_PORTS = 0x4000;

/** What Wireshark's "Bad TCP" colour rule takes: every flag but window updates and keep-alives. */
export const BAD_TCP = 0xffff & ~(WINDOW_UPDATE | KEEP_ALIVE | KEEP_ALIVE_ACK);

export const ANY_RETRANSMISSION = RETRANSMISSION | FAST_RETRANSMISSION | SPURIOUS_RETRANSMISSION;

/** What such a segment carries is not read again; that of a fast retransmission is, as in Wireshark. */
export const NOT_READ_AGAIN = RETRANSMISSION | SPURIOUS_RETRANSMISSION | OUT_OF_ORDER | KEEP_ALIVE;

export interface AnalysisFlag {
  readonly bit: number;
  /** Bits of which any makes the display-filter field true. */
  readonly field: { readonly name: string; readonly bits: number };
  /** As in the list, without brackets. */
  readonly text: string;
  readonly severity: 'chat' | 'note' | 'warn';
}

function flag(
  bit: number,
  name: string,
  text: string,
  severity: 'chat' | 'note' | 'warn',
  bits: number = bit,
): AnalysisFlag {
  return { bit, field: { name: `tcp.analysis.${name}`, bits }, text, severity };
}

export const ANALYSIS_FLAGS: readonly AnalysisFlag[] = [
  flag(REUSED_PORTS, 'reused_ports', 'TCP Port numbers reused', 'note'),
  flag(RETRANSMISSION, 'retransmission', 'TCP Retransmission', 'note', ANY_RETRANSMISSION),
  flag(FAST_RETRANSMISSION, 'fast_retransmission', 'TCP Fast Retransmission', 'note'),
  flag(SPURIOUS_RETRANSMISSION, 'spurious_retransmission', 'TCP Spurious Retransmission', 'note'),
  flag(OUT_OF_ORDER, 'out_of_order', 'TCP Out-Of-Order', 'warn'),
  flag(LOST_SEGMENT, 'lost_segment', 'TCP Previous segment not captured', 'warn'),
  flag(ACK_LOST_SEGMENT, 'ack_lost_segment', 'TCP ACKed unseen segment', 'warn'),
  flag(WINDOW_UPDATE, 'window_update', 'TCP Window Update', 'chat'),
  flag(WINDOW_FULL, 'window_full', 'TCP Window Full', 'warn'),
  flag(KEEP_ALIVE, 'keep_alive', 'TCP Keep-Alive', 'note'),
  flag(KEEP_ALIVE_ACK, 'keep_alive_ack', 'TCP Keep-Alive ACK', 'note'),
  flag(DUPLICATE_ACK, 'duplicate_ack', 'TCP Dup ACK', 'note'),
  flag(ZERO_WINDOW_PROBE, 'zero_window_probe', 'TCP ZeroWindowProbe', 'note'),
  flag(ZERO_WINDOW, 'zero_window', 'TCP ZeroWindow', 'warn'),
  flag(ZERO_WINDOW_PROBE_ACK, 'zero_window_probe_ack', 'TCP ZeroWindowProbeAck', 'note'),
];
