// -j SECMARK: security mark set; the packet goes on.
import { passiveTarget } from '../kernel/passive-target.ts';

export const target = passiveTarget('SECMARK', 'security mark set');
