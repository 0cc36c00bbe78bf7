// -m dst: the destination options header of IPv6.
import { absentHeader } from '../kernel/absent-header.ts';

export const match = absentHeader('dst', /^--dst-(?:len|opts)$/);
