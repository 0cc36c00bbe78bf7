// What an interface block says of its point: the name that the packet list shows, and in brackets what it is.
//   veth client (host side of default/client)      eth0 (uplink)
import type { CapturePoint } from '../../api/live.ts';

export function describePoint(point: CapturePoint): string {
  switch (point.kind) {
    case 'pod':
      return `${point.label} (in ${point.podId ?? 'a pod'})`;
    case 'veth':
      return `${point.label} (host side of ${point.podId ?? 'a pod'})`;
    case 'any':
      return `${point.label} (all interfaces)`;
    default:
      return `${point.label} (${point.kind})`;
  }
}
