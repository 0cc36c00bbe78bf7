// -m nfacct: counts, and matches unless a quota is used up.
import { openMatch } from '../kernel/open-match.ts';

export const match = openMatch('nfacct', 'whether the accounting object has a quota that is used up', 'nfacct list');
