// Messages of several segments that a capture shows twice, late or with holes, as `tcpdump -i any` on a node does: HTTP and TLS.
import * as f from './frames.ts';
import { type Turn, talk } from './talk.ts';

const SIZE = 850;
/** The turn of the segment that gets lost: the second of the answer, behind three of the handshake and the request. */
const LOST = 5;

function answer(request: readonly number[], bytes: readonly number[]): Turn[] {
  const turns: Turn[] = [['>', request]];
  for (let at = 0; at < bytes.length; at += SIZE) turns.push(['<', bytes.slice(at, at + SIZE)]);
  return turns;
}

const record = (size: number): readonly number[] => [23, 3, 3, ...f.u16(size), ...new Array<number>(size).fill(0x55)];
const hello = [22, 3, 1, 0, 45, 1, 0, 0, 41, 3, 3, ...new Array<number>(32).fill(7), 0, 0, 2, 0x13, 1, 1, 0];
const HTTP = answer(
  f.ascii('GET / HTTP/1.1\r\nHost: a\r\n\r\n'),
  f.ascii(`HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3000\r\n\r\n${'x'.repeat(3000)}`),
);
const TLS = answer(hello, [...record(3000), ...record(100)]);

type Frames = readonly Uint8Array[];
const KINDS: readonly ((frames: Frames) => Frames)[] = [
  (frames) => [...frames.slice(0, 4), ...frames.slice(4, -2), ...frames.slice(4, -2), ...frames.slice(-2)],
  (frames) =>
    frames.flatMap((_, i) => (i % 2 === 1 ? [...frames.slice(i - 1, i + 1), ...frames.slice(i - 1, i + 1)] : [])),
  (frames) => frames.flatMap((frame) => [frame, frame]),
  (frames) => [...frames.slice(0, -2), ...frames.slice(3, -2), ...frames.slice(-2)],
  (frames) => frames.filter((_, i) => i !== LOST),
  (frames) => {
    const rest = frames.filter((_, i) => i !== LOST);
    return [...rest.slice(0, 7), ...frames.slice(LOST, LOST + 1), ...rest.slice(7)];
  },
  (frames) => [...frames.slice(0, LOST), ...frames.slice(LOST, LOST + 2).reverse(), ...frames.slice(LOST + 2)],
  (frames) => frames.slice(3),
];

export function repeatedFrames(): Uint8Array[] {
  const talks: readonly (readonly [number, readonly Turn[]])[] = [
    [80, HTTP],
    [443, TLS],
  ];
  return talks.flatMap(([server, turns]) =>
    KINDS.flatMap((kind, i) => [...kind(talk(46_000 + server + i, server, turns))]),
  );
}
