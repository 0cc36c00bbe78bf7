// -j IDLETIMER: restarts an idle timer; the packet goes on.
import { passiveTarget } from '../kernel/passive-target.ts';

export const target = passiveTarget('IDLETIMER', 'restarts an idle timer');
