// Large datagrams that passed each point lately, whole or in fragments. Connection tracking puts fragments together and cuts the datagram again
// behind it: a bridge in between sees one frame where its neighbours see three, and none of them is lost.

const kept = 4096;
const aboutNs = 5e8;

interface Noted {
  readonly point: number;
  readonly isFragment: boolean;
  readonly ns: number;
}

export interface DatagramId {
  readonly protocol: number;
  /** IPv4 identification. IPv6 has none in a whole datagram: 0, and then any of the protocol may be the one. */
  readonly id: number;
  readonly isFragment: boolean;
}

const perId = 64;

export class Datagrams {
  private readonly byId = new Map<number, Noted[]>();

  note(point: number, { protocol, id, isFragment }: DatagramId, ns: number): void {
    const key = protocol * 65_536 + id;
    const known = this.byId.get(key);
    if (known !== undefined) {
      known.push({ point, isFragment, ns });
      if (known.length > perId * 2) known.splice(0, perId);
      return;
    }
    this.byId.set(key, [{ point, isFragment, ns }]);
    if (this.byId.size <= kept) return;
    for (const oldest of this.byId.keys()) {
      this.byId.delete(oldest);
      if (this.byId.size <= kept * 0.75) return;
    }
  }

  /** Did it pass there in the other form at about that time? */
  passed(point: number, { protocol, id, isFragment }: DatagramId, ns: number): boolean {
    const known = this.byId.get(protocol * 65_536 + id) ?? [];
    return known.some((n) => n.point === point && n.isFragment !== isFragment && Math.abs(n.ns - ns) <= aboutNs);
  }
}
