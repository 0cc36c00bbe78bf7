// rp_filter drops the packet: the way back to its source is another interface than the one it came in by.
import { byReversePath } from '../../kernel/routing.ts';
import type { Diagnosis } from '../diagnosis.ts';

export const diagnosis: Diagnosis = {
  id: 'reverse-path',
  about: 'rp_filter drops the packet, because the way back to its source is another interface',
  probed: true,
  inTrace(s) {
    const { disposition } = s.trace;
    const device = byReversePath(disposition);
    if (device === null) return [];
    const settings = ['all', device].flatMap((d) => s.machine.state.sysctl?.get(`net.ipv4.conf.${d}.rp_filter`) ?? []);
    const strict = settings.filter((x) => x.value !== '0').map((x) => x.source);
    return [
      {
        id: 'reverse-path',
        title: `rp_filter drops packets that come in by ${device}`,
        confidence: 'proved',
        severity: 'error',
        summary: `${disposition.reason} Rules of PREROUTING count such packets, FORWARD and INPUT do not; TcpExt IPReversePathFilter grows.`,
        evidence: [...strict, ...(disposition.source ? [disposition.source] : [])],
        remedy: `Make the routes of both directions meet (ip rule, ip route), or check loosely: sysctl -w net.ipv4.conf.${device}.rp_filter=2 (the larger of it and "all" holds).`,
      },
    ];
  },
};
