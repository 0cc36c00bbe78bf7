// -m cluster: a hash of the flow's source decides which node of a cluster takes it.
import { openMatch } from '../kernel/open-match.ts';

export const match = openMatch('cluster', 'whether this node of the cluster takes the flow', 'a capture on each node');
