// -j CLUSTERIP: nodes that share an address, each taking its part of the connections. Kernels from 6.4 on have it no more.
//
// Surprise: which node answers is decided by a hash that every one of them makes; which parts this one has stands in /proc/net/ipt_CLUSTERIP
// alone, so that the packet may go on or be dropped.
import type { TargetModule } from '../kernel/clause.ts';

export const target: TargetModule = {
  target: 'CLUSTERIP',
  compile: () => (c) => {
    // only what is new is hashed; a connection that one has stays there
    const { attached, state } = c.connection;
    if (attached && (state === 'established' || state === 'related')) return { kind: 'continue', summary: null };
    const ours = c.world.decide({
      source: null,
      why: 'Which part of the connections this node takes is in no dump. What would settle it: /proc/net/ipt_CLUSTERIP.',
      choices: [
        { assumed: 'this node is the one of the cluster that takes the connection', probability: null },
        { assumed: 'another node of the cluster takes the connection', probability: null },
      ],
    });
    if (ours === 0) return { kind: 'continue', summary: 'taken by this node of the cluster' };
    return { kind: 'verdict', verdict: 'DROP', rejected: null, summary: 'left to another node of the cluster' };
  },
};
