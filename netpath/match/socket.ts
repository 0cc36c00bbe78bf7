// -m socket: whether a socket of this node is for the packet: one that is connected, or a listener on the very address.
//
// Surprise: a listener on all addresses (0.0.0.0, ::) does not count unless --nowildcard says so (xt_socket.c).
import { clause, type MatchModule } from '../kernel/clause.ts';
import { SOCKETS, socketOf } from '../kernel/socket-lookup.ts';
import { unknown } from '../tri.ts';

const OPTIONS = new Set(['--transparent', '--nowildcard', '--restore-skmark']);

export const match: MatchModule = {
  module: 'socket',
  compile(options) {
    const odd = options.find((o) => !OPTIONS.has(o.name) || o.negated);
    if (odd) return `${odd.name} is not understood`;
    const has = (name: string) => options.some((o) => o.name === name);
    return [
      clause((c) => {
        const found = socketOf(c);
        if (found === null || 'unknown' in found) return found ?? false;
        if (found.wildcard !== false && !has('--nowildcard'))
          return found.wildcard ? false : unknown('whether the socket is bound to an address', SOCKETS);
        if (has('--transparent') && found.transparent !== true)
          return found.transparent === false ? false : unknown('whether the socket is transparent', SOCKETS);
        if (has('--restore-skmark')) {
          if (found.mark === null) return unknown('the mark of the socket', SOCKETS);
          c.packet.mark = found.mark;
        }
        return true;
      }),
    ];
  },
};
