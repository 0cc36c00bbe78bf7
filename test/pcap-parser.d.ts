// pcap-parser brings no types.
declare module 'pcap-parser' {
  import type { EventEmitter } from 'node:events';

  /** Reads a classic microsecond pcap file; emits `packet`, `end`, `error`. */
  export function parse(file: string): EventEmitter;
}
