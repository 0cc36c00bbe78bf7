// -m rt: the routing header, of which ufw drops type 0 of IPv6.
import { absentHeader } from '../kernel/absent-header.ts';

export const match = absentHeader('rt', /^--rt-(?:type|segsleft|len|0-res|0-addrs|0-not-strict)$/);
