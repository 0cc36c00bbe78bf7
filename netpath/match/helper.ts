// -m helper: connections that a conntrack helper expected.
import { openMatch } from '../kernel/open-match.ts';

export const match = openMatch('helper', 'whether a conntrack helper expects this connection', 'conntrack -L expect');
