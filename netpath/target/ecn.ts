// -j ECN: clears ECN bits of TCP; the packet goes on.
import { passiveTarget } from '../kernel/passive-target.ts';

export const target = passiveTarget('ECN', 'clears ECN bits of TCP');
