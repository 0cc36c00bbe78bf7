// -m owner: the process that made the packet. A packet that came in over a device has none, so the match fails.
import { clause, type MatchModule } from '../kernel/clause.ts';
import { unknown } from '../tri.ts';

export const match: MatchModule = {
  module: 'owner',
  compile: (options) =>
    options.map((o) =>
      clause((c) =>
        c.packet.inIf !== null || c.packet.physIn !== null
          ? false
          : unknown(
              `whether the sender matches ${o.name} ${o.values.join(' ')}`,
              'the user or group of the sending process',
            ),
      ),
    ),
};
