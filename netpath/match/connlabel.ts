// -m connlabel: labels of the connection, which no dump of ours prints.
import { openMatch } from '../kernel/open-match.ts';

export const match = openMatch('connlabel', 'which labels the connection has', 'conntrack -L -o labels');
