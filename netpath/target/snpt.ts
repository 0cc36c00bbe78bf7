// -j SNPT: another prefix for the source address of IPv6, without a connection.
import { nptTarget } from '../kernel/npt.ts';

export const target = nptTarget('SNPT', 'src');
