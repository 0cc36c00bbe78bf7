import { describe, expect, it } from 'vitest';
import type { FlowRow } from '../../api/schemas.ts';
import { flowFilter, matchingFlows, pointsOfConversations, sortedFlows } from './flowOrder.ts';

function flow(id: number, patch: Partial<FlowRow> = {}): FlowRow {
  return {
    id,
    protocol: 'TCP',
    client: '10.244.1.2:40580',
    server: '10.96.0.80:80',
    point: 'veth client',
    packets: 1,
    bytes: 60,
    packetsToServer: 1,
    packetsToClient: 0,
    bytesToServer: 60,
    bytesToClient: 0,
    firstNs: '1000',
    lastNs: '2000',
    initialRtt: null,
    flagsToServer: 'S',
    flagsToClient: '',
    retransmissions: 0,
    state: 'no answer',
    firstPacket: 1,
    conversation: null,
    ...patch,
  };
}

describe('flows', () => {
  it('sorts by column, numbers in text as numbers, equal ones by id', () => {
    const flows = [
      flow(2, { client: '10.0.0.10:1' }),
      flow(1, { client: '10.0.0.9:1' }),
      flow(0, { client: '10.0.0.10:1' }),
    ];
    expect(sortedFlows(flows, { column: 'client', descending: false }).map(({ id }) => id)).toEqual([1, 0, 2]);
    expect(sortedFlows(flows, { column: 'packets', descending: true }).map(({ id }) => id)).toEqual([0, 1, 2]);
  });

  it('finds by any words', () => {
    expect(matchingFlows([flow(1), flow(2, { state: 'reset' })], 'tcp reset').map(({ id }) => id)).toEqual([2]);
  });

  it('filters on both ends of the flow', () => {
    expect(flowFilter(flow(1))).toBe(
      'ip.addr == 10.244.1.2 && ip.addr == 10.96.0.80 && tcp.port == 40580 && tcp.port == 80',
    );
    expect(flowFilter(flow(1, { protocol: 'UDP', client: '[fd00::2]:5353', server: '[fd00::53]:53' }))).toBe(
      'ipv6.addr == fd00::2 && ipv6.addr == fd00::53 && udp.port == 5353 && udp.port == 53',
    );
    expect(flowFilter(flow(1, { protocol: 'ICMP', client: '10.0.0.1', server: '10.0.0.2' }))).toBe(
      'ip.addr == 10.0.0.1 && ip.addr == 10.0.0.2 && icmp',
    );
  });
});

it('a conversation counts each point once', () => {
  const at = (point: string, conversation: number | null) => flow(1, { point, conversation });
  expect([...pointsOfConversations([at('a', 1), at('b', 1), at('b', 1), at('a', 2), at('c', null)])]).toEqual([
    [1, 2],
    [2, 1],
  ]);
});
