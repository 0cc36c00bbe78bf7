// ESP and IKE in UDP (RFC 3948), port 4500: four zeros mean IKE, one byte keeps the NAT's entry alive, anything else is ESP.
// Surprise: both go on as what they are elsewhere: IKE by its UDP port, ESP by its IP protocol.
import type { Dissection } from './dissection.ts';
import { type FrameFacts, IKE, NEXT_IP_PROTOCOL, NEXT_LLC } from './facts.ts';
import type { Protocol } from './protocol.ts';

const ESP = 50;
const KEEPALIVE = 0xff;

function index(facts: FrameFacts): boolean {
  const { view, at, end } = facts;
  if (at >= end) return false;
  if (at + 4 > end) return true;
  if (view.getUint32(at) === 0) {
    facts.at = at + 4;
    facts.next = NEXT_LLC;
    facts.nextKey = IKE;
    return true;
  }
  facts.next = NEXT_IP_PROTOCOL;
  facts.nextKey = ESP;
  return true;
}

function dissect(d: Dissection): void {
  const { at } = d;
  if (d.left === 0) return;
  d.setProtocol('UDPENCAP', '');
  const isIke = d.left >= 4 && d.view.getUint32(at) === 0;
  const layer = d.layer('udpencap', 'UDP Encapsulation of IPsec Packets', at, isIke ? 4 : 0);
  if (d.view.getUint8(at) === KEEPALIVE && d.wireEnd - at === 1) {
    layer.length = 1;
    d.node(layer, 'udpencap.nat_keepalive', 'NAT-keepalive packet', null, at, 1);
    d.setProtocol('UDPENCAP', 'NAT-keepalive');
    d.at = d.end;
  } else if (d.left < 4) {
    d.needAt(at, 4, 'udpencap');
    d.at = d.end;
  } else if (isIke) {
    d.node(layer, 'udpencap.non_esp_marker', 'Non-ESP Marker', null, at, 4);
    d.at = at + 4;
    d.next = NEXT_LLC;
    d.nextKey = IKE;
  } else {
    d.next = NEXT_IP_PROTOCOL;
    d.nextKey = ESP;
  }
}

export const protocol: Protocol = {
  filter: 'udpencap',
  name: 'UDP Encapsulation of IPsec Packets',
  attach: { udpPorts: [4500] },
  fields: [
    { name: 'udpencap.nat_keepalive', kind: 'none' },
    { name: 'udpencap.non_esp_marker', kind: 'bytes' },
  ],
  index,
  dissect,
};
