// The TCP analysis flags of one packet as bits of a 16-bit column, with the names and texts that tshark 4.0 gives them.

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
