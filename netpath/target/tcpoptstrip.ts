// -j TCPOPTSTRIP: TCP options stripped; the packet goes on.
import { passiveTarget } from '../kernel/passive-target.ts';

export const target = passiveTarget('TCPOPTSTRIP', 'TCP options stripped');
