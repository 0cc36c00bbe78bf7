// A TCP connection made by hand: what each side sends, one segment a turn, with its handshake.
import * as f from './frames.ts';

const CLIENT = '10.0.0.1';
const SERVER = '10.0.0.2';
const IPV4 = 0x0800;

/** What is sent to the server (`>`) or to the client (`<`). */
export type Turn = readonly ['>' | '<', readonly number[]];

/** The frames of a connection from `port` to `server`. */
export function talk(port: number, server: number, turns: readonly Turn[]): Uint8Array[] {
  const next = { '>': 1000, '<': 5000 };
  const segment = (way: '>' | '<', flags: number, payload: readonly number[]): Uint8Array => {
    const back = way === '<';
    const other = back ? '>' : '<';
    const t = { seq: next[way], ack: (flags & 0x10) === 0 ? 0 : next[other], flags, payload };
    next[way] += payload.length + ((flags & 3) !== 0 ? 1 : 0);
    const ports = back ? f.tcp(server, port, t) : f.tcp(port, server, t);
    return f.frame(f.ethernet(IPV4, f.ip4(back ? SERVER : CLIENT, back ? CLIENT : SERVER, 6, ports), back));
  };
  return [
    segment('>', 2, []),
    segment('<', 0x12, []),
    segment('>', 0x10, []),
    ...turns.map(([way, payload]) => segment(way, 0x18, payload)),
    segment('>', 0x11, []),
    segment('<', 0x11, []),
  ];
}
