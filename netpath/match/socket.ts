// -m socket: whether a socket of this node is for the packet: one that is connected, or a listener on the very address.
//
// Surprise: a listener on all addresses (0.0.0.0, ::) does not count unless --nowildcard says so (xt_socket.c).
import { hasPorts } from '../../parsers/core/protocol-numbers.ts';
import { clause, type MatchModule } from '../kernel/clause.ts';
import { unknown } from '../tri.ts';

const OPTIONS = new Set(['--transparent', '--nowildcard', '--restore-skmark']);

export const match: MatchModule = {
  module: 'socket',
  compile(options) {
    const odd = options.find((o) => !OPTIONS.has(o.name) || o.negated);
    if (odd) return `${odd.name} is not understood`;
    const has = (name: string) => options.some((o) => o.name === name);
    return [
      clause(({ packet: p, connection, node }) => {
        if (p.dport === null || !hasPorts(p.protocol)) return false;
        const connected = connection.entry !== null || connection.state !== 'new';
        const listener = connected ? 'unknown' : node.listenerAt(p.protocol, p.dst, p.dport);
        if (listener === 'unknown') return unknown('whether a local socket takes this packet', 'ss -antup');
        if (listener === null || (listener.address === null && !has('--nowildcard'))) return false;
        if (has('--transparent') || has('--restore-skmark'))
          return unknown('whether the socket is transparent, and its mark', 'the program that listens');
        return true;
      }),
    ];
  },
};
