import { describe, expect, it } from 'vitest';
import type { Explanation } from '../../api/explanation.ts';
import { ticketText } from './ticketText.ts';

const source = { file: 'iptables-save.txt', line: 46, text: '-A PREROUTING -j CNI-HOSTPORT-DNAT' };

const explanation: Explanation = {
  packet: {
    spec: 'tcp 10.0.0.1:1 > 10.0.0.2:80 in cni0',
    protocol: 'tcp',
    src: '10.0.0.1',
    dst: '10.0.0.2',
    sport: 1,
    dport: 80,
    arrives: 'cni0',
  },
  headline: { text: 'hostport-web answered.', fragments: [], sources: [] },
  sentences: [{ text: 'The CNI jump stands first.', fragments: [], sources: [source] }],
  badges: [{ text: 'conntrack agrees', tone: 'good' }],
  outcomes: [],
  diagram: { node: 'n', stages: [], edges: [] },
  whyNot: null,
  whatIf: [
    {
      id: 'a',
      label: "kube-proxy's jump first",
      detail: '',
      before: 'hostport-web',
      after: 'web-1',
      changed: true,
      tone: 'good',
    },
  ],
  findings: [],
  issues: [],
};

describe('text for a ticket', () => {
  it('carries the answer, the packet and every source', () => {
    expect(ticketText(explanation, 0)).toBe(
      [
        'hostport-web answered.',
        '',
        'Packet: tcp 10.0.0.1:1 > 10.0.0.2:80 in cni0',
        '',
        'The CNI jump stands first. [iptables-save.txt:46]',
        '',
        'conntrack agrees',
        '',
        'What would change it:',
        "- kube-proxy's jump first: hostport-web → web-1",
        '',
      ].join('\n'),
    );
  });
});
