// A conversation of a capture in the words of the API.
import type { FlowRow } from '../../api/schemas.ts';
import { endpointText } from '../../parsers/core/address.ts';
import type { Flow } from '../../parsers/index/capture-index.ts';

/** @param ofCase what only the whole case knows of it */
export function flowRowOf(flow: Flow, ofCase: Pick<FlowRow, 'id' | 'point' | 'firstPacket' | 'conversation'>): FlowRow {
  return {
    protocol: flow.protocol,
    client: endpointText(flow.client.ip, flow.client.port),
    server: endpointText(flow.server.ip, flow.server.port),
    packets: flow.packets,
    bytes: flow.bytes,
    packetsToServer: flow.packetsToServer,
    packetsToClient: flow.packetsToClient,
    bytesToServer: flow.bytesToServer,
    bytesToClient: flow.bytesToClient,
    firstNs: flow.firstNs.toString(),
    lastNs: flow.lastNs.toString(),
    initialRtt: flow.initialRtt,
    flagsToServer: flow.flagsToServer,
    flagsToClient: flow.flagsToClient,
    retransmissions: flow.retransmissions,
    state: flow.state,
    ...ofCase,
  };
}
