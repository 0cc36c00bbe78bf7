// -j DNPT: another prefix for the destination address of IPv6, without a connection.
import { nptTarget } from '../kernel/npt.ts';

export const target = nptTarget('DNPT', 'dst');
