// Which real servers an IPVS scheduler may pick for a new connection (net/netfilter/ipvs/ip_vs_*.c).
//
// Surprise: the order of real servers, on which sh, dh and mh build their tables, is in no dump, because ipvsadm sorts what it prints
// (seen on 6.1 by test/kernel/ipvs.test.ts). So even a scheduler that hashes addresses leaves a choice, and where a server
// of weight 0 is in the table of sh or dh, the choice may be nothing: the connection is refused although other servers would take it.
import type { IpvsRealServer, IpvsService } from '../../parsers/nodestate/state.ts';

/** A pick: a real server, or null for none (the connection is refused). */
export type Pick = IpvsRealServer | null;

const usable = (s: IpvsService): IpvsRealServer[] => s.servers.filter((r) => r.weight > 0);

/** Each bucket holds a server whatever its weight; one without weight refuses. */
function fromTable(s: IpvsService): Pick[] {
  const live = usable(s);
  return live.length < s.servers.length ? [...live, null] : live;
}

/** The server of the highest weight; which of several equals is not known. */
function heaviest(s: IpvsService): Pick[] {
  const top = Math.max(...s.servers.map((r) => r.weight));
  return usable(s).filter((r) => r.weight === top);
}

/** The heaviest whose connections do not exceed its weight: with counts that only an older dump tells, any of them, or none. */
function notOverflown(s: IpvsService): Pick[] {
  const live = usable(s);
  return live.length === 0 ? [] : [...live, null];
}

/** Every outcome that the scheduler may have; [null] or nothing when no real server can be had. */
export function candidates(s: IpvsService): Pick[] {
  switch (s.scheduler) {
    case 'sh':
      // with sh-fallback (flag-1) the next bucket is tried until one has weight
      return s.schedulerFlags.some((f) => f === 'sh-fallback' || f === 'flag-1') ? usable(s) : fromTable(s);
    case 'dh':
      return fromTable(s);
    case 'fo':
      return heaviest(s);
    case 'ovf':
      return notOverflown(s);
    default:
      return usable(s);
  }
}
