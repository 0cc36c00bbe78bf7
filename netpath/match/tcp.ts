// -m tcp: ports and flags. TCP options and --tcp-option ask for bytes that a packet spec does not have: unknown.
import { TCP } from '../../parsers/core/protocol-numbers.ts';
import { type Clause, clause, type MatchModule } from '../kernel/clause.ts';
import { range, signed } from '../kernel/option-values.ts';
import { TCP_FLAGS } from '../kernel/packet.ts';
import { unknown } from '../tri.ts';

function flagBits(list: string | undefined): number | null {
  if (list === undefined) return null;
  if (list === 'ALL') return 63;
  if (list === 'NONE') return 0;
  let bits = 0;
  for (const name of list.split(',')) {
    const bit = (TCP_FLAGS as Readonly<Record<string, number>>)[name];
    if (bit === undefined) return null;
    bits |= bit;
  }
  return bits;
}

export const match: MatchModule = {
  module: 'tcp',
  compile(options) {
    const clauses: Clause[] = [clause((c) => c.packet.protocol === TCP)];
    for (const o of options) {
      if (
        o.name === '--sport' ||
        o.name === '--dport' ||
        o.name === '--source-port' ||
        o.name === '--destination-port'
      ) {
        const ports = range(o.values[0], 65535);
        if (!ports) return `${o.name} ${o.values.join(' ')} is not a port range`;
        const source = o.name.startsWith('--s');
        clauses.push(
          clause((c) => {
            const port = source ? c.packet.sport : c.packet.dport;
            return signed(o, port !== null && port >= ports[0] && port <= ports[1]);
          }),
        );
      } else if (o.name === '--tcp-flags' || o.name === '--syn') {
        const mask =
          o.name === '--syn' ? TCP_FLAGS.FIN | TCP_FLAGS.SYN | TCP_FLAGS.RST | TCP_FLAGS.ACK : flagBits(o.values[0]);
        const set = o.name === '--syn' ? TCP_FLAGS.SYN : flagBits(o.values[1]);
        if (mask === null || set === null) return `${o.name} ${o.values.join(' ')} is not understood`;
        clauses.push(clause((c) => signed(o, (c.packet.tcpFlags & mask) === set)));
      } else if (o.name === '--tcp-option') {
        clauses.push(
          clause(() => unknown(`whether the packet has TCP option ${o.values[0] ?? ''}`, 'a capture of the packet')),
        );
      } else return `${o.name} is not understood`;
    }
    return clauses;
  },
};
