// What a node does with a frame that comes with an 802.1Q tag: a VLAN device takes it, a bridge forwards it as it is, and the IP stack of a
// device without such a VLAN does not look at it (__netif_receive_skb_core).
import { type Ending, ending, type Walker } from './walker.ts';

/** A VLAN device may stand on the device, which takes the tag off: which of them has the number is in no dump that we read. */
export function takenByVlan(w: Walker, device: string): Ending | null {
  const { vlan } = w.packet;
  if (!vlan || ![...w.machine.links.values()].some((l) => l.kind === 'vlan')) return null;
  return ending(
    'insufficientInfo',
    `The frame has the tag of VLAN ${vlan.id}; which VLAN device takes it on ${device} is not simulated. What would settle it: the packet as the VLAN device shows it, without its tag.`,
    w.machine.links.get(device)?.source ?? null,
  );
}

/** Where no VLAN device takes a tagged frame it counts as one for another host; number 0 is no VLAN. */
export function notTaken(w: Walker, device: string): Ending | null {
  const { vlan } = w.packet;
  if (!vlan) return null;
  if (vlan.id === 0) {
    w.packet.vlan = null;
    return null;
  }
  return ending(
    'dropped',
    `The frame has the tag of VLAN ${vlan.id}, and ${device} has no device for that VLAN: the node's IP stack does not take it.`,
    w.machine.links.get(device)?.source ?? null,
  );
}

/** A bridge that keeps VLANs apart decides by the VLANs of its ports. */
export function separatedBy(w: Walker, bridge: string): Ending | null {
  const filtering = w.machine.links.get(bridge)?.vlanFiltering ?? null;
  if (!w.packet.vlan || filtering === false) return null;
  const why = filtering
    ? `${bridge} keeps VLANs apart (vlan_filtering)`
    : `No dump tells whether ${bridge} keeps VLANs apart`;
  return ending(
    'insufficientInfo',
    `${why}, and which of its ports are in VLAN ${w.packet.vlan.id} is in no dump that we read. What would settle it: ${filtering ? 'bridge -j vlan' : 'ip -j -d link'}.`,
    w.machine.links.get(bridge)?.source ?? null,
  );
}
