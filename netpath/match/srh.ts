// -m srh: the segment routing header of IPv6.
import { absentHeader } from '../kernel/absent-header.ts';

export const match = absentHeader('srh', /^--srh-/);
