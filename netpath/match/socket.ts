// -m socket: whether a socket for the packet exists on this node.
import { clause, type MatchModule } from '../kernel/clause.ts';
import { unknown } from '../tri.ts';

export const match: MatchModule = {
  module: 'socket',
  compile: () => [clause(() => unknown('whether a local socket takes this packet', 'ss -antup'))],
};
