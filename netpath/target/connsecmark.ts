// -j CONNSECMARK: security mark saved or restored; the packet goes on.
import { passiveTarget } from '../kernel/passive-target.ts';

export const target = passiveTarget('CONNSECMARK', 'security mark saved or restored');
