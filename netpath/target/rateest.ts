// -j RATEEST: its rate is estimated; the packet goes on.
import { passiveTarget } from '../kernel/passive-target.ts';

export const target = passiveTarget('RATEEST', 'its rate is estimated');
