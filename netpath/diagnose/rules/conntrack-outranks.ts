// The conntrack entry of the flow says something else than the rules would: it was made by older rules and outranks them while it lives.
import { endpointText } from '../../../parsers/core/address.ts';
import { protocolName } from '../../../parsers/core/protocol-numbers.ts';
import { receiverName } from '../../explain/sentences.ts';
import type { Diagnosis } from '../diagnosis.ts';

export const diagnosis: Diagnosis = {
  id: 'conntrack-outranks',
  about: 'a conntrack entry of the flow leads elsewhere than the rules',
  inTrace(s) {
    const { entry, entryRole, ofRules } = s.simulation;
    const rules = ofRules[0];
    if (entryRole !== 'outranks' || !entry || !rules || rules.finalDestination === s.trace.finalDestination) return [];
    const port = entry.original.dport;
    return [
      {
        id: 'conntrack-outranks',
        title: 'conntrack remembers an older decision',
        confidence: 'proved',
        severity: 'error',
        summary: `The entry sends the flow to ${endpointText(entry.reply.src, entry.reply.sport)}; the rules of the dump would send a new connection to ${receiverName(rules)}. Rules in nat are asked only for the first packet of a connection.`,
        evidence: [entry.source],
        remedy: `Delete the entry: conntrack -D -p ${protocolName(entry.protocol)} --orig-dst ${endpointText(entry.original.dst, null)}${port === null ? '' : ` --orig-port-dst ${port}`}. For UDP it lives as long as packets keep coming.`,
      },
    ];
  },
};
