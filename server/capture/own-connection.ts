// A viewer that watches a capture over a device that is captured would see its own connection, and every row it is told of would be
// a new packet. At such points the server's own connection is left out of the filter, and the filter says so.

import type { CapturePoint } from '../../api/live.ts';
import { parseIp } from '../../parsers/core/address.ts';
import type { Widened } from './widen.ts';

/** Where this server listens. */
export interface OwnAddress {
  readonly host: string;
  readonly port: number;
}

/** Kinds of points of the node itself; what a pod sees of us is the pod's own traffic. */
const onTheNode: ReadonlySet<CapturePoint['kind']> = new Set(['uplink', 'loopback', 'any']);

export function withoutOwn(w: Widened, point: Pick<CapturePoint, 'kind'>, own: OwnAddress | null): Widened {
  if (own === null || !onTheNode.has(point.kind)) return w;
  // Somebody who names the port wants to see it.
  if (new RegExp(`\\b${own.port}\\b`).test(w.filter)) return w;
  const everywhere = own.host === '0.0.0.0' || own.host === '::' || parseIp(own.host) === null;
  const connection = everywhere ? `tcp port ${own.port}` : `host ${own.host} and tcp port ${own.port}`;
  const filter = w.filter === '' ? `not (${connection})` : `(${w.filter}) and not (${connection})`;
  return { filter, note: `${w.note} The connection of this viewer (port ${own.port}) is left out.`.trim() };
}
