// -m hbh: the hop-by-hop options header of IPv6.
import { absentHeader } from '../kernel/absent-header.ts';

export const match = absentHeader('hbh', /^--hbh-(?:len|opts)$/);
