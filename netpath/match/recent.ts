// -m recent: lists of addresses in /proc/net/xt_recent, which iptables-save does not print. --set always matches; the checks are
// unknown. kube-proxy uses it for ClientIP affinity.
import { ipText } from '../../parsers/core/address.ts';
import { clause, type MatchModule } from '../kernel/clause.ts';
import { unknown } from '../tri.ts';

export const match: MatchModule = {
  module: 'recent',
  compile(options) {
    const name = options.find((o) => o.name === '--name')?.values[0] ?? 'DEFAULT';
    const set = options.find((o) => o.name === '--set');
    if (set) return [clause(() => !set.negated)];
    const byDestination = options.some((o) => o.name === '--rdest');
    return [
      clause((c) =>
        unknown(
          `whether ${ipText(byDestination ? c.packet.dst : c.packet.src)} is in the recent list ${name}`,
          `/proc/net/xt_recent/${name}`,
        ),
      ),
    ];
  },
};
