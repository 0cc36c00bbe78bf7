// Two packets of one flow raced each other into conntrack and one was lost: A and AAAA queries sent from one socket, answered after 5 s.
import type { Diagnosis } from '../diagnosis.ts';

export const diagnosis: Diagnosis = {
  id: 'conntrack-insert-failed',
  about: 'conntrack lost packets that raced each other (DNS answers that take 5 s)',
  inState(m) {
    const failed = m.state.conntrackStats?.get('insert_failed');
    if (!failed || failed.value === 0) return [];
    return [
      {
        id: 'conntrack-insert-failed',
        title: `conntrack dropped ${failed.value} packets that raced another of their flow`,
        // the counter says that it happened, not that it happens now, nor to what
        confidence: 'possible',
        severity: 'note',
        summary:
          'insert_failed counts since the node started; if it grows, look at DNS first: two queries from one socket through DNAT or SNAT, one of them lost and sent again after 5 s.',
        evidence: [failed.source],
        remedy:
          'NodeLocal DNSCache, “options single-request-reopen” in resolv.conf, or masquerade with --random-fully. Take conntrack -S twice to see whether it grows.',
      },
    ];
  },
};
