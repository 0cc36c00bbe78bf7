// What became of a conversation, in plain words, from the flags that each side sent.
import { ICMP, ICMPV6, protocolName, TCP } from '../core/protocol-numbers.ts';

const FIN = 1;
const SYN = 2;
const RST = 4;
const ACK = 0x10;

/** Letters in the order `SAPFRUEC`. */
const LETTERS: readonly (readonly [number, string])[] = [
  [SYN, 'S'],
  [ACK, 'A'],
  [8, 'P'],
  [FIN, 'F'],
  [RST, 'R'],
  [0x20, 'U'],
  [0x40, 'E'],
  [0x80, 'C'],
];

export function flagLetters(flags: number): string {
  return LETTERS.filter(([bit]) => (flags & bit) !== 0)
    .map(([, letter]) => letter)
    .join('');
}

export function protocolLabel(ipProtocol: number): string {
  if (ipProtocol === ICMP) return 'ICMP';
  return ipProtocol === ICMPV6 ? 'ICMPv6' : protocolName(ipProtocol).toUpperCase();
}

/** `up` and `down` are all TCP flags that the client and the server sent; `handshake` is true when its ACK was seen. */
export function stateOf(
  ipProtocol: number,
  up: number,
  down: number,
  packetsUp: number,
  packetsDown: number,
  handshake: boolean,
): string {
  if (ipProtocol !== TCP) return packetsUp > 0 && packetsDown > 0 ? 'answered' : 'no answer';
  const answered = (down & SYN) !== 0;
  if ((down & RST) !== 0 && !answered && (up & SYN) !== 0) return 'refused (RST)';
  if (((up | down) & RST) !== 0) return 'reset';
  if ((up & FIN) !== 0 && (down & FIN) !== 0) return 'closed';
  if (((up | down) & FIN) !== 0) return 'closing';
  if ((up & SYN) !== 0 && packetsDown === 0) return (up & ACK) !== 0 ? 'one direction only' : 'no answer';
  if (answered && !handshake) return 'half open';
  if (packetsUp === 0 || packetsDown === 0) return 'one direction only';
  return 'established';
}
