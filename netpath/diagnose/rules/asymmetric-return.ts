// The answer comes back, but by another interface than the packet came in by: nodes with several NICs and no rule for the way back.
import { replyTo } from '../../kernel/reply.ts';
import type { Diagnosis } from '../diagnosis.ts';

export const diagnosis: Diagnosis = {
  id: 'asymmetric-return',
  about: 'the answer leaves the node by another interface than the packet came in by',
  probed: true,
  inTrace(s) {
    const { crossing } = s.trace;
    const cameIn = crossing?.cameIn ?? null;
    const reply = crossing && cameIn !== null ? replyTo(s.machine, s.trace, crossing) : null;
    if (reply?.verdict !== 'returns' || reply.disposition.kind !== 'leavesNode') return [];
    const exit = reply.steps.findLast((x) => x.kind === 'exit');
    const out = exit?.packet.out ?? null;
    if (
      out === null ||
      out === cameIn ||
      s.machine.bridgeOf(out) === cameIn ||
      s.machine.bridgeOf(cameIn ?? '') === out
    )
      return [];
    return [
      {
        id: 'asymmetric-return',
        title: `answers to packets that come in by ${cameIn} leave by ${out}`,
        confidence: 'proved',
        severity: 'warning',
        summary: reply.reason,
        evidence: exit?.source ? [exit.source] : [],
        remedy: `Send answers back where the packet came from: mark the connection on its way in (CONNMARK --set-mark, --restore-mark) and route by the mark (ip rule add fwmark … lookup …), or give ${cameIn} a table of its own.`,
      },
    ];
  },
};
