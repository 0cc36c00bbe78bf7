// -m cpu: the CPU that handles the packet.
import { openMatch } from '../kernel/open-match.ts';

export const match = openMatch('cpu', 'which CPU handles the packet', 'a running node');
