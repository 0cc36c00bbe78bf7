// -m cgroup: the control group of the sending socket. A packet that came from outside has no socket before INPUT.
import { clause, type MatchModule } from '../kernel/clause.ts';
import { unknown } from '../tri.ts';

export const match: MatchModule = {
  module: 'cgroup',
  compile(options) {
    const o = options[0];
    const which = o?.name === '--path' || o?.name === '--cgroup' ? o.values[0] : undefined;
    if (which === undefined) return `${o?.name ?? 'no option'} is not understood`;
    return [
      clause((c) =>
        c.packet.inIf !== null && c.hook !== 'INPUT'
          ? false
          : unknown(
              `whether the socket of the packet is in the control group ${which}`,
              'the process (/proc/PID/cgroup)',
            ),
      ),
    ];
  },
};
