import { describe, expect, test } from 'vitest';
import { readSnapshot } from '../../../parsers/nodestate/snapshot.ts';
import { Machine } from '../../kernel/machine.ts';
import { diagnosis } from './bandwidth-limit.ts';

// As `tc -j -s qdisc` of iproute2 6.1.0 prints them.
const tbf = (dev: string, more = '') =>
  `{"kind":"tbf","handle":"1:","dev":"${dev}","root":true,"refcnt":2,"options":{"rate":125000,"burst":16384,"lat":25000}${more}}`;
const ingress = (dev: string) => `{"kind":"ingress","handle":"ffff:","dev":"${dev}","parent":"ffff:fff1","options":{}}`;
const noqueue = '{"kind":"noqueue","handle":"0:","dev":"lo","root":true,"refcnt":2,"options":{}}';
const counters = ',"bytes":900000,"packets":90,"drops":10,"overlimits":77,"requeues":0,"backlog":0,"qlen":0';

function found(...qdiscs: string[]) {
  const link = '[{"ifindex":7,"ifname":"vethweb","flags":["UP"],"mtu":1500,"link_type":"ether"}]';
  const files = [
    { path: 'tc-qdisc.json', text: `[${qdiscs.join(',')}]` },
    { path: 'ip-link.json', text: link },
  ];
  return diagnosis.inState?.(new Machine(readSnapshot(files))) ?? [];
}

describe('bandwidth-limit', () => {
  test('fires with rate, burst, latency, drops, and the line', () => {
    const [finding, ...others] = found(noqueue, tbf('vethweb', counters));
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      title: 'what leaves by vethweb is limited to 1 Mbit/s',
      severity: 'warning',
      confidence: 'proved',
      summary:
        'A token bucket (tbf) on vethweb: rate 1 Mbit/s, burst 16384 bytes, latency 25 ms. 10 of 100 packets were dropped, 77 times it had to wait.',
      evidence: [{ file: 'tc-qdisc.json', line: 1 }],
    });
  });

  test('a bucket that dropped nothing is a note; an IFB of the plugin is about traffic from a pod', () => {
    const [finding] = found(
      tbf('bwp0a1b2c3d4e5', counters.replace('"drops":10', '"drops":0')),
      ingress('vetha'),
      ingress('vethb'),
    );
    expect(finding).toMatchObject({
      severity: 'note',
      confidence: 'likely',
      title: 'traffic from a pod (its veth is redirected to bwp0a1b2c3d4e5) is limited to 1 Mbit/s',
    });
  });

  test('does not fire for other queues, nor for a tbf whose rate is not told', () => {
    expect(found(noqueue, ingress('vetha'))).toEqual([]);
    expect(found('{"kind":"tbf","handle":"1:","dev":"vethweb","root":true,"options":{}}')).toEqual([]);
  });

  test('says nothing without the dump, and that counters are missing where they are', () => {
    expect(diagnosis.inState?.(new Machine(readSnapshot([])))).toEqual([]);
    expect(found(tbf('vethweb'))[0]?.summary).toContain('The dump has no counters');
  });
});
