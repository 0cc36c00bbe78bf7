// -j LED: blinks; the packet goes on.
import { passiveTarget } from '../kernel/passive-target.ts';

export const target = passiveTarget('LED', 'blinks');
