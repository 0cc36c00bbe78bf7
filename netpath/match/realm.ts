// -m realm: the realm that a route gives.
import { openMatch } from '../kernel/open-match.ts';

export const match = openMatch('realm', 'which realm the route has', 'ip -d route');
