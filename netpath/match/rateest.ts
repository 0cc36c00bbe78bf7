// -m rateest: rates that a RATEEST target measured.
import { openMatch } from '../kernel/open-match.ts';

export const match = openMatch(
  'rateest',
  'what the rate estimator has measured',
  '/proc/net/xt_rateest or the counters',
);
