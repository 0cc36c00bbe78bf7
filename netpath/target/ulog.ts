// -j ULOG: logged; the packet goes on.
import { passiveTarget } from '../kernel/passive-target.ts';

export const target = passiveTarget('ULOG', 'logged');
