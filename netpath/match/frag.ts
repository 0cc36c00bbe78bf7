// -m frag: the fragment header of IPv6.
import { absentHeader } from '../kernel/absent-header.ts';

export const match = absentHeader('frag', /^--frag(?:id|len|res|first|more|last)$/);
