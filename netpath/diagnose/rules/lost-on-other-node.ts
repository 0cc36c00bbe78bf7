// The packet leaves this node well and is lost on its way to, or on, another whose snapshot is there.
import { type Leg, onwardPath } from '../../kernel/cluster.ts';
import type { Diagnosis } from '../diagnosis.ts';

const isLost = (leg: Leg | undefined): boolean =>
  leg !== undefined && ['dropped', 'rejected', 'noRoute'].includes(leg.trace.disposition.kind);

export const diagnosis: Diagnosis = {
  id: 'lost-on-other-node',
  about: 'the packet leaves the node and is lost on another one',
  inTrace(s) {
    const path = onwardPath(s.machine, s.trace);
    if (!path) return [];
    const fails = path.ways.filter((way) => way.stopped !== null || isLost(way.legs.at(-1)));
    const way = fails[0];
    if (!way) return [];
    const { stopped } = way;
    const leg = way.legs.at(-1);
    const end = leg?.trace.disposition;
    const lost = end !== undefined && isLost(leg);
    // of several outcomes there, another may well arrive
    const fault = (lost || stopped?.fault === true) && fails.length === path.ways.length;
    const evidence = [lost ? end.source : null, stopped?.source ?? null, s.trace.disposition.source].filter(
      (x) => x !== null,
    );
    return [
      {
        id: 'lost-on-other-node',
        title: lost ? `the packet is lost on ${leg?.node}` : 'the packet does not get to the next node',
        // a node whose snapshot is missing may well take it
        confidence: fault ? 'proved' : 'possible',
        severity: fault ? 'error' : 'note',
        summary: lost ? `${leg?.how} ${end.reason}` : (stopped?.why ?? ''),
        evidence,
        remedy: lost
          ? `Look at it on ${leg?.node}: it is explained there as any packet.`
          : 'Let the nodes talk to each other on the port of the tunnel (UDP 8472 or 4789 for VXLAN, 6081 for Geneve, IP protocol 4 for ipip), or add the snapshot of the node that is missing.',
      },
    ];
  },
};
